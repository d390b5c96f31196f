/**
 * @file What follows from the numbers and outcomes of a result: the same when it is made and when it is read
 * back.
 */
import type { CheckResult, MutantResult, OrderEstimate, OrderOutcome } from './result.js';
import type { Outcome } from './verdict.js';

/** The interval's half-width must stay below this, and its centre this near to the expected order. */
export const PRECISION = 0.05;

/** Rules out what the interval rules out. */
export function decideInterval({ estimate, low, high, expected }: OrderEstimate): {
  outcome: OrderOutcome;
  why: string;
} {
  const half = (high - low) / 2;
  const text = `order ${estimate.toFixed(3)} +- ${half.toFixed(3)}, expected ${expected}`;
  if (high < expected - PRECISION) return { outcome: 'too-low', why: text };
  if (low > expected + PRECISION) return { outcome: 'super-convergent', why: text };
  if (half >= PRECISION) return { outcome: 'inconclusive', why: `${text}: the cases disagree` };
  if (Math.abs(estimate - expected) > PRECISION) return { outcome: 'inconclusive', why: `${text}: between` };
  return { outcome: 'pass', why: text };
}

/** A mutant must be killed, an equivalent one must not. */
const asItShould = ({ killedBy, equivalent }: MutantResult): boolean =>
  (equivalent === undefined) === killedBy.length > 0;

/** How a claim ends, of its checks and mutants. */
export function outcomeOf(checks: readonly CheckResult[], mutants: readonly MutantResult[]): Outcome {
  if (checks.some(check => check.outcome === 'fail') || !mutants.every(asItShould)) return 'fail';
  return checks.some(check => check.outcome === 'inconclusive') ? 'inconclusive' : 'pass';
}
