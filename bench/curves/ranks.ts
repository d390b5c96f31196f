/**
 * @file An exact test of whether some curves are further from float64 than others: by their ranks in each
 * seed, whatever the sizes.
 */
import { median } from '../spread.js';
import type { Curve } from './runs.js';

/** Steps until curves have parted as far as they do. */
const PARTED = 20;

/** Median distance of a curve from another once they have parted: a spike of a few steps does not count. */
export function typical(curve: Curve, exact: Curve): number {
  return median(curve.map((loss, i) => Math.abs(loss - exact[i]!)).slice(PARTED));
}

/** Distances of one seed. */
export interface Distances {
  readonly judged: readonly number[];
  readonly peers: readonly number[];
}

/** Ranks from 1, ties sharing the mean of theirs. */
const rank = (value: number, all: readonly number[]): number =>
  all.filter(other => other < value).length + (all.filter(other => other === value).length + 1) / 2;

/** All sums of `count` of the numbers. */
function sums(numbers: readonly number[], count: number): number[] {
  if (count === 0) return [0];
  return numbers.flatMap((first, i) => sums(numbers.slice(i + 1), count - 1).map(rest => first + rest));
}

/**
 * How likely the judged would have ranks as high as theirs, in all seeds together, were they no other than
 * their peers: every choice of as many curves of a seed is as likely.
 */
export function asFar(seeds: readonly Distances[]): number {
  let observed = 0;
  let chances = new Map([[0, 1]]);
  for (const { judged, peers } of seeds) {
    const all = [...judged, ...peers];
    const ranks = all.map(value => rank(value, all));
    observed += ranks.slice(0, judged.length).reduce((a, b) => a + b, 0);
    const choices = sums(ranks, judged.length);
    const next = new Map<number, number>();
    for (const [sum, chance] of chances)
      for (const choice of choices)
        next.set(sum + choice, (next.get(sum + choice) ?? 0) + chance / choices.length);
    chances = next;
  }
  return [...chances].reduce((p, [sum, chance]) => (sum >= observed ? p + chance : p), 0);
}
