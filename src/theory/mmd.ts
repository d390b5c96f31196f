/** @file The squared maximum mean discrepancy of two samples, without bias (Gretton et al. 2012, eq. 3). */
import type { Matrix, Vector } from './numerics/matrix.js';

export type Kernel = (x: Vector, y: Vector) => number;

const squaredDistance = (x: Vector, y: Vector): number => x.reduce((sum, a, i) => sum + (a - y[i]!) ** 2, 0);

/** exp(-|x - y|^2 / (2 width^2)) */
export const gaussianKernel =
  (width: number): Kernel =>
  (x, y) =>
    Math.exp(-squaredDistance(x, y) / (2 * width ** 2));

/**
 * c / (c + |x - y|^2): of heavy tails, the kernel of Wasserstein autoencoders with c = 2d (Tolstikhin et al.
 * 2018).
 */
export const inverseMultiquadric =
  (c: number): Kernel =>
  (x, y) =>
    c / (c + squaredDistance(x, y));

/** The mean of the kernel over pairs of different points of one sample. */
function meanOfPairs(points: Matrix, kernel: Kernel): number {
  let sum = 0;
  for (const [i, x] of points.entries()) for (let j = 0; j < i; j++) sum += kernel(x, points[j]!);
  return (2 * sum) / (points.length * (points.length - 1));
}

/**
 * E k(x, x') + E k(y, y') - 2 E k(x, y), each mean over pairs of different points: its expectation is the
 * squared discrepancy of the two distributions, so that it may be negative.
 * @throws for a sample of fewer than two points
 */
export function unbiasedMmd(x: Matrix, y: Matrix, kernel: Kernel): number {
  if (x.length < 2 || y.length < 2)
    throw new Error(`mmd: each sample must have two points or more, got ${x.length} and ${y.length}`);
  let cross = 0;
  for (const a of x) for (const b of y) cross += kernel(a, b);
  return meanOfPairs(x, kernel) + meanOfPairs(y, kernel) - (2 * cross) / (x.length * y.length);
}
