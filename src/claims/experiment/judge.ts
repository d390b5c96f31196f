/**
 * @file Judging a statement by runs. A statement is made of parts, all of which must hold; a part is a comparison of two
 * sets of values with a one-sided p-value in each direction. A false statement is called supported, and a true one
 * contradicted, with probability alpha/2 at most: as far as means of few values are Student's, see docs/reports.md.
 */
import { brief } from '../checks/text.js';
import { holm, mean, standardDeviation } from '../statistics.js';
import type { Arm, Judgement, RunRecord } from './model.js';
import { armLabel, valuesOf } from './summary.js';
import { type Welch, welch } from './welch.js';

/** Error rate of a statement, both directions together. */
export const STATEMENT_ALPHA = 0.05;

/** Values of one arm, one a run. */
export interface Sample {
  readonly name: string;
  readonly values: readonly number[];
}

/** A comparison that a statement asserts, and what the values say of it. */
export interface Part {
  /** The numbers in words. */
  readonly why: string;
  /** p-values against the part being false (small: supported) and being true (small: contradicted); absent when untestable. */
  readonly p?: { readonly supports: number; readonly contradicts: number };
}

export interface CompareOptions {
  /** 'log' compares geometric means: for quantities whose seeds differ by a factor. All values must be positive. */
  readonly scale?: 'linear' | 'log';
  /** The second mean is multiplied by this first. */
  readonly factor?: number;
}

/** A quantity of the complete runs of an arm. */
export const sampleOf = (runs: readonly RunRecord[], arm: Arm, quantity: string): Sample => ({
  name: armLabel(arm),
  values: valuesOf(runs, arm, quantity),
});

/** Why a sample cannot be compared, or undefined. */
function unfit({ name, values }: Sample, least: number, positive: boolean): string | undefined {
  if (values.length < least)
    return `${name} has ${values.length} of the ${least} complete runs that are needed`;
  const bad = values.find(value => !Number.isFinite(value) || (positive && value <= 0));
  return bad === undefined ? undefined : `${name} has the value ${bad}`;
}

const interval = ([low, high]: readonly [number, number]): string => `[${brief(low)}, ${brief(high)}]`;

/** Means, their difference or ratio with its 95 % interval. */
function describe(a: Sample, b: Sample, scale: 'linear' | 'log', test: Welch): string {
  const centre = ({ values }: Sample): string =>
    brief(scale === 'log' ? Math.exp(mean(values.map(Math.log))) : mean(values));
  const [low, high] = test.interval(STATEMENT_ALPHA);
  const found =
    scale === 'log'
      ? `ratio ${brief(Math.exp(test.difference))} ${interval([Math.exp(low), Math.exp(high)])}`
      : `difference ${brief(test.difference)} ${interval([low, high])}`;
  return `${a.name}: ${centre(a)} (n ${a.values.length}); ${b.name}: ${centre(b)} (n ${b.values.length}); ${found}${test.exact ? ', without any spread over seeds' : ''}`;
}

interface Tested {
  readonly test: Welch;
  readonly why: string;
  /** The difference at which mean(a) = factor mean(b), in a test of its own. */
  against(factor: number): { readonly below: number; readonly above: number };
}

function tested(a: Sample, b: Sample, scale: 'linear' | 'log'): Tested | string {
  const reason = unfit(a, 2, scale === 'log') ?? unfit(b, 2, scale === 'log');
  if (reason !== undefined) return reason;
  const of = ({ values }: Sample, factor: number): number[] =>
    values.map(value => (scale === 'log' ? Math.log(factor * value) : factor * value));
  const test = welch(of(a, 1), of(b, 1));
  return {
    test,
    why: describe(a, b, scale, test),
    against: factor => {
      const shifted = welch(of(a, 1), of(b, factor));
      return { below: shifted.below(0), above: shifted.above(0) };
    },
  };
}

/** The mean of `a` is below that of `b`, or below `factor` times it: "not more than 5 % above" is a factor of 1.05. */
export function below(a: Sample, b: Sample, { scale = 'linear', factor = 1 }: CompareOptions = {}): Part {
  const found = tested(a, b, scale);
  if (typeof found === 'string') return { why: found };
  const p = found.against(factor);
  const limit = factor === 1 ? '' : `, asserted below ${factor} times`;
  return { why: found.why + limit, p: { supports: p.below, contradicts: p.above } };
}

/** The mean of `a` lies within [mean(b) / factor, factor mean(b)], `b` being positive: two one-sided tests. */
export function withinFactor(
  a: Sample,
  b: Sample,
  { scale = 'linear', factor }: CompareOptions & { readonly factor: number },
): Part {
  if (!(factor > 1)) throw new RangeError(`withinFactor: factor must be above 1, got ${factor}`);
  const found = tested(a, b, scale);
  if (typeof found === 'string') return { why: found };
  const reason = unfit(b, 2, true);
  if (reason !== undefined) return { why: reason };
  const [upper, lower] = [found.against(factor), found.against(1 / factor)];
  return {
    why: `${found.why}, asserted within a factor of ${factor}`,
    p: {
      supports: Math.max(upper.below, lower.above),
      contradicts: Math.min(upper.above, lower.below),
    },
  };
}

/** Means rise (fall) from each sample to the next. */
export const monotone = (
  samples: readonly Sample[],
  direction: 'rising' | 'falling',
  options: Pick<CompareOptions, 'scale'> = {},
): Part[] =>
  samples.slice(1).map((next, i) => {
    const [a, b] = direction === 'rising' ? [samples[i]!, next] : [next, samples[i]!];
    return below(a, b, options);
  });

/** Pseudo-values of the logarithm of the variance: n log s^2 - (n - 1) log s_(-i)^2. */
const pseudoValues = (values: readonly number[]): number[] =>
  values.map(
    (_, i) =>
      2 * values.length * Math.log(standardDeviation(values)) -
      2 * (values.length - 1) * Math.log(standardDeviation(values.toSpliced(i, 1))),
  );

/**
 * The variance of `a` over its runs is below that of `b`, by Miller's jackknife of the log variance (Ann. Math. Stat. 39,
 * 1968): an F test of two variances trusts that values are normal, and errs twice as often as stated where they are not.
 */
export function varianceBelow(a: Sample, b: Sample): Part {
  const reason = unfit(a, 3, false) ?? unfit(b, 3, false);
  if (reason !== undefined) return { why: reason };
  const [u, v] = [pseudoValues(a.values), pseudoValues(b.values)];
  const deviations = `standard deviation of ${a.name}: ${brief(standardDeviation(a.values))} (n ${a.values.length}); of ${b.name}: ${brief(standardDeviation(b.values))} (n ${b.values.length})`;
  if (![...u, ...v].every(Number.isFinite))
    return { why: `${deviations}; equal values leave no variance to compare` };
  const test = welch(u, v);
  const [low, high] = test.interval(STATEMENT_ALPHA);
  return {
    why: `${deviations}; ratio of variances ${brief(Math.exp(test.difference))} ${interval([Math.exp(low), Math.exp(high)])}`,
    p: { supports: test.below(0), contradicts: test.above(0) },
  };
}

const probability = (p: number): string => (p < 1e-4 ? 'p < 0.0001' : `p = ${brief(p)}`);

/**
 * All parts hold: supported when each is, contradicted when one is, the p-values of each direction adjusted by Holm's
 * rule for the number of parts. Anything else, an untestable part included, cannot be told.
 */
export function judge(parts: readonly Part[]): Judgement {
  if (parts.length === 0) throw new RangeError('judge: a statement must have at least one part, got none');
  const adjusted = (side: 'supports' | 'contradicts'): number[] => holm(parts.map(({ p }) => p?.[side] ?? 1));
  const [supports, contradicts] = [adjusted('supports'), adjusted('contradicts')];
  const why = parts
    .map((part, i) => {
      const p = Math.min(supports[i]!, contradicts[i]!);
      return part.p === undefined ? part.why : `${part.why}, ${probability(p)}`;
    })
    .join('\n');
  const adjusts = parts.length > 1 && parts.some(part => part.p !== undefined);
  const corrected = adjusts ? `\n(p-values are adjusted for ${parts.length} comparisons)` : '';
  const level = STATEMENT_ALPHA / 2;
  const outcome = contradicts.some(p => p <= level)
    ? 'contradicted'
    : supports.every(p => p <= level)
      ? 'supported'
      : 'cannot-tell';
  return { outcome, why: `${why}${corrected}` };
}
