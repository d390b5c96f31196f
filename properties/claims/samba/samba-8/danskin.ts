/** @file The gradient of the maximum of a ridge sum on an ellipsoid (Danskin's theorem), and the step's. */

import type { SambaRules } from '../../../../src/core/objectives/samba/samba.js';
import { ridgeGradient } from '../../../../src/theory/closed/ridge.js';
import { maximiseOnSmallBall } from '../../../../src/theory/numerics/ball-ascent.js';
import { check, type draw, mat } from '../../../kit.js';
import { PENALTY_RULES } from '../../../subjects/sam/covariance.js';
import { ridgeAt } from '../../../subjects/sam/ellipsoids.js';
import { type Case, nearest, sizeOf, theory, times } from '../../../subjects/sam/ridge-cases.js';
import { samOn } from '../../../subjects/sam/sam.js';

/** What a step's gradient is on a ridge sum with covariance s^2 Sigma. */
const gradientOf = (c: Case<draw.RidgeCase>, samba: SambaRules, s: number): mat.Vector =>
  samOn({ samba, penalty: PENALTY_RULES }, ridgeAt(c, s)).perturbedGradient;

/** grad L at the true maximiser: the gradient of the maximum, by Danskin's theorem. */
function exactGradient({ f: { ridge, point }, sigma }: Case<draw.RidgeCase>, s: number): number[] {
  const factor = times(s, mat.cholesky(sigma.matrix));
  const back = mat.transpose(factor);
  const at = (u: mat.Vector): number[] => ridgeGradient(ridge, mat.add(point, mat.apply(factor, u)));
  const radius = Math.sqrt(point.length);
  const start = mat.apply(back, ridgeGradient(ridge, point));
  return at(maximiseOnSmallBall(u => mat.apply(back, at(u)), radius, { start }));
}

/** The residual to the exact gradient on a ladder, in the coordinates where the ellipsoid is round. */
export const residuals = (c: Case<draw.RidgeCase>, samba: SambaRules, rungs: readonly [number, number]) => {
  const back = mat.transpose(mat.cholesky(c.sigma.matrix));
  return check.ladder(check.dyadic(nearest(c), ...rungs), s => ({
    residual: mat.apply(back, mat.subtract(gradientOf(c, samba, s), exactGradient(c, s))),
    scale: sizeOf(c) * mat.norm(back.flat()),
  }));
};

/** The gradient of |PHu|^2 / (2|g|) = (|Hg|^2/|g|^3 - (g'Hg)^2/|g|^5) / 2 in whitened coordinates. */
export function gapGradient(c: Case<draw.RidgeCase>): number[] {
  const { ridge, point } = c.f;
  const { factor, hessian } = theory(c);
  const back = mat.transpose(factor);
  const third = (u: mat.Vector, v: mat.Vector): number[] =>
    mat.apply(back, ridgeGradient(ridge, point, [mat.apply(factor, u), mat.apply(factor, v)]));
  const g = mat.apply(back, ridgeGradient(ridge, point));
  const n = mat.norm(g);
  const a = mat.apply(hessian, g);
  const slope = mat.dot(g, a);
  return [
    mat.scale(n ** -3, mat.add(third(g, a), mat.apply(hessian, mat.apply(hessian, a)))),
    mat.scale((-3 / 2) * mat.dot(a, a) * n ** -5, a),
    mat.scale(-slope * n ** -5, mat.add(third(g, g), mat.scale(2, mat.apply(hessian, a)))),
    mat.scale((5 / 2) * slope ** 2 * n ** -7, a),
  ].reduce(mat.add);
}
