/** @file Deciding an order of convergence, with its constant, from ladders of residuals of several cases. */

import { decideInterval, PRECISION } from './conclude.js';
import type { OrderCase } from './order/case.js';
import { NEGLECTED } from './order/fits.js';
import { type CaseDecision, judgeCase, type OrderRule, SLOPE_OFF, SURE, VAGUE } from './order/judge.js';
import { AGREEMENT, FLOOR, MIN_WINDOW, ROUND_OFF, SIGNAL } from './order/window.js';
import type { ConstantEstimate, OrderEstimate, OrderOutcome } from './result.js';
import { mean, median, standardDeviation, studentQuantile } from './statistics.js';

export interface OrderOptions {
  /** Expected order q. */
  readonly order: number;
  /** Largest relative deviation of a case's constant vector from the theorem's; 0.01 by default. */
  readonly constantTolerance?: number;
}

export interface OrderDecision {
  readonly outcome: OrderOutcome;
  readonly why: string;
  /** Mean slope of the cases with its 99 % interval; absent when fewer than two cases have a slope. */
  readonly order?: OrderEstimate;
  readonly constant?: ConstantEstimate;
  /** Cases whose slope entered the interval. */
  readonly informative: number;
}

export const MIN_CASES = 8;
export const CONSTANT_TOLERANCE = 0.01;
/** Confidence of the interval. */
const CONFIDENCE = 0.99;
/** More undecided cases than this share leave the whole undecided. */
const MAX_UNDECIDED = 0.25;

/** Every constant that decides an order, by name: the gate holds them. */
export const DECISION_RULES: Readonly<Record<string, number>> = {
  minCases: MIN_CASES,
  confidence: CONFIDENCE,
  precision: PRECISION,
  maxUndecided: MAX_UNDECIDED,
  slopeOff: SLOPE_OFF,
  sure: SURE,
  vague: VAGUE,
  roundOff: ROUND_OFF,
  signal: SIGNAL,
  floor: FLOOR,
  agreement: AGREEMENT,
  minWindow: MIN_WINDOW,
  neglected: NEGLECTED,
};

/** The interval of two slopes or more. */
function estimate(slopes: readonly number[], expected: number): OrderEstimate {
  const centre = mean(slopes);
  const half =
    (-studentQuantile((1 - CONFIDENCE) / 2, slopes.length - 1) * standardDeviation(slopes)) /
    Math.sqrt(slopes.length);
  return { estimate: centre, low: centre - half, high: centre + half, expected };
}

/** Decides from the judgements of single cases: see decideOrder. */
export function decideFromCases(cases: readonly CaseDecision[], rule: OrderRule): OrderDecision {
  const of = (outcome: OrderOutcome): CaseDecision[] => cases.filter(c => c.outcome === outcome);
  const voting = cases.filter(c => c.slope !== undefined);
  const order =
    voting.length > 1
      ? estimate(
          voting.map(c => c.slope!.value),
          rule.order,
        )
      : undefined;
  const constants = cases.flatMap(c => c.constant ?? []);
  const known = {
    informative: voting.length,
    ...(order !== undefined && { order }),
    ...(constants.length > 0 && {
      constant: {
        ratio: median(constants.map(c => c.ratio)),
        worst: Math.max(...constants.map(c => c.deviation)),
        tolerance: rule.constantTolerance,
      },
    }),
  };
  for (const outcome of ['too-low', 'wrong-constant'] as const) {
    const [first] = of(outcome);
    if (first !== undefined)
      return { outcome, why: `in ${of(outcome).length} of ${cases.length} cases: ${first.why}`, ...known };
  }
  const quiet = of('exact').length + of('vacuous').length;
  if (cases.length > 0 && quiet === cases.length)
    return {
      outcome: of('vacuous').length > 0 ? 'vacuous' : 'exact',
      why: (of('vacuous')[0] ?? cases[0]!).why,
      ...known,
    };
  const vanishing = of('super-convergent').filter(c => c.slope === undefined);
  if (vanishing.length > 0 && quiet + vanishing.length === cases.length)
    return { outcome: 'super-convergent', why: vanishing[0]!.why, ...known };
  const undecided = of('inconclusive');
  if (voting.length < MIN_CASES || order === undefined || undecided.length > MAX_UNDECIDED * cases.length)
    return {
      outcome: 'inconclusive',
      why:
        `${voting.length} of ${cases.length} cases have a slope (${MIN_CASES} are needed), ${undecided.length} are undecided` +
        (undecided[0] === undefined ? '' : `: ${undecided[0].why}`),
      ...known,
    };
  return { ...decideInterval(order), ...known };
}

/**
 * Decides whether residuals are K * step^order to leading order.
 *
 * Each ladder's asymptotic window is found (see findWindow), its slope fitted with correction terms in the
 * step so that pre-asymptotic bias is taken out, and its constant extrapolated as a vector. The slopes of all
 * cases give a Student interval at 99 %, which must be narrower than +- 0.05. Corrections are taken to be
 * integer powers of the step: where they are powers of its root, let the root be the step and double the
 * order.
 *
 * - `pass`: slope and, where the theorem gives one, constant are right
 * - `exact`: every residual is at round-off, as the constant (0, or not given) allows
 * - `super-convergent`: the order is higher, or the theorem's constant is zero in all cases
 * - `too-low`, `wrong-constant`: contradicted, by one case clearly or by all together
 * - `vacuous`: the theorem's leading term is nowhere above round-off, or the tolerance accepts any constant
 * - `inconclusive`: anything else, in particular fewer than 8 cases with a window of 5 rungs
 * @throws RangeError for malformed ladders
 */
export function decideOrder(cases: readonly OrderCase[], options: OrderOptions): OrderDecision {
  const rule = { order: options.order, constantTolerance: options.constantTolerance ?? CONSTANT_TOLERANCE };
  if (!(rule.constantTolerance > 0 && rule.constantTolerance < 1))
    return {
      outcome: 'vacuous',
      why: `a constant tolerance of ${rule.constantTolerance} accepts anything or nothing`,
      informative: 0,
    };
  return decideFromCases(
    cases.map(of => judgeCase(of, rule)),
    rule,
  );
}
