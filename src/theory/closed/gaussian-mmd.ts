/** @file The squared maximum mean discrepancy between mixtures of axis-aligned Gaussians, in closed form. */
import type { Vector } from '../numerics/matrix.js';
import { formula } from './formula.js';

/** A Gaussian with independent entries. */
export interface Component {
  readonly mean: Vector;
  readonly variances: Vector;
}

const SPREAD = { w: "the kernel's width", v: 'variance of x', V: 'variance of y' };

export const KERNEL_EXPONENT = formula(
  'what a coordinate adds to the negative exponent of the mean of the kernel',
  '(m - M)^2 / (2 * (w^2 + v + V))',
  { m: 'mean of x', M: 'mean of y', ...SPREAD },
);

export const KERNEL_VOLUME = formula(
  'factor of a coordinate in the square of what stands before the exponential',
  'w^2 / (w^2 + v + V)',
  SPREAD,
);

/** E exp(-|x - y|^2 / (2 width^2)) for independent x and y of two Gaussians. */
function kernelMean(p: Component, q: Component, width: number): number {
  let exponent = 0;
  let volume = 1;
  for (const [k, m] of p.mean.entries()) {
    const [v, V] = [p.variances[k]!, q.variances[k]!];
    exponent -= KERNEL_EXPONENT.evaluate({ m, M: q.mean[k]!, w: width, v, V });
    volume *= KERNEL_VOLUME.evaluate({ w: width, v, V });
  }
  return Math.exp(exponent) * Math.sqrt(volume);
}

const pairs = (p: readonly Component[], q: readonly Component[], width: number): number =>
  p.reduce((sum, a) => sum + q.reduce((s, b) => s + kernelMean(a, b, width), 0), 0) / (p.length * q.length);

/**
 * Between equally weighted mixtures p and q, for the kernel exp(-|x - y|^2 / (2 width^2)); 0 up to rounding
 * if p = q.
 */
export const mixtureMmd = (p: readonly Component[], q: readonly Component[], width: number): number =>
  pairs(p, p, width) + pairs(q, q, width) - 2 * pairs(p, q, width);

/** N(0, I) in d dimensions. */
export const standardNormal = (d: number): Component => ({
  mean: new Array<number>(d).fill(0),
  variances: new Array<number>(d).fill(1),
});
