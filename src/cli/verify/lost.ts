/**
 * @file The result of a claim whose run did not come to its end: it failed, and says why; the other claims
 * are none the worse.
 */
import type { CheckResult } from '../../claims/result.js';
import { headOf } from '../../claims/run-claim.js';
import { loadRegistry } from '../registry.js';
import type { RawResult } from './job.js';

/** The name of the one check of such a result: no check of a claim, so a replay runs the whole claim. */
export const LOST_CHECK = 'comes to its end';

/** @throws where the registries do not know the claim either */
export async function lostResult(
  id: string,
  registries: readonly string[],
  reason: string,
): Promise<RawResult> {
  const entry = (await loadRegistry(registries)).claims.get(id);
  if (entry === undefined) throw new Error(`${id}: ${reason}`);
  const claim = await entry.load();
  const { mutants } = claim;
  const check: CheckResult = {
    name: LOST_CHECK,
    says: 'the run of the claim ends with a result',
    kind: 'equals',
    outcome: 'fail',
    demands: { runs: 0, pinned: 0 },
    cases: 0,
    failure: { case: 'the whole claim', expected: 'a result', measured: reason },
    threw: true,
  };
  return {
    ...headOf(claim),
    outcome: 'fail',
    cases: 0,
    checks: [check],
    mutants: {
      killed: 0,
      equivalent: mutants.filter(({ equivalent }) => equivalent !== undefined).length,
      total: mutants.length,
      list: mutants.map(mutant => ({ ...mutant, killedBy: [], untried: true })),
    },
    seconds: 0,
  };
}
