/** @file The squared maximum mean discrepancy between mixtures of axis-aligned Gaussians, in closed form. */
import type { Vector } from '../numerics/matrix.js';

/** A Gaussian with independent entries. */
export interface Component {
  readonly mean: Vector;
  readonly variances: Vector;
}

/** E exp(-|x - y|^2 / (2 width^2)) for independent x and y of two Gaussians. */
function kernelMean(p: Component, q: Component, width: number): number {
  let exponent = 0;
  let volume = 1;
  for (const [k, m] of p.mean.entries()) {
    const spread = width ** 2 + p.variances[k]! + q.variances[k]!;
    exponent -= (m - q.mean[k]!) ** 2 / (2 * spread);
    volume *= width ** 2 / spread;
  }
  return Math.exp(exponent) * Math.sqrt(volume);
}

const pairs = (p: readonly Component[], q: readonly Component[], width: number): number =>
  p.reduce((sum, a) => sum + q.reduce((s, b) => s + kernelMean(a, b, width), 0), 0) / (p.length * q.length);

/** Between equally weighted mixtures p and q, for the kernel exp(-|x - y|^2 / (2 width^2)); 0 up to rounding if p = q. */
export const mixtureMmd = (p: readonly Component[], q: readonly Component[], width: number): number =>
  pairs(p, p, width) + pairs(q, q, width) - 2 * pairs(p, q, width);

/** N(0, I) in d dimensions. */
export const standardNormal = (d: number): Component => ({
  mean: new Array<number>(d).fill(0),
  variances: new Array<number>(d).fill(1),
});
