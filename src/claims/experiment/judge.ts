/**
 * @file Judging a statement by runs. A statement is made of parts, all of which must hold; a part is a
 * comparison of two sets of values with a one-sided p-value in each direction. A false statement is called
 * supported, and a true one contradicted, with probability alpha/2 at most: as far as means of few values are
 * Student's, see docs/reports.md.
 */
import { brief } from '../checks/text.js';
import { holm, standardDeviation } from '../statistics.js';
import {
  type Compared,
  compareMeans,
  ENOUGH_PAIRS,
  type Evidence,
  interval,
  LEAST_RUNS,
  pairWords,
  type Scale,
  STATEMENT_ALPHA,
  unfit,
} from './means.js';
import type { Judgement, PairedDifference } from './model.js';
import { type Limit, pairsOf, type Sample } from './sample.js';
import { paired, welch } from './welch.js';

/** A comparison that a statement asserts, and what the values say of it. */
export interface Part {
  /** The numbers in words. */
  readonly why: string;
  /** Absent when untestable. */
  readonly p?: Evidence;
  /** Seed by seed, where the arms share seeds. */
  readonly pairs?: () => PairedDifference;
}

export interface CompareOptions {
  /**
   * 'log' compares geometric means: for quantities whose seeds differ by a factor. All values must be
   * positive.
   */
  readonly scale?: Scale;
  /** The second mean is multiplied by this first. */
  readonly factor?: number;
}

const probability = (p: number): string => (p < 1e-4 ? 'p < 0.0001' : `p = ${brief(p)}`);

/** A part of tests that must all agree: the p-value of each direction is the largest. */
function agreed(
  head: string,
  tests: readonly { readonly words: string; readonly p: Evidence }[],
  asserted: string,
): Part {
  if (tests.length === 0) return { why: head };
  const several = tests.length > 1;
  const words = tests.map(({ words, p }) =>
    several ? `${words} (${probability(Math.min(p.supports, p.contradicts))})` : words,
  );
  return {
    why: `${[head, ...words].join('; ')}${asserted}${several ? '; both must agree' : ''}`,
    p: {
      supports: Math.max(...tests.map(({ p }) => p.supports)),
      contradicts: Math.max(...tests.map(({ p }) => p.contradicts)),
    },
  };
}

function meansPart(
  found: Compared | string,
  asserted: string,
  p: (test: Compared['tests'][number]) => Evidence,
): Part {
  if (typeof found === 'string') return { why: found };
  const { head, tests, pairs } = found;
  const part = agreed(
    head,
    tests.map(test => ({ words: test.words, p: p(test) })),
    asserted,
  );
  return pairs === undefined ? part : { ...part, pairs };
}

/**
 * The mean of `a` is below that of `b`, or below `factor` times it: "not more than 5 % above" is a factor of
 * 1.05.
 */
export function below(
  a: Sample | Limit,
  b: Sample | Limit,
  { scale = 'linear', factor = 1 }: CompareOptions = {},
): Part {
  const asserted = factor === 1 ? '' : `, asserted below ${brief(factor)} times`;
  return meansPart(compareMeans(a, b, scale), asserted, ({ at }) => {
    const test = at(factor);
    return { supports: test.below(0), contradicts: test.above(0) };
  });
}

/**
 * The mean of `a` lies within [mean(b) / factor, factor mean(b)], `b` being positive: two one-sided tests.
 */
export function withinFactor(
  a: Sample | Limit,
  b: Sample | Limit,
  { scale = 'linear', factor }: CompareOptions & { readonly factor: number },
): Part {
  if (!(factor > 1)) throw new RangeError(`withinFactor: factor must be above 1, got ${factor}`);
  const found = compareMeans(a, b, scale);
  const reason = typeof found === 'string' ? found : unfit(b, true);
  const asserted = `, asserted within a factor of ${brief(factor)}`;
  return meansPart(reason ?? found, asserted, ({ at }) => {
    const [upper, lower] = [at(factor), at(1 / factor)];
    return {
      supports: Math.max(upper.below(0), lower.above(0)),
      contradicts: Math.min(upper.above(0), lower.below(0)),
    };
  });
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
 * The variance of `a` over its runs is below that of `b`, by Miller's jackknife of the log variance (Ann.
 * Math. Stat. 39, 1968): an F test of two variances trusts that values are normal, and errs twice as often as
 * stated where they are not. Pairs are left out together, so that what the arms have in common cancels.
 */
export function varianceBelow(a: Sample, b: Sample): Part {
  const reason = unfit(a, false) ?? unfit(b, false);
  if (reason !== undefined) return { why: reason };
  const head = `standard deviation of ${a.name}: ${brief(standardDeviation(a.values))} (n ${a.values.length}); of ${b.name}: ${brief(standardDeviation(b.values))} (n ${b.values.length})`;
  const pairing = pairsOf(a, b);
  const shared = pairing.seeds.length;
  if (shared > 0 && shared < LEAST_RUNS) return { why: `${head}; ${pairWords(pairing, a, b)}: too few` };
  const [u, v] = [pseudoValues(a.values), pseudoValues(b.values)];
  const [s, t] = [pseudoValues(pairing.a), pseudoValues(pairing.b)];
  if (![...u, ...v, ...s, ...t].every(Number.isFinite))
    return { why: `${head}; equal values leave no variance to compare` };
  const tests = [
    ...(shared > 0
      ? [[`${pairWords(pairing, a, b)}: `, paired(s.map((value, i) => value - t[i]!))] as const]
      : []),
    ...(shared < ENOUGH_PAIRS ? [[shared > 0 ? 'jackknife over all runs: ' : '', welch(u, v)] as const] : []),
  ].map(([words, test]) => {
    const [low, high] = test.interval(STATEMENT_ALPHA);
    return {
      words: `${words}ratio of variances ${brief(Math.exp(test.difference))} ${interval([Math.exp(low), Math.exp(high)])}`,
      p: { supports: test.below(0), contradicts: test.above(0) },
    };
  });
  return agreed(head, tests, '');
}

/** What the parts say together, without the words for it. */
function decided(parts: readonly Part[]): Pick<Judgement, 'outcome'> & { readonly p: readonly number[] } {
  if (parts.length === 0) throw new RangeError('judge: a statement must have at least one part, got none');
  const adjusted = (side: keyof Evidence): number[] => holm(parts.map(({ p }) => p?.[side] ?? 1));
  const [supports, contradicts] = [adjusted('supports'), adjusted('contradicts')];
  const level = STATEMENT_ALPHA / 2;
  return {
    outcome: contradicts.some(p => p <= level)
      ? 'contradicted'
      : supports.every(p => p <= level)
        ? 'supported'
        : 'cannot-tell',
    p: supports.map((p, i) => Math.min(p, contradicts[i]!)),
  };
}

const bootstrapWords = ({ bootstrapLow, bootstrapHigh }: PairedDifference): string =>
  `; bootstrap of the pairs ${interval([bootstrapLow, bootstrapHigh])}`;

/**
 * All parts hold: supported when each is, contradicted when one is, the p-values of each direction adjusted
 * by Holm's rule for the number of parts. Anything else, an untestable part included, cannot be told.
 */
export function judge(parts: readonly Part[]): Judgement {
  const { outcome, p } = decided(parts);
  const pairs = parts.map(part => part.pairs?.());
  const lines = parts.map((part, i) => {
    const found = pairs[i];
    const words = found === undefined ? part.why : part.why + bootstrapWords(found);
    return part.p === undefined ? words : `${words}, ${probability(p[i]!)}`;
  });
  if (parts.length > 1 && parts.some(part => part.p !== undefined))
    lines.push(`(p-values are adjusted for ${parts.length} comparisons)`);
  const known = pairs.filter(found => found !== undefined);
  return { outcome, why: lines.join('\n'), ...(known.length > 0 && { pairs: known }) };
}

/** A margin that the paper does not give. */
export interface Margin {
  readonly margin: number;
  /** The margin that allows nothing: 1 for a factor, 0 for a difference. */
  readonly none: number;
}

/** Widths of margins that are tried, beyond the one that allows nothing. */
const [NARROWEST, WIDEST] = [1e-6, 1e3];
/** Halvings of their logarithm: the width to four digits. */
const HALVINGS = 18;

/** A margin with as many digits as tell it from one that is near. */
const digits = (margin: number): string => String(Number(margin.toPrecision(4)));

/**
 * The width from which on something is so that is not so before; undefined where it never is, 0 where it
 * always is.
 */
function firstWidth(holds: (width: number) => boolean): number | undefined {
  if (holds(NARROWEST)) return 0;
  if (!holds(WIDEST)) return undefined;
  let [low, high] = [NARROWEST, WIDEST];
  for (let i = 0; i < HALVINGS; i++) {
    const middle = Math.sqrt(low * high);
    if (holds(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/**
 * A statement with a margin of ours, and at which other margins it would be judged otherwise: the wider it
 * is, the more is supported and the less contradicted.
 */
export function judgeWithin({ margin, none }: Margin, parts: (margin: number) => readonly Part[]): Judgement {
  const judged = judge(parts(margin));
  if (parts(margin).every(({ p }) => p === undefined)) return judged;
  const outcomeAt = (width: number) => decided(parts(none + width)).outcome;
  const supported = firstWidth(width => outcomeAt(width) === 'supported');
  const spared = firstWidth(width => outcomeAt(width) !== 'contradicted');
  const sensitivity = {
    margin,
    contradictedBelow: spared === undefined ? 'any' : spared === 0 ? 'none' : none + spared,
    supportedFrom: supported === undefined ? 'none' : none + supported,
  } as const;
  return { ...judged, why: `${judged.why}\n${sensitivityWords(sensitivity)}`, sensitivity };
}

function sensitivityWords({
  margin,
  contradictedBelow,
  supportedFrom,
}: NonNullable<Judgement['sensitivity']>): string {
  const against =
    contradictedBelow === 'any'
      ? 'contradicted at any margin'
      : contradictedBelow === 'none'
        ? 'contradicted at none'
        : `contradicted below ${digits(contradictedBelow)}`;
  const support =
    supportedFrom === 'none' ? 'supported at none' : `supported from ${digits(supportedFrom)} on`;
  return `The margin ${digits(margin)} is ours: by these runs it would be ${against}, ${support}`;
}
