/** @file SAM on functions with known derivatives and any covariance: the expansions that SAMBA-7 is made of. */
import fc from 'fast-check';
import { dyadic, type OrderCase } from '../../../src/claims/order/case.js';
import type { SambaRules } from '../../../src/core/objectives/samba/samba.js';
import { ridgeDerivative, ridgeGradient } from '../../../src/theory/closed/ridge.js';
import { symmetricEigen } from '../../../src/theory/numerics/eigen.js';
import {
  apply,
  form,
  type Matrix,
  multiply,
  norm,
  scale,
  transpose,
} from '../../../src/theory/numerics/matrix.js';
import { maximiseOnBall } from '../../../src/theory/numerics/trust-region.js';
import { type Quadratic, quadraticOf, type RidgeCase } from '../../arbitraries/functions.js';
import { type SpectralMatrix, spd } from '../../arbitraries/matrix.js';
import type { PenaltyRules } from './covariance.js';
import { measureOn, onQuadratic, onRidge } from './surfaces.js';

/** The step that trains, and the first-order penalty that the paper puts in its place. */
export interface Sides {
  readonly samba: SambaRules;
  readonly penalty: PenaltyRules;
}

/** A function with an ellipsoid around its point. */
export interface OnEllipsoid<F> {
  readonly f: F;
  readonly covariance: SpectralMatrix;
}

const DIMENSIONS = [2, 3, 5];

/** Functions in two, three and five dimensions, with positive definite covariances that are not diagonal. */
export const withCovariance = <F>(f: (dimension: number) => fc.Arbitrary<F>): fc.Arbitrary<OnEllipsoid<F>> =>
  fc.oneof(
    ...DIMENSIONS.map(p => fc.tuple(f(p), spd(p, 1 / 4, 4)).map(([f, covariance]) => ({ f, covariance }))),
  );

/** Indefinite quadratics that are not at a critical point, where there is no first-order term. */
export const slopedQuadratics = (dimension: number): fc.Arbitrary<Quadratic> =>
  quadraticOf(dimension, 'indefinite').filter(({ gradient }) => norm(gradient) > 2 ** -4);

/** A quadratic in the coordinates where the ellipsoid is round: gradient g and Hessian a. */
export function whitened({ f, covariance }: OnEllipsoid<Quadratic>) {
  const on = onQuadratic(f, covariance.matrix);
  const back = transpose(on.factor);
  return { on, g: apply(back, f.gradient), a: multiply(back, multiply(f.matrix, on.factor)) };
}

/** The largest absolute eigenvalue. */
export const spectralNorm = (a: Matrix): number => Math.max(...symmetricEigen(a).values.map(Math.abs));

/** One step less the first-order value on a ridge sum; e'He / 2 with e = Sigma g / |Sigma^(1/2) g|. */
export function ridgeExpansion(
  { f, covariance }: OnEllipsoid<RidgeCase>,
  { samba, penalty }: Sides,
): OrderCase {
  const on = onRidge(f, covariance.matrix);
  const g = ridgeGradient(f.ridge, f.point);
  const e = scale(1 / Math.sqrt(form(g, covariance.matrix, g)), apply(covariance.matrix, g));
  const size = f.ridge.terms.reduce((sum, { c }) => sum + Math.abs(c), 0);
  const from = 1 / 2 / Math.max(1, ...f.ridge.terms.map(({ a }) => norm(a)));
  const ladder = dyadic(from, 3, 14).map(step => {
    const found = measureOn(on, samba, penalty, step);
    const scale = size + Math.abs(found.value) + Math.abs(found.perturbed);
    return { step, residual: found.perturbed - found.value - found.penalty, scale };
  });
  return { ladder, constant: ridgeDerivative(f.ridge, f.point, [e, e]) / 2 };
}

/** The true maximum of a quadratic less the first-order value; u'Hu / 2 in whitened coordinates. */
export function maximumExpansion(c: OnEllipsoid<Quadratic>, { samba, penalty }: Sides): OrderCase {
  const { on, g, a } = whitened(c);
  const ladder = dyadic(norm(g) / spectralNorm(a), 4, 15).map(step => {
    const found = measureOn(on, samba, penalty, step);
    const most = maximiseOnBall(g, a, step).value;
    const residual = most + c.f.offset - found.value - found.penalty;
    return { step, residual, scale: Math.abs(found.value) + found.penalty + most };
  });
  return { ladder, constant: form(g, a, g) / norm(g) ** 2 / 2 };
}

/** The true maximum of a quadratic less the value after one step; |PHu|^2 / (2|g|). */
export function gapExpansion(c: OnEllipsoid<Quadratic>, { samba, penalty }: Sides): OrderCase {
  const { on, g, a } = whitened(c);
  const u = scale(1 / norm(g), g);
  const across = apply(a, u).map((x, i) => x - form(u, a, u) * u[i]!);
  const ladder = dyadic(norm(g) / spectralNorm(a), 3, 12).map(step => {
    const { value, perturbed } = measureOn(on, samba, penalty, step);
    const most = maximiseOnBall(g, a, step).value + c.f.offset;
    return {
      step,
      residual: most - perturbed,
      scale: Math.abs(value) + Math.abs(perturbed) + step * norm(g),
    };
  });
  return { ladder, constant: norm(across) ** 2 / (2 * norm(g)) };
}
