/** @file The gradient of the true maximum of a ridge sum over an ellipsoid, by Danskin's theorem, beside that of the step. */

import { dyadic, ladder } from '../../../../src/claims/order/case.js';
import type { SambaRules } from '../../../../src/core/objectives/samba/samba.js';
import { ridgeGradient } from '../../../../src/theory/closed/ridge.js';
import { maximiseOnSmallBall } from '../../../../src/theory/numerics/ball-ascent.js';
import { cholesky } from '../../../../src/theory/numerics/cholesky.js';
import {
  add,
  apply,
  dot,
  norm,
  scale,
  subtract,
  transpose,
  type Vector,
} from '../../../../src/theory/numerics/matrix.js';
import type { RidgeCase } from '../../../arbitraries/functions.js';
import { PENALTY_RULES } from '../../../subjects/sam/covariance.js';
import { ridgeLoss } from '../../../subjects/sam/losses.js';
import { type Case, nearest, sizeOf, theory, times } from '../../../subjects/sam/ridge-cases.js';
import { samOn } from '../../../subjects/sam/sam.js';

/** What a step's gradient is on a ridge sum with covariance s^2 Sigma. */
const gradientOf = ({ f, sigma }: Case<RidgeCase>, samba: SambaRules, s: number): readonly number[] =>
  samOn(
    { samba, penalty: PENALTY_RULES },
    { loss: ridgeLoss(f.ridge), point: f.point, factor: times(s, cholesky(sigma.matrix)) },
  ).perturbedGradient;

/** grad L at the true maximiser: the gradient of the maximum, by Danskin's theorem. */
function exactGradient({ f: { ridge, point }, sigma }: Case<RidgeCase>, s: number): number[] {
  const factor = times(s, cholesky(sigma.matrix));
  const back = transpose(factor);
  const at = (u: Vector): number[] => ridgeGradient(ridge, add(point, apply(factor, u)));
  const radius = Math.sqrt(point.length);
  const start = apply(back, ridgeGradient(ridge, point));
  return at(maximiseOnSmallBall(u => apply(back, at(u)), radius, { start }));
}

/** The residual to the exact gradient on a ladder, in the coordinates where the ellipsoid is round. */
export const residuals = (c: Case<RidgeCase>, samba: SambaRules, rungs: readonly [number, number]) => {
  const back = transpose(cholesky(c.sigma.matrix));
  return ladder(dyadic(nearest(c), ...rungs), s => ({
    residual: apply(back, subtract(gradientOf(c, samba, s), exactGradient(c, s))),
    scale: sizeOf(c) * norm(back.flat()),
  }));
};

/** The gradient of |PHu|^2 / (2|g|) = (|Hg|^2/|g|^3 - (g'Hg)^2/|g|^5) / 2 in whitened coordinates. */
export function gapGradient(c: Case<RidgeCase>): number[] {
  const { ridge, point } = c.f;
  const { factor, hessian } = theory(c);
  const back = transpose(factor);
  const third = (u: Vector, v: Vector): number[] =>
    apply(back, ridgeGradient(ridge, point, [apply(factor, u), apply(factor, v)]));
  const g = apply(back, ridgeGradient(ridge, point));
  const n = norm(g);
  const a = apply(hessian, g);
  const slope = dot(g, a);
  return [
    scale(n ** -3, add(third(g, a), apply(hessian, apply(hessian, a)))),
    scale((-3 / 2) * dot(a, a) * n ** -5, a),
    scale(-slope * n ** -5, add(third(g, g), scale(2, apply(hessian, a)))),
    scale((5 / 2) * slope ** 2 * n ** -7, a),
  ].reduce(add);
}
