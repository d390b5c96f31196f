/**
 * @file Two arms compared by their means. Runs with the same seed begin alike, so that their values are
 * pairs: five pairs or more are compared by their differences. Fewer say little about their own spread; then
 * Welch's test over all runs must say the same. Without a seed in common it is Welch's test alone.
 */
import { brief } from '../checks/text.js';
import { mean } from '../statistics.js';
import type { PairedDifference, Seed } from './model.js';
import { type Limit, type Pairing, pairsOf, type Sample } from './sample.js';
import { bootstrapInterval } from './summary.js';
import { type MeanTest, paired, welch } from './welch.js';

/** Error rate of a statement, both directions together. */
export const STATEMENT_ALPHA = 0.05;

/** Runs that an arm must have. */
export const LEAST_RUNS = 3;
/** Pairs that need no second test. */
export const ENOUGH_PAIRS = 5;

export type Scale = 'linear' | 'log';

/**
 * p-values against a part being false (small: supported) and against its being true (small: contradicted).
 */
export interface Evidence {
  readonly supports: number;
  readonly contradicts: number;
}

/** One test of the difference of two means, the second multiplied by a factor first. */
interface OneTest {
  /** What was tested and found, in words, with a place for its p-value at the end. */
  readonly words: string;
  at(factor: number): MeanTest;
}

/** What two arms offer to a comparison. */
export interface Compared {
  /** The means in words. */
  readonly head: string;
  /** All must agree; none where nothing can be tested. */
  readonly tests: readonly OneTest[];
  readonly pairs?: () => PairedDifference;
}

const isLimit = (side: Sample | Limit): side is Limit => 'limit' in side;

/** Why a sample cannot be compared, or undefined. */
export function unfit(side: Sample | Limit, positive: boolean): string | undefined {
  const values = isLimit(side) ? [side.limit] : side.values;
  if (!isLimit(side) && values.length < LEAST_RUNS)
    return `${side.name} has values of ${values.length} of the ${LEAST_RUNS} complete runs that are needed`;
  const bad = values.find(value => !Number.isFinite(value) || (positive && value <= 0));
  return bad === undefined ? undefined : `${side.name} has the value ${bad}`;
}

export const interval = ([low, high]: readonly [number, number]): string => `[${brief(low)}, ${brief(high)}]`;

const shown = (test: MeanTest, scale: Scale): string => {
  const [low, high] = test.interval(STATEMENT_ALPHA);
  const found =
    scale === 'log'
      ? `ratio ${brief(Math.exp(test.difference))} ${interval([Math.exp(low), Math.exp(high)])}`
      : `difference ${brief(test.difference)} ${interval([low, high])}`;
  return test.exact ? `${found}, without any spread over seeds` : found;
};

const centre = (side: Sample | Limit, scale: Scale): string => {
  if (isLimit(side)) return brief(side.limit);
  const middle = scale === 'log' ? Math.exp(mean(side.values.map(Math.log))) : mean(side.values);
  return `${brief(middle)} (n ${side.values.length})`;
};

const list = (seeds: readonly Seed[]): string =>
  `${seeds.length === 1 ? 'seed' : 'seeds'} ${seeds.join(', ')}`;

/** How many pairs, and what has no partner. */
export function pairWords({ seeds, dropped }: Pairing, a: Sample, b: Sample): string {
  const lost = (
    [
      [dropped.a, a.name],
      [dropped.b, b.name],
    ] as const
  )
    .filter(([some]) => some.length > 0)
    .map(([some, name]) => `${list(some)} of ${name}`);
  const without = lost.length === 0 ? '' : `, without ${lost.join(' and ')}`;
  return `${seeds.length} ${seeds.length === 1 ? 'pair' : 'pairs'}${without}`;
}

function differenceOf(a: Sample, b: Sample, pairing: Pairing, scale: Scale): PairedDifference {
  const of = (value: number): number => (scale === 'log' ? Math.log(value) : value);
  const back = (value: number): number => (scale === 'log' ? Math.exp(value) : value);
  const differences = pairing.a.map((value, i) => of(value) - of(pairing.b[i]!));
  const [low, high] = paired(differences).interval(STATEMENT_ALPHA);
  const [bootstrapLow, bootstrapHigh] = bootstrapInterval(differences);
  return {
    a: a.name,
    b: b.name,
    scale,
    seeds: pairing.seeds,
    differences: differences.map(back),
    mean: back(mean(differences)),
    low: back(low),
    high: back(high),
    bootstrapLow: back(bootstrapLow),
    bootstrapHigh: back(bootstrapHigh),
    dropped: pairing.dropped,
  };
}

/** Which tests two arms are compared by; or why they cannot be. */
export function compareMeans(a: Sample | Limit, b: Sample | Limit, scale: Scale): Compared | string {
  const reason = unfit(a, scale === 'log') ?? unfit(b, scale === 'log');
  if (reason !== undefined) return reason;
  const of = (values: readonly number[], factor: number): number[] =>
    values.map(value => (scale === 'log' ? Math.log(factor * value) : factor * value));
  const head = `${a.name}: ${centre(a, scale)}; ${b.name}: ${centre(b, scale)}`;
  const byDifference = (words: string, u: readonly number[], v: readonly number[]): OneTest => {
    const at = (factor: number): MeanTest => {
      const second = of(v, factor);
      return paired(of(u, 1).map((value, i) => value - second[i]!));
    };
    return { words: `${words}${shown(at(1), scale)}`, at };
  };
  if (isLimit(a) || isLimit(b)) {
    const count = Math.max(...[a, b].map(side => (isLimit(side) ? 0 : side.values.length)));
    const values = (side: Sample | Limit) =>
      isLimit(side) ? Array.from({ length: count }, () => side.limit) : side.values;
    return { head, tests: [byDifference('', values(a), values(b))] };
  }
  const independent = (words: string): OneTest => {
    const at = (factor: number): MeanTest => welch(of(a.values, 1), of(b.values, factor));
    return { words: `${words}${shown(at(1), scale)}`, at };
  };
  const pairing = pairsOf(a, b);
  const shared = pairing.seeds.length;
  if (shared === 0) return { head, tests: [independent('')] };
  const words = pairWords(pairing, a, b);
  if (shared === 1)
    return { head: `${head}; ${words}: no spread of differences; give all arms the same seeds`, tests: [] };
  const pairs = () => differenceOf(a, b, pairing, scale);
  const byPairs = byDifference(`${words}: `, pairing.a, pairing.b);
  return shared >= ENOUGH_PAIRS
    ? { head, tests: [byPairs], pairs }
    : { head, tests: [byPairs, independent('Welch over all runs: ')], pairs };
}
