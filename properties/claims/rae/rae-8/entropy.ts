/** @file RAE-8: cross-entropies of codes, and their size. */

import { type Gaussian, logDensityOf } from '../../../../src/theory/density/gaussian.js';
import { logDet } from '../../../../src/theory/numerics/cholesky.js';
import { type Matrix, norm, trace, type Vector } from '../../../../src/theory/numerics/matrix.js';

export const meanOver = (points: Matrix, f: (x: Vector) => number): number =>
  points.reduce((sum, x) => sum + f(x), 0) / points.length;

/** -E log q over the points. */
export const crossEntropy = (points: Matrix, q: Gaussian): number => -meanOver(points, logDensityOf(q));

export const sizeOf = ({ mean, covariance }: Gaussian): number =>
  (norm(mean) ** 2 + trace(covariance) + mean.length) *
  (1 + trace(covariance) / Math.exp(logDet(covariance) / mean.length));
