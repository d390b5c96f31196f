/** @file A check that a mean has a given value, with a stated false-alarm rate. */
import fc from 'fast-check';
import type { Check } from '../claim.js';
import { normalQuantile } from '../normal-quantile.js';
import { type Random, stream } from '../random.js';
import { holm, mean, normalCdf, standardDeviation } from '../statistics.js';
import { type Cases, casesDemanded, givenOf } from './given.js';
import { isList } from './parts.js';
import { ULPS, UNIT } from './rounding.js';
import { randomCases, search } from './search.js';
import { brief, label } from './text.js';

export interface Sample {
  /** Independent draws. */
  readonly values: Float64Array;
  /** Their mean according to the claim. */
  readonly expected: number;
  readonly what?: string;
}

export interface StatisticalSpec<Case, Subject> {
  readonly says: string;
  readonly given: Cases<Case>;
  /** False-alarm rate of this check, over all its cases; the share of the suite's budget by default. */
  readonly alpha?: number;
  /** Random cases, 4 by default. */
  readonly runs?: number;
  /** `random` is a stream of its own for every case. */
  measure(c: Case, subject: Subject, random: Random): Sample | readonly Sample[];
}

/** The suite's budget for false alarms of all its statistical checks together. */
export const SUITE_ALPHA = 1e-6;
/**
 * A check's share, as for a suite of at most a hundred of them: Holm's first step, which is what decides a
 * run.
 */
const SHARE = SUITE_ALPHA / 100;
/** Chance of missing an error of the size that `detects` states. */
const MISS = 1e-3;
const MIN_SAMPLE = 1000;
/** A sample that is constant up to rounding has no deviation to test with. */
const ROUNDING = ULPS.expression * UNIT;

interface Test {
  readonly p: number;
  readonly text: string;
  readonly draws: number;
}

/**
 * Two-sided z-test of a mean. The normal tail is widened by Cramer's first term exp(|skewness| |z|^3 / (6
 * sqrt n)), so that a skewed sample does not raise false alarms far out in the tail, where the central limit
 * theorem is least true.
 */
function zTest({ values, expected, what }: Sample): Test {
  const n = values.length;
  if (n < MIN_SAMPLE)
    throw new RangeError(
      `statistical: a sample must have at least ${MIN_SAMPLE} draws, got ${n} - enumerate instead`,
    );
  const centre = mean(values);
  const deviation = standardDeviation(values);
  const error = Math.abs(centre - expected);
  const text = `${label(what)}mean ${centre} of ${n} draws with deviation ${brief(deviation)}`;
  if (!Number.isFinite(error + deviation)) return { p: 0, text, draws: n };
  if (deviation <= ROUNDING * Math.abs(centre))
    return { p: error <= ROUNDING * Math.max(Math.abs(centre), Math.abs(expected)) ? 1 : 0, text, draws: n };
  const z = (error / deviation) * Math.sqrt(n);
  const skewness = values.reduce((sum, x) => sum + ((x - centre) / deviation) ** 3, 0) / n;
  // beyond this the widened tail would rise again; a tail only falls
  const reached = Math.min(z, (2 * Math.sqrt(n)) / Math.abs(skewness));
  const widening = Math.exp((Math.abs(skewness) * reached ** 3) / (6 * Math.sqrt(n)));
  const tail = 2 * normalCdf(-reached);
  return { p: tail === 0 ? 0 : Math.min(1, tail * widening), text: `${text}, z = ${brief(z)}`, draws: n };
}

/** The most significant of several tests, its p-value corrected for their number (Holm's first step). */
function leastLikely(tests: readonly (Test & { readonly case: string; readonly expected: number })[]) {
  const adjusted = holm(tests.map(test => test.p));
  const p = Math.min(...adjusted);
  return { p, test: tests[adjusted.indexOf(p)]! };
}

/**
 * The error of a mean that is found with probability 1 - MISS wherever it is, in standard deviations of a
 * draw.
 */
function smallestEffect(tests: readonly Test[], alpha: number): number {
  const draws = Math.min(...tests.map(test => test.draws));
  return -(normalQuantile(alpha / tests.length / 2) + normalQuantile(MISS)) / Math.sqrt(draws);
}

/**
 * A mean has the stated value: a z-test in every case, the check's false-alarm rate being shared by Holm's
 * rule. A wrong mean is not shrunk: a smaller case would be another sample.
 */
export function statistical<Case, Subject>(spec: StatisticalSpec<Case, Subject>): Check<Subject> {
  const { says, given, alpha = SHARE } = spec;
  if (!(alpha > 0 && alpha <= SUITE_ALPHA))
    throw new RangeError(
      `statistical: alpha must be in (0, ${SUITE_ALPHA}], the suite's budget, got ${alpha}`,
    );
  return {
    kind: 'statistical',
    says,
    run(name, subject, options) {
      const runs = randomCases(spec.runs ?? 4, options);
      const found = search(name, given, runs, options, c => {
        const key = fc.stringify(c);
        const measured = spec.measure(c, subject, stream(options.seed, 'sample', name, key));
        const show = givenOf(given).show ?? fc.stringify;
        return {
          value: (isList(measured) ? measured : [measured]).map(sample => ({
            ...zTest(sample),
            case: show(c),
            expected: sample.expected,
          })),
        };
      });
      const draws = Math.min(...found.values.flat().map(sample => sample.draws));
      const demands = {
        ...casesDemanded(given, runs),
        alpha,
        ...(Number.isFinite(draws) && { draws }),
      };
      const head = { name, says, kind: 'statistical', cases: found.cases, demands } as const;
      if (found.failure !== undefined) return { ...head, ...found.failure };
      const tests = found.values.flat();
      const { p, test } = leastLikely(tests);
      const error = smallestEffect(tests, alpha);
      if (p > alpha)
        return {
          ...head,
          outcome: 'pass',
          test: { p, alpha },
          detects: { error, of: 'the standard deviation of a draw' },
        };
      const expected = `mean ${test.expected} (false-alarm rate ${alpha})`;
      const failure = { case: test.case, expected, measured: `${test.text}, p = ${brief(p)}` };
      return { ...head, outcome: 'fail', test: { p, alpha }, failure };
    },
  };
}
