/** @file SAM on functions with known derivatives and any covariance: the expansions of SAMBA-7. */
import type { SambaRules } from '../../../src/core/objectives/samba/samba.js';
import { ridgeDerivative, ridgeGradient } from '../../../src/theory/closed/ridge.js';
import { maximiseOnBall } from '../../../src/theory/numerics/trust-region.js';
import { type Quadratic, quadraticOf, type RidgeCase } from '../../arbitraries/functions.js';
import type { SpectralMatrix } from '../../arbitraries/matrix.js';
import { check, type fc, mat, type OrderCase } from '../../kit.js';
import { PENALTY_RULES, type PenaltyRules } from './covariance.js';
import { quadraticLoss, ridgeLoss } from './losses.js';
import { type Case, times } from './ridge-cases.js';
import { type At, type Sam, samOn } from './sam.js';
import { measureOn } from './surfaces.js';

/** The step that trains, and the first-order penalty that the paper puts in its place. */
export interface Sides {
  readonly samba: SambaRules;
  readonly penalty: PenaltyRules;
}

/** Indefinite quadratics that are not at a critical point, where there is no first-order term. */
export const slopedQuadratics = (dimension: number): fc.Arbitrary<Quadratic> =>
  quadraticOf(dimension, 'indefinite').filter(({ gradient }) => mat.norm(gradient) > 2 ** -4);

/** A quadratic in the coordinates where the ellipsoid is round: gradient g and Hessian a. */
export function whitened({ f, sigma }: Case<Quadratic>) {
  const factor = mat.cholesky(sigma.matrix);
  const on: At = { loss: quadraticLoss(f), point: f.gradient.map(() => 0), factor };
  const back = mat.transpose(factor);
  return { on, g: mat.apply(back, f.gradient), a: mat.multiply(back, mat.multiply(f.matrix, factor)) };
}

/** A quadratic by its derivatives at the origin. */
export const quadraticAt = (gradient: mat.Vector, matrix: mat.Matrix, offset = 0): Quadratic => ({
  kind: 'indefinite',
  offset,
  gradient,
  matrix,
  spectrum: [],
  basis: [],
});

/** The covariance I. */
export const unitCovariance = (p: number): SpectralMatrix => ({
  matrix: mat.identity(p),
  spectrum: new Array<number>(p).fill(1),
  basis: mat.identity(p),
});

/** One SAM step on a quadratic from the origin, radius kappa in whitened coordinates. */
export function stepOn(samba: SambaRules, f: Quadratic, sigma: mat.Matrix, kappa: number): Sam {
  const factor = times(kappa / Math.sqrt(f.gradient.length), mat.cholesky(sigma));
  const at = { loss: quadraticLoss(f), point: mat.zeros(f.gradient.length), factor };
  return samOn({ samba, penalty: PENALTY_RULES }, at);
}

/** The largest absolute eigenvalue. */
export const spectralNorm = (a: mat.Matrix): number =>
  Math.max(...mat.symmetricEigen(a).values.map(Math.abs));

/** A ridge sum with the covariance s^2 Sigma. */
export const ridgeAt = ({ f: { ridge, point }, sigma }: Case<RidgeCase>, s: number): At => ({
  loss: ridgeLoss(ridge),
  point,
  factor: times(s, mat.cholesky(sigma.matrix)),
});

/** One step less the first-order value on a ridge sum; e'He / 2 with e = Sigma g / |Sigma^(1/2) g|. */
export function ridgeExpansion({ f, sigma }: Case<RidgeCase>, { samba, penalty }: Sides): OrderCase {
  const { ridge, point } = f;
  const on = { loss: ridgeLoss(ridge), point, factor: mat.cholesky(sigma.matrix) };
  const g = ridgeGradient(ridge, point);
  const e = mat.scale(1 / Math.sqrt(mat.form(g, sigma.matrix, g)), mat.apply(sigma.matrix, g));
  const size = ridge.terms.reduce((sum, { c }) => sum + Math.abs(c), 0);
  const from = 1 / 2 / Math.max(1, ...ridge.terms.map(({ a }) => mat.norm(a)));
  return {
    ladder: check.ladder(check.dyadic(from, 3, 14), radius => {
      const found = measureOn(on, samba, penalty, radius);
      const scale = size + Math.abs(found.value) + Math.abs(found.perturbed);
      return { residual: found.perturbed - found.value - found.penalty, scale };
    }),
    constant: ridgeDerivative(ridge, point, [e, e]) / 2,
  };
}

/** The true maximum of a quadratic less the first-order value; u'Hu / 2 in whitened coordinates. */
export function maximumExpansion(c: Case<Quadratic>, { samba, penalty }: Sides): OrderCase {
  const { on, g, a } = whitened(c);
  return {
    ladder: check.ladder(check.dyadic(mat.norm(g) / spectralNorm(a), 4, 15), radius => {
      const found = measureOn(on, samba, penalty, radius);
      const most = maximiseOnBall(g, a, radius).value;
      const residual = most + c.f.offset - found.value - found.penalty;
      return { residual, scale: Math.abs(found.value) + found.penalty + most };
    }),
    constant: mat.form(g, a, g) / mat.norm(g) ** 2 / 2,
  };
}

/** The true maximum of a quadratic less the value after one step; |PHu|^2 / (2|g|). */
export function gapExpansion(c: Case<Quadratic>, { samba, penalty }: Sides): OrderCase {
  const { on, g, a } = whitened(c);
  const u = mat.scale(1 / mat.norm(g), g);
  const across = mat.apply(a, u).map((x, i) => x - mat.form(u, a, u) * u[i]!);
  return {
    ladder: check.ladder(check.dyadic(mat.norm(g) / spectralNorm(a), 3, 12), radius => {
      const { value, perturbed } = measureOn(on, samba, penalty, radius);
      const most = maximiseOnBall(g, a, radius).value + c.f.offset;
      const scale = Math.abs(value) + Math.abs(perturbed) + radius * mat.norm(g);
      return { residual: most - perturbed, scale };
    }),
    constant: mat.norm(across) ** 2 / (2 * mat.norm(g)),
  };
}
