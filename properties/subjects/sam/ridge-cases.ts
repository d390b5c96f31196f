/** @file Ridge losses with a covariance, and what the theorems on SAM and MFVI need to know of them. */

import { ridgeGradient, ridgeHessian } from '../../../src/theory/closed/ridge.js';
import { draw, fc, mat } from '../../kit.js';

/** A function and the covariance Sigma whose multiples s^2 Sigma make the ladder. */
export interface Case<F> {
  readonly f: F;
  readonly sigma: draw.SpectralMatrix;
}

export const withSigma = <F>(
  f: (p: number) => fc.Arbitrary<F>,
  dimensions = [2, 3, 5],
): fc.Arbitrary<Case<F>> =>
  fc.oneof(...dimensions.map(p => draw.record({ f: f(p), sigma: draw.spd(p, 1 / 4, 4) })));

export const times = (s: number, m: mat.Matrix): number[][] => m.map(row => mat.scale(s, row));

/** What the theorem says of a ridge function at Sigma = s^2 Sigma_0; everything in units of powers of s. */
export function theory({ f: { ridge, point }, sigma }: Case<draw.RidgeCase>) {
  const p = point.length;
  const factor = mat.cholesky(sigma.matrix);
  const back = mat.transpose(factor);
  const g = mat.apply(back, ridgeGradient(ridge, point));
  const n = mat.norm(g);
  const unit = mat.scale(1 / n, g);
  const hessian = mat.multiply(back, mat.multiply(ridgeHessian(ridge, point), factor));
  const bent = mat.apply(hessian, unit);
  /** P H g / |g|: the part of the curvature that turns the step. */
  const turn = mat.subtract(bent, mat.scale(mat.dot(unit, bent), unit));
  const e = mat.apply(factor, unit);
  return { p, factor, n, hessian, turn, e };
}

/** The largest step s at which no ridge's argument moves by more than one. */
export function widest({ f, sigma }: Case<draw.RidgeCase>): number {
  const back = mat.transpose(mat.cholesky(sigma.matrix));
  const reach = Math.max(...f.ridge.terms.map(({ a }) => mat.norm(mat.apply(back, a))));
  return 1 / (Math.sqrt(f.point.length) * Math.max(reach, 2 ** -10));
}

/**
 * The same, and the gradient does not turn by more than about one: where the true maximum is near the step.
 */
export function nearest(c: Case<draw.RidgeCase>): number {
  const { p, n, hessian } = theory(c);
  return Math.min(widest(c), n / (Math.sqrt(p) * mat.norm(hessian.flat())));
}

/** The size of the terms in a value of order zero, and in their derivatives. */
export const sizeOf = ({ f: { ridge, point } }: Case<draw.RidgeCase>): number =>
  ridge.terms.reduce((sum, { c, a, b }) => {
    const height = ridge.kind === 'exp' ? Math.exp(mat.dot(a, point) + b + 1) : 1;
    return sum + Math.abs(c) * height * (1 + mat.norm(a)) * (1 + mat.norm(point));
  }, 0);
