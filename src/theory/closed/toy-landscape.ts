/**
 * @file The toy landscape of Figure 1: a loss over the mean and deviation of a normal distribution, with two
 * basins.
 */
import { rule } from '../numerics/gauss-legendre.js';
import type { Vector } from '../numerics/matrix.js';
import { formula } from './formula.js';

export interface ToyRules {
  /**
   * The weights of the two basins, the wide one first; their centres; how fast the loss grows with the
   * divergence.
   */
  readonly weights: readonly [number, number];
  readonly centres: readonly [Normal, Normal];
  readonly widths: readonly [number, number];
  /** KL of the first from the second. */
  readonly divergence: (from: Normal, to: Normal) => number;
  /** The radius of SAM's ball. */
  readonly radius: number;
  /** The standard deviation of MFVI's noise in each of p directions, for the covariance (rho^2/p) I. */
  readonly deviation: (radius: number, p: number) => number;
  /**
   * The loss at a deviation s <= 0, where the noise leads but no distribution is: a place to take it at, or
   * none.
   */
  readonly beyond: (s: number) => number | undefined;
}

export interface Normal {
  readonly mean: number;
  readonly deviation: number;
}

export const NORMAL_DIVERGENCE = formula(
  'KL of a normal distribution from another',
  '((s / S)^2 + ((m - M) / S)^2 - 1) / 2 - log(s / S)',
  { m: 'mean', s: 'deviation', M: "the other's mean", S: "the other's deviation" },
);

const divergence = (from: Normal, to: Normal): number =>
  NORMAL_DIVERGENCE.evaluate({ m: from.mean, s: from.deviation, M: to.mean, S: to.deviation });

/** The constants of Kim et al. 2022, as recalled: Figure 1 does not state them. */
export const TOY_RULES: ToyRules = {
  weights: [0.7, 0.3],
  centres: [
    { mean: 20, deviation: 30 },
    { mean: -20, deviation: 10 },
  ],
  widths: [1.8, 1.2],
  divergence,
  radius: 8,
  deviation: (radius, p) => radius / Math.sqrt(p),
  // the divergence is even in the deviation
  beyond: s => -s,
};

/** A point of the plane: mean and deviation. */
export type Landscape = (w: Vector) => number;

/** -log of the sum of weight_k exp(-KL_k / width_k^2); NaN where it is not defined. */
export const toyLoss =
  ({ weights, centres, widths, divergence: kl, beyond }: ToyRules): Landscape =>
  ([mean, s]) => {
    const deviation = s! > 0 ? s : beyond(s!);
    if (deviation === undefined) return Number.NaN;
    const from = { mean: mean!, deviation };
    return -Math.log(
      weights.reduce(
        (sum, weight, k) => sum + weight * Math.exp(-kl(from, centres[k]!) / widths[k]! ** 2),
        0,
      ),
    );
  };

const H = 2 ** -14;

/** By central differences, good to nine digits here. */
export function gradientOf(f: Landscape, w: Vector): readonly [number, number] {
  const [m, s] = w as readonly [number, number];
  return [(f([m + H, s]) - f([m - H, s])) / (2 * H), (f([m, s + H]) - f([m, s - H])) / (2 * H)];
}

/** The point at a distance in one of so many directions. */
export const around = ([m, s]: Vector, distance: number, k: number, directions: number): [number, number] => {
  const angle = (2 * Math.PI * k) / directions;
  return [m! + distance * Math.cos(angle), s! + distance * Math.sin(angle)];
};

const ANGLES = 120;

/**
 * The largest loss on the disk around a point; it is on the edge unless there is a maximum inside, which
 * there is not.
 */
export function worstCase(rules: ToyRules): Landscape {
  const f = toyLoss(rules);
  return w => {
    let largest = f(w);
    for (let k = 0; k < ANGLES; k++) largest = Math.max(largest, f(around(w, rules.radius, k, ANGLES)));
    return largest;
  };
}

/** L + rho |grad L|, the first order of the worst case. */
export function penalised(rules: ToyRules): Landscape {
  const f = toyLoss(rules);
  return w => f(w) + rules.radius * Math.hypot(...gradientOf(f, w));
}

/** The loss after one step of SAM. */
export function oneStep(rules: ToyRules): Landscape {
  const f = toyLoss(rules);
  return w => {
    const [a, b] = gradientOf(f, w);
    const n = Math.hypot(a, b);
    return n === 0 ? f(w) : f([w[0]! + (rules.radius * a) / n, w[1]! + (rules.radius * b) / n]);
  };
}

/** How many deviations the quadrature reaches; what lies beyond has a mass of 4e-9. */
const REACH = 6;

/** Nodes of the quadrature for each piece: means are good to 1e-6. */
const NODES = 24;

/**
 * Nodes and unnormalised weights of a standard normal variable on [-6, 6], in two pieces where an edge lies
 * between.
 */
function normalNodes(count: number, edge: number): { readonly at: number; readonly weight: number }[] {
  const cut = Math.abs(edge) < REACH;
  const pieces = cut ? [-REACH - edge, REACH - edge] : [2 * REACH];
  return pieces.flatMap(length =>
    rule(count).map(([t, w]) => {
      const share = (1 + t) / 2;
      // nodes crowd at an edge, by the cube: a logarithm there is smooth enough then
      const at = cut ? edge + length * share ** 3 : length * share - REACH;
      const density = Math.exp((-at * at) / 2) * (cut ? 3 * share ** 2 : 1);
      return { at, weight: w * Math.abs(length) * density };
    }),
  );
}

/**
 * The mean loss under Gaussian noise. The loss has a logarithm at the deviation 0, where an even grid of
 * cells makes false minima: the quadrature is in pieces on its two sides. Where the loss is not defined it is
 * left out of the mean.
 */
export function noisy(rules: ToyRules, nodes = NODES): Landscape {
  const f = toyLoss(rules);
  const deviation = rules.deviation(rules.radius, 2);
  const across = normalNodes(nodes, Infinity);
  return ([m, s]) => {
    const along = normalNodes(nodes, -s! / deviation);
    let [total, mass] = [0, 0];
    for (const { at: y, weight: own } of along)
      for (const { at: x, weight } of across) {
        const value = f([m! + deviation * x, s! + deviation * y]);
        if (Number.isNaN(value)) continue;
        mass += own * weight;
        total += own * weight * value;
      }
    return total / mass;
  };
}

const DIRECTIONS = 24;

/**
 * The minimum that is reached from a point by steps downhill, in 24 directions because a worst case is not
 * smooth; the first steps are short enough not to jump from one basin into the other.
 */
export function lowestFrom(
  f: Landscape,
  start: Vector,
): { readonly at: readonly number[]; readonly value: number } {
  let at = [...start];
  let value = f(at);
  for (let step = 1; step > 2 ** -6; ) {
    let better: number[] | undefined;
    for (let k = 0; k < DIRECTIONS && better === undefined; k++) {
      const next = around(at, step, k, DIRECTIONS);
      const there = f(next);
      if (there < value) [better, value] = [next, there];
    }
    if (better === undefined) step /= 2;
    else at = better;
  }
  return { at, value };
}
