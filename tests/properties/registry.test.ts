import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import {
  CLAIM_IDS,
  claimModule,
  isClaimId,
  loadClaim,
  objectivesVouchedFor,
  paperOf,
} from '../../properties/registry.js';
import { claimSources } from '../../src/cli/verify/sources.js';
import { suite } from '../harness.js';

const test = suite('properties/registry');

test('every claim is where its id says, under its own id and paper', async () => {
  for (const id of CLAIM_IDS) {
    const path = fileURLToPath(new URL(`../../properties/${claimModule(id)}`, import.meta.url));
    assert.ok(existsSync(path), claimModule(id));
    const claim = await loadClaim(id);
    assert.is(claim.id, id);
    assert.is(claim.paper, paperOf(id));
  }
});

test('every claim says something, and its objectives are found by name', async () => {
  const vouched = await objectivesVouchedFor();
  for (const id of CLAIM_IDS) {
    const { says, tex, source, objectives = [] } = await loadClaim(id);
    assert.ok(says.length > 20 && tex.printed.length > 0 && source.length > 0, id);
    for (const objective of objectives) assert.ok(vouched[objective]?.includes(id), `${id} ${objective}`);
  }
});

test('the checks that say they are large are those that run a network of full size when deep', async () => {
  for (const id of CLAIM_IDS) {
    for (const { name, says, large = false } of (await loadClaim(id)).checks)
      assert.is(large, /with --deep: .*ResNet-18.*width 64/.test(says), `${id} ${name}`);
  }
});

test('what claims are made of loads without tfjs', () => {
  const files = claimSources('kit.js').filter(file => file.endsWith('.js'));
  assert.ok(files.length > 20);
  for (const file of files) {
    const source = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
    assert.not.match(source, /from '@tensorflow/, file);
  }
});

test('refuses what is not a claim', async () => {
  assert.not.ok(isClaimId('SAMBA-0'));
  assert.not.ok(isClaimId('toString'));
  let message = '';
  await loadClaim('SAMBA-0').catch((error: Error) => {
    message = error.message;
  });
  assert.match(message, /registry: the id must be one of SAMBA-1, .*got 'SAMBA-0'/);
});

test.run();
