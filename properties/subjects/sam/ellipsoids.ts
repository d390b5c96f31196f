/** @file SAM on functions with known derivatives and any covariance: the expansions that SAMBA-7 is made of. */

import type { SambaRules } from '../../../src/core/objectives/samba/samba.js';
import { ridgeDerivative, ridgeGradient } from '../../../src/theory/closed/ridge.js';
import { maximiseOnBall } from '../../../src/theory/numerics/trust-region.js';
import { check, draw, fc, mat, type OrderCase } from '../../kit.js';
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
  readonly covariance: draw.SpectralMatrix;
}

const DIMENSIONS = [2, 3, 5];

/** Functions in two, three and five dimensions, with positive definite covariances that are not diagonal. */
export const withCovariance = <F>(f: (dimension: number) => fc.Arbitrary<F>): fc.Arbitrary<OnEllipsoid<F>> =>
  fc.oneof(
    ...DIMENSIONS.map(p =>
      fc.tuple(f(p), draw.spd(p, 1 / 4, 4)).map(([f, covariance]) => ({ f, covariance })),
    ),
  );

/** Indefinite quadratics that are not at a critical point, where there is no first-order term. */
export const slopedQuadratics = (dimension: number): fc.Arbitrary<draw.Quadratic> =>
  draw.quadraticOf(dimension, 'indefinite').filter(({ gradient }) => mat.norm(gradient) > 2 ** -4);

/** A quadratic in the coordinates where the ellipsoid is round: gradient g and Hessian a. */
export function whitened({ f, covariance }: OnEllipsoid<draw.Quadratic>) {
  const on = onQuadratic(f, covariance.matrix);
  const back = mat.transpose(on.factor);
  return { on, g: mat.apply(back, f.gradient), a: mat.multiply(back, mat.multiply(f.matrix, on.factor)) };
}

/** The largest absolute eigenvalue. */
export const spectralNorm = (a: mat.Matrix): number =>
  Math.max(...mat.symmetricEigen(a).values.map(Math.abs));

/** One step less the first-order value on a ridge sum; e'He / 2 with e = Sigma g / |Sigma^(1/2) g|. */
export function ridgeExpansion(
  { f, covariance }: OnEllipsoid<draw.RidgeCase>,
  { samba, penalty }: Sides,
): OrderCase {
  const on = onRidge(f, covariance.matrix);
  const g = ridgeGradient(f.ridge, f.point);
  const e = mat.scale(1 / Math.sqrt(mat.form(g, covariance.matrix, g)), mat.apply(covariance.matrix, g));
  const size = f.ridge.terms.reduce((sum, { c }) => sum + Math.abs(c), 0);
  const from = 1 / 2 / Math.max(1, ...f.ridge.terms.map(({ a }) => mat.norm(a)));
  const ladder = check.dyadic(from, 3, 14).map(step => {
    const found = measureOn(on, samba, penalty, step);
    const scale = size + Math.abs(found.value) + Math.abs(found.perturbed);
    return { step, residual: found.perturbed - found.value - found.penalty, scale };
  });
  return { ladder, constant: ridgeDerivative(f.ridge, f.point, [e, e]) / 2 };
}

/** The true maximum of a quadratic less the first-order value; u'Hu / 2 in whitened coordinates. */
export function maximumExpansion(c: OnEllipsoid<draw.Quadratic>, { samba, penalty }: Sides): OrderCase {
  const { on, g, a } = whitened(c);
  const ladder = check.dyadic(mat.norm(g) / spectralNorm(a), 4, 15).map(step => {
    const found = measureOn(on, samba, penalty, step);
    const most = maximiseOnBall(g, a, step).value;
    const residual = most + c.f.offset - found.value - found.penalty;
    return { step, residual, scale: Math.abs(found.value) + found.penalty + most };
  });
  return { ladder, constant: mat.form(g, a, g) / mat.norm(g) ** 2 / 2 };
}

/** The true maximum of a quadratic less the value after one step; |PHu|^2 / (2|g|). */
export function gapExpansion(c: OnEllipsoid<draw.Quadratic>, { samba, penalty }: Sides): OrderCase {
  const { on, g, a } = whitened(c);
  const u = mat.scale(1 / mat.norm(g), g);
  const across = mat.apply(a, u).map((x, i) => x - mat.form(u, a, u) * u[i]!);
  const ladder = check.dyadic(mat.norm(g) / spectralNorm(a), 3, 12).map(step => {
    const { value, perturbed } = measureOn(on, samba, penalty, step);
    const most = maximiseOnBall(g, a, step).value + c.f.offset;
    return {
      step,
      residual: most - perturbed,
      scale: Math.abs(value) + Math.abs(perturbed) + step * mat.norm(g),
    };
  });
  return { ladder, constant: mat.norm(across) ** 2 / (2 * mat.norm(g)) };
}
