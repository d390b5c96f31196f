/** @file RAE-8: cross-entropies of codes, and their size. */
import { type Gaussian, logDensityOf } from '../../../../src/theory/density/gaussian.js';
import { mat } from '../../../kit.js';

export const meanOver = (points: mat.Matrix, f: (x: mat.Vector) => number): number =>
  mat.sum(points.map(f)) / points.length;

/** -E log q over the points. */
export const crossEntropy = (points: mat.Matrix, q: Gaussian): number => -meanOver(points, logDensityOf(q));

export const sizeOf = ({ mean, covariance }: Gaussian): number =>
  (mat.norm(mean) ** 2 + mat.trace(covariance) + mean.length) *
  (1 + mat.trace(covariance) / Math.exp(mat.logDet(covariance) / mean.length));
