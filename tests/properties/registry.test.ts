import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import {
  CLAIM_IDS,
  claimModule,
  isClaimId,
  LARGE_WHEN_DEEP,
  loadClaim,
  objectivesVouchedFor,
  paperOf,
} from '../../properties/registry.js';
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

test('the claims known as large are those that run a network of full size when deep', async () => {
  for (const id of CLAIM_IDS) {
    const { checks } = await loadClaim(id);
    const full = checks.filter(({ says }) => /with --deep: .*ResNet-18.*width 64/.test(says));
    assert.is(full.length > 0, LARGE_WHEN_DEEP.has(id), id);
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
