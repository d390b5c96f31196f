/** @file Ridge losses with a covariance, and what the theorems on SAM and MFVI need to know of them. */
import fc from 'fast-check';
import { ridgeGradient, ridgeHessian } from '../../../src/theory/closed/ridge.js';
import { cholesky } from '../../../src/theory/numerics/cholesky.js';
import {
  apply,
  dot,
  type Matrix,
  multiply,
  norm,
  scale,
  subtract,
  transpose,
} from '../../../src/theory/numerics/matrix.js';
import type { RidgeCase } from '../../arbitraries/functions.js';
import { type SpectralMatrix, spd } from '../../arbitraries/matrix.js';
import { plainRecord } from '../../arbitraries/record.js';

/** A function and the covariance Sigma whose multiples s^2 Sigma make the ladder. */
export interface Case<F> {
  readonly f: F;
  readonly sigma: SpectralMatrix;
}

export const withSigma = <F>(
  f: (p: number) => fc.Arbitrary<F>,
  dimensions = [2, 3, 5],
): fc.Arbitrary<Case<F>> =>
  fc.oneof(...dimensions.map(p => plainRecord({ f: f(p), sigma: spd(p, 1 / 4, 4) })));

export const times = (s: number, m: Matrix): number[][] => m.map(row => scale(s, row));

/** What the theorem says of a ridge function at Sigma = s^2 Sigma_0; everything in units of powers of s. */
export function theory({ f: { ridge, point }, sigma }: Case<RidgeCase>) {
  const p = point.length;
  const factor = cholesky(sigma.matrix);
  const back = transpose(factor);
  const g = apply(back, ridgeGradient(ridge, point));
  const n = norm(g);
  const unit = scale(1 / n, g);
  const hessian = multiply(back, multiply(ridgeHessian(ridge, point), factor));
  const bent = apply(hessian, unit);
  /** P H g / |g|: the part of the curvature that turns the step. */
  const turn = subtract(bent, scale(dot(unit, bent), unit));
  const e = apply(factor, unit);
  return { p, factor, n, hessian, turn, e };
}

/** The largest step s at which no ridge's argument moves by more than one. */
export function widest({ f, sigma }: Case<RidgeCase>): number {
  const back = transpose(cholesky(sigma.matrix));
  const reach = Math.max(...f.ridge.terms.map(({ a }) => norm(apply(back, a))));
  return 1 / (Math.sqrt(f.point.length) * Math.max(reach, 2 ** -10));
}

/** The same, and the gradient does not turn by more than about one: where the true maximum is near the step. */
export function nearest(c: Case<RidgeCase>): number {
  const { p, n, hessian } = theory(c);
  return Math.min(widest(c), n / (Math.sqrt(p) * norm(hessian.flat())));
}

/** The size of the terms in a value of order zero, and in their derivatives. */
export const sizeOf = ({ f: { ridge, point } }: Case<RidgeCase>): number =>
  ridge.terms.reduce((sum, { c, a, b }) => {
    const height = ridge.kind === 'exp' ? Math.exp(dot(a, point) + b + 1) : 1;
    return sum + Math.abs(c) * height * (1 + norm(a)) * (1 + norm(point));
  }, 0);
