/** @file One run of a claim: its checks, then every mutant against them. */

import type { CheckOptions, Claim } from './claim.js';
import { outcomeOf } from './conclude.js';
import { stream } from './random.js';
import type { CheckResult, ClaimResult, MutantResult } from './result.js';

export interface RunOptions {
  readonly seed: number;
  /** Random cases that a check draws, instead of its own number. */
  readonly runs?: number;
  /** Multiplies each check's own number of cases; 1 by default. */
  readonly effort?: number;
  /** Only this check, and no mutants: a replay. */
  readonly check?: string;
  /** fast-check's path to one case of that check. */
  readonly path?: string;
}

function checkOptions(claim: Claim, { seed, runs, effort = 1, path }: RunOptions): CheckOptions {
  if (!Number.isSafeInteger(seed)) throw new RangeError(`run: seed must be an integer, got ${seed}`);
  if (runs !== undefined && !(Number.isSafeInteger(runs) && runs > 0))
    throw new RangeError(`run: runs must be a positive integer, got ${runs}`);
  if (!(effort > 0 && Number.isFinite(effort)))
    throw new RangeError(`run: effort must be a positive number, got ${effort}`);
  return {
    // claims do not share their cases
    seed: stream(seed, 'claim', claim.id).uint32(),
    effort,
    quick: false,
    ...(runs !== undefined && { runs }),
    ...(path !== undefined && { path }),
  };
}

/** What a result says of a claim whatever came out. */
export const headOf = ({
  id,
  paper,
  source,
  says,
  tex,
  findings,
  formulas,
  verdict,
  objectives,
}: Claim): Omit<ClaimResult, 'outcome' | 'cases' | 'checks' | 'mutants' | 'replay' | 'seconds'> => ({
  id,
  paper,
  source,
  says,
  tex,
  ...(findings !== undefined && { findings }),
  ...(formulas !== undefined && {
    formulas: formulas.map(({ says: what, tex: form }) => ({ says: what, tex: form })),
  }),
  verdict,
  ...(objectives !== undefined && { objectives }),
});

/**
 * Tries the checks until one rejects the mutant; a check that fails on the original cannot tell the two
 * apart.
 */
function runMutant(
  claim: Claim,
  mutant: Claim['mutants'][number],
  originals: readonly CheckResult[],
  options: CheckOptions,
): MutantResult {
  const { name, says, equivalent } = mutant;
  const head = { name, says, ...(equivalent !== undefined && { equivalent }) };
  let thrown: string | undefined;
  const able = originals.filter(({ outcome }) => outcome !== 'fail');
  for (const original of able) {
    const mutated = claim.runCheck(original.name, name, { ...options, quick: true });
    if (mutated.outcome !== 'fail') continue;
    // an exception is weaker evidence than a wrong value: look for the latter first
    if (mutated.threw === undefined) return { ...head, killedBy: [original.name] };
    thrown ??= original.name;
  }
  if (thrown !== undefined) return { ...head, killedBy: [thrown], threw: true };
  return { ...head, killedBy: [], ...(able.length < originals.length && { untried: true }) };
}

/**
 * Runs a claim: it passes when every check passes, every mutant is killed by a check that the original
 * passes, and every equivalent mutant survives. A refuted claim's checks are its counterexample and its
 * corrected statement: both must hold. A claim that cannot be checked passes with its verdict.
 * @throws RangeError for options out of range; TypeError for a check that the claim does not have
 */
export function runClaim(claim: Claim, options: RunOptions): Omit<ClaimResult, 'replay'> {
  const start = performance.now();
  const ran = checkOptions(claim, options);
  if (options.check === undefined && options.path !== undefined)
    throw new RangeError('run: a path belongs to one check - name the check');
  const names = options.check === undefined ? claim.checks.map(check => check.name) : [options.check];
  const checks = names.map(name => claim.runCheck(name, null, ran));
  const mutants =
    options.check === undefined ? claim.mutants.map(mutant => runMutant(claim, mutant, checks, ran)) : [];
  const leading = checks.find(check => check.order !== undefined);
  return {
    ...headOf(claim),
    outcome: outcomeOf(checks, mutants),
    ...(leading?.order !== undefined && { order: leading.order }),
    ...(leading?.constant !== undefined && { constant: leading.constant }),
    cases: checks.reduce((sum, check) => sum + check.cases, 0),
    checks,
    mutants: {
      killed: mutants.filter(({ killedBy, equivalent }) => killedBy.length > 0 && equivalent === undefined)
        .length,
      equivalent: mutants.filter(mutant => mutant.equivalent !== undefined).length,
      total: mutants.length,
      list: mutants,
    },
    seconds: (performance.now() - start) / 1000,
  };
}
