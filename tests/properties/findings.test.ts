import { readdirSync, readFileSync } from 'node:fs';
import * as assert from 'uvu/assert';
import type { Claim } from '../../src/claims/claim.js';
import { findingsDocument } from '../../src/report/findings-doc.js';
import { suite } from '../harness.js';
import { CLAIM_IDS, loadClaim, REGISTRY } from '../registry.js';

const test = suite('findings and ledgers');

const read = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

const claims: Claim[] = [];
for (const id of CLAIM_IDS) claims.push(await loadClaim(id));

test('docs/findings.md is what the claims say', () => {
  assert.is(
    read('docs/findings.md'),
    findingsDocument(claims),
    'flatcheck verify --findings-doc docs/findings.md',
  );
});

test('a refuted claim has a finding that calls the print false or a misprint, of its own or of another', () => {
  const against = claims.flatMap(({ id, findings = [] }) =>
    findings
      .filter(finding => finding.class === 'error' || finding.class === 'misprint')
      .flatMap(({ also = [] }) => [id, ...also]),
  );
  for (const { id, verdict } of claims)
    if (verdict.kind === 'refuted')
      assert.ok(against.includes(id), `${id} is refuted, and no finding says why`);
});

test('an error is carried by a claim that some check can fail, and names only claims that there are', () => {
  for (const { id, findings = [], checks } of claims)
    for (const { class: kind, also = [] } of findings) {
      assert.ok(checks.length > 0, `${id} has a finding and no check`);
      if (kind === 'error')
        assert.ok(
          checks.some(check => check.kind !== 'equals'),
          `${id} calls the print false, and no check shows by how much`,
        );
      for (const other of also) assert.ok(CLAIM_IDS.includes(other), `${id} names ${other}`);
    }
});

/** The ledgers: one table a source, every checkable statement in its order. */
const LEDGERS = readdirSync(new URL('../../../docs/ledger/', import.meta.url)).sort();

test('every claim and every experiment stands in the ledger of its paper', () => {
  assert.equal(LEDGERS, ['kumar-poole.md', 'rae.md', 'samba.md', 'ujvary.md', 'vgr.md']);
  for (const { id, paper } of claims)
    assert.match(
      read(`docs/ledger/${paper}.md`),
      new RegExp(`\\b${id}\\b(?!\\d)`),
      `${id} in docs/ledger/${paper}.md`,
    );
  const whole = LEDGERS.map(file => read(`docs/ledger/${file}`)).join('\n');
  for (const name of REGISTRY.experiments.keys()) assert.ok(whole.includes(name), `${name} in a ledger`);
});

test('the ledgers name only claims that there are', () => {
  for (const file of LEDGERS)
    for (const [id] of read(`docs/ledger/${file}`).matchAll(/\b(?:SAMBA|UJV|KP|VGR|RAE)-\d+\b/g))
      assert.ok(CLAIM_IDS.includes(id), `docs/ledger/${file}: ${id}`);
});

test.run();
