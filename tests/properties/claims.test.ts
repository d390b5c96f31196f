import * as assert from 'uvu/assert';
import { runClaim } from '../../src/claims/run-claim.js';
import { suite } from '../harness.js';
import { loadClaim } from '../registry.js';

const test = suite('properties/claims/samba');

const IDS = [
  'SAMBA-5',
  'SAMBA-7',
  'SAMBA-9',
  'SAMBA-15',
  'SAMBA-17',
  'SAMBA-18',
  'SAMBA-21',
  'SAMBA-22',
  'SAMBA-24',
];

for (const id of IDS)
  test(`${id} holds on few cases and rejects its negative controls`, async () => {
    const { outcome, checks, mutants } = runClaim(await loadClaim(id), { seed: 1, runs: 8 });
    for (const check of checks)
      assert.is(check.outcome, 'pass', `${check.name}: ${check.failure?.measured ?? check.note}`);
    for (const { name, killedBy, threw } of mutants.list) {
      assert.ok(killedBy.length > 0, `${name} survived`);
      assert.not.ok(threw, `${name} was rejected by an exception only`);
    }
    assert.is(outcome, 'pass');
  });

test.run();
