/** @file Which minimum a landscape leads to from where: steepest descent on a grid, then off it. */
import { type Landscape, lowestFrom } from '../../src/theory/closed/toy-landscape.js';

export interface Grid {
  readonly means: readonly number[];
  readonly deviations: readonly number[];
}

/** Means from -50 to 60, deviations from 1 to 50. */
export const gridOf = (step: number): Grid => ({
  means: Array.from({ length: Math.floor(110 / step) + 1 }, (_, i) => -50 + step * i),
  deviations: Array.from({ length: Math.floor(49 / step) + 1 }, (_, i) => 1 + step * i),
});

export interface Lowest {
  readonly at: readonly number[];
  readonly value: number;
  /** Of the points of the grid, the share that leads there. */
  readonly share: number;
}

/**
 * Neighbours two steps away as well: on a grid the direct ones see false minima in narrow oblique valleys.
 */
const REACH = [-2, -1, 0, 1, 2];

/**
 * The minima of a landscape with their basins; `values` are those at the points of the grid, a row for each
 * mean.
 */
export function basins(
  of: Landscape,
  { means, deviations }: Grid,
  values: readonly ArrayLike<number>[],
): Lowest[] {
  const lowerNeighbour = (i: number, j: number): readonly [number, number] => {
    let best: readonly [number, number] = [i, j];
    for (const a of REACH)
      for (const b of REACH) {
        const there = values[i + a]?.[j + b];
        if (there !== undefined && there < values[best[0]]![best[1]]!) best = [i + a, j + b];
      }
    return best;
  };
  const sinks = new Map<string, number>();
  for (const i of means.keys())
    for (const j of deviations.keys()) {
      let at: readonly [number, number] = [i, j];
      for (let next = lowerNeighbour(...at); next !== at; next = lowerNeighbour(...at)) {
        if (next[0] === at[0] && next[1] === at[1]) break;
        at = next;
      }
      const key = at.join();
      sinks.set(key, (sinks.get(key) ?? 0) + 1 / (means.length * deviations.length));
    }
  const found: Lowest[] = [];
  for (const [key, share] of sinks) {
    const [i, j] = key.split(',').map(Number) as [number, number];
    const { at, value } = lowestFrom(of, [means[i]!, deviations[j]!]);
    const same = found.findIndex(other => Math.hypot(other.at[0]! - at[0]!, other.at[1]! - at[1]!) < 1);
    if (same < 0) found.push({ at, value, share });
    else found[same] = { ...found[same]!, share: found[same]!.share + share };
  }
  return found.sort((a, b) => b.share - a.share);
}
