/** @file Every claim, uninstrumented and on all cores, as one test each; then a few cases of each here, for coverage. */
import * as assert from 'uvu/assert';
import type { ClaimResult } from '../src/claims/result.js';
import { runClaim } from '../src/claims/run-claim.js';
import { verify } from '../src/cli/verify/verify.js';
import { failureText } from '../src/report/table.js';
import { suite } from './harness.js';
import { CLAIM_IDS, loadClaim, REGISTRY } from './registry.js';

const SECONDS = 600;

const waiting = new Map<string, (result: ClaimResult) => void>();
const results = new Map(
  CLAIM_IDS.map(id => [id, new Promise<ClaimResult>(resolve => waiting.set(id, resolve))] as const),
);
// starts now, beside the tests that come before these
const run = verify({
  ids: CLAIM_IDS,
  registry: REGISTRY,
  seed: 1,
  progress: result => waiting.get(result.id)!(result),
});
run.catch(() => {}); // said by the tests below

const all = suite('claims', SECONDS);

for (const id of CLAIM_IDS)
  all(id, async () => {
    const result = await Promise.race([
      results.get(id)!,
      run.then(whole => whole.claims.find(claim => claim.id === id)!),
    ]);
    assert.is(result.outcome, 'pass', `\n${failureText(result)}\n`);
  });

all('at least one claim of every paper in the registry ran, and every mutant was met', async () => {
  const { claims, passed } = await run;
  assert.is(claims.length, CLAIM_IDS.length);
  assert.is(passed, CLAIM_IDS.length);
  assert.ok(claims.every(claim => claim.mutants.killed + claim.mutants.equivalent === claim.mutants.total));
});

all.run();

const few = suite('a few cases of each claim, instrumented', SECONDS);

const noneFails = async (id: string): Promise<void> => {
  const { checks } = await loadClaim(id);
  for (const { name } of checks) {
    const result = runClaim(await loadClaim(id), { seed: 2, runs: 2, check: name });
    assert.is.not(result.outcome, 'fail', failureText({ ...result, replay: '' }));
  }
};

for (const id of CLAIM_IDS) few(id, () => noneFails(id));

few.run();
