/** @file What one ladder says by itself: its slope, its constant, and whether they contradict the theorem. */
import type { OrderOutcome } from '../result.js';
import type { OrderCase } from './case.js';
import { type CaseConstant, fitConstant, fitSlope, type Slope } from './fits.js';
import { entries, norm } from './vector.js';
import { FLOOR, findWindow, MIN_WINDOW, type Point, points, SIGNAL } from './window.js';

export interface OrderRule {
  /** Expected order. */
  readonly order: number;
  /** Largest relative deviation of the constant vector. */
  readonly constantTolerance: number;
}

export interface CaseDecision {
  readonly outcome: OrderOutcome;
  readonly why: string;
  /** Absent where the slope says nothing about the theorem's order. */
  readonly slope?: Slope;
  readonly constant?: CaseConstant;
  readonly window: number;
}

/** A single case contradicts the order when its slope is this far off... */
export const SLOPE_OFF = 0.2;
/** ...and this many standard errors. */
export const SURE = 4;
/** A slope with a larger standard error decides nothing. */
export const VAGUE = 0.1;
/** The largest ratio of the theorem's leading term to round-off on the ladder. */
function predictedSignal(all: readonly Point[], order: number, size: number): number {
  return Math.max(...all.map(p => (size * p.step ** order) / p.noise));
}

/**
 * Whether r / h^q runs away from the theorem's constant as the step shrinks, over the last 5 rungs that no
 * error of the round-off model can explain: then no longer ladder would save the theorem.
 */
function runsAway(all: readonly Point[], order: number, theorem: ArrayLike<number>): boolean {
  const clear = all.filter(p => p.size > FLOOR * p.noise).slice(-MIN_WINDOW);
  const size = norm(theorem);
  const away = clear.map(
    p => norm(Float64Array.from(p.residual, (x, i) => x / p.step ** order - theorem[i]!)) / size,
  );
  const grows = away.every((d, k) => k === 0 || d > away[k - 1]!);
  return clear.length === MIN_WINDOW && grows && away.at(-1)! > Math.max(0.1, 2 * away[0]!);
}

const percent = (x: number): string => `${(100 * x).toPrecision(3)} %`;

function judgeRoundOff(all: readonly Point[], order: number, theorem: number | undefined): CaseDecision {
  const predicted = theorem === undefined ? 0 : predictedSignal(all, order, theorem);
  if (predicted === 0) return { outcome: 'exact', why: 'every residual is at round-off', window: 0 };
  const times = `${predicted.toPrecision(2)} times round-off`;
  return predicted > 2 * SIGNAL
    ? { outcome: 'wrong-constant', why: `no residual, where the theorem's is ${times}`, window: 0 }
    : { outcome: 'vacuous', why: `the theorem's residual is at most ${times}`, window: 0 };
}

/**
 * Decides one ladder by itself. Only a clear contradiction is 'too-low' or 'wrong-constant'; what is merely
 * unclear is 'inconclusive' and left to the other cases.
 * @throws RangeError for a malformed ladder
 */
export function judgeCase(of: OrderCase, rule: OrderRule): CaseDecision {
  const { order, constantTolerance: tolerance } = rule;
  const all = points(of);
  const theorem = of.constant === undefined ? undefined : entries(of.constant);
  if (theorem !== undefined && theorem.length !== all[0]?.residual.length)
    throw new RangeError(
      `ladder: the constant must be as long as the residuals, got ${theorem.length} and ${all[0]?.residual.length}`,
    );
  const found = findWindow(all);
  if (found.kind === 'round-off') return judgeRoundOff(all, order, theorem && norm(theorem));
  if (found.kind === 'none')
    return theorem !== undefined && runsAway(all, order, theorem)
      ? {
          outcome: 'wrong-constant',
          why: 'the residual runs away from the theorem as the step shrinks',
          window: 0,
        }
      : { outcome: 'inconclusive', why: found.why, window: 0 };

  const slope = fitSlope(found.points);
  const window = found.points.length;
  const text = `slope ${slope.value.toFixed(3)} +- ${slope.error.toExponential(0)} on ${window} rungs`;
  const known = { slope, window };
  const off = slope.value - order;
  if (slope.error > VAGUE) return { outcome: 'inconclusive', why: `${text} is too vague`, window };
  if (Math.abs(off) > SLOPE_OFF && Math.abs(off) < SURE * slope.error)
    return { outcome: 'inconclusive', why: `${text} is unclear`, window };
  if (off < -SLOPE_OFF) return { outcome: 'too-low', why: `${text}, below ${order}`, ...known };
  if (theorem === undefined)
    return { outcome: off > SLOPE_OFF ? 'super-convergent' : 'pass', why: text, ...known };

  const vanishes = predictedSignal(all, order, norm(theorem)) <= SIGNAL;
  if (vanishes)
    return off > SLOPE_OFF
      ? { outcome: 'super-convergent', why: `${text}, the theorem's constant being zero`, window }
      : { outcome: 'wrong-constant', why: `${text}, where the theorem's constant is zero`, ...known };
  const constant = fitConstant(found.points, order, theorem);
  const reading = `${text}, constant off by ${percent(constant.deviation)} +- ${percent(constant.error)}`;
  if (constant.deviation > tolerance + SURE * constant.error)
    return { outcome: 'wrong-constant', why: reading, ...known, constant };
  if (off > SLOPE_OFF || constant.deviation > tolerance || constant.error > tolerance)
    return { outcome: 'inconclusive', why: `${reading}: not asymptotic enough`, window };
  return { outcome: 'pass', why: reading, ...known, constant };
}
