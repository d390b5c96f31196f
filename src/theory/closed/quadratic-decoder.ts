/**
 * @file The quadratic decoder g_m(h + e) = g_m(h) + (Je)_m + e'Q_m e / 2: its mean reconstruction error is a
 * closed quartic in the noise.
 */

import {
  apply,
  combine,
  gram,
  type Matrix,
  multiply,
  norm,
  trace,
  traceOfProduct,
} from '../numerics/matrix.js';
import type { LocalModel } from './grae.js';

interface QuadraticModel extends LocalModel {
  /** Q_m, the Hessian of each output. */
  readonly hessians: readonly Matrix[];
}

/** R = sum_m residual_m Q_m: what Gauss-Newton leaves out. */
const residualCurvature = ({ residual, hessians, mean }: QuadraticModel): number[][] =>
  hessians.reduce<number[][]>(
    (sum, q, m) => combine(1, sum, residual[m]!, q),
    mean.map(() => mean.map(() => 0)),
  );

/** -Hess log p(x | z) at the mean: A - R. */
export const curvature = (model: QuadraticModel): number[][] =>
  combine(1, gram(model.jacobian, model.mean.length), -1, residualCurvature(model));

/** E |x - g(h + e)|^2 / 2, e ~ N(0, S), in closed form. */
export const quadraticReconstruction = (model: QuadraticModel, s: Matrix): number =>
  norm(model.residual) ** 2 / 2 + traceOfProduct(curvature(model), s) / 2 + quarticTerm(model, s);

/** sum_m [(tr Q_m S)^2 + 2 tr(Q_m S Q_m S)] / 8 = -f_ijkl S_ij S_kl / 8. */
export const quarticTerm = ({ hessians }: QuadraticModel, s: Matrix): number =>
  hessians.reduce((sum, q) => {
    const qs = multiply(q, s);
    return sum + (trace(qs) ** 2 + 2 * traceOfProduct(qs, qs)) / 8;
  }, 0);

/** -E_q Hess log p(x | z) = A - R + sum_m [Q_m S Q_m + tr(Q_m S) Q_m / 2], q = N(h, S). */
export const quadraticMeanCurvature = (model: QuadraticModel, s: Matrix): number[][] =>
  model.hessians.reduce<number[][]>((sum, q) => {
    const qsq = multiply(q, multiply(s, q));
    return combine(1, combine(1, sum, 1, qsq), traceOfProduct(q, s) / 2, q);
  }, curvature(model));

/**
 * -E_q grad log p(x | z) = -J'r + sum_m [Q_m S J_m + tr(Q_m S) J_m / 2], q = N(h, S), J_m the gradient of
 * output m.
 */
export const quadraticMeanGradient = (model: QuadraticModel, s: Matrix): number[] =>
  model.hessians.reduce<number[]>(
    (sum, q, m) => {
      const row = model.jacobian[m]!;
      const bent = apply(q, apply(s, row));
      const weight = traceOfProduct(q, s) / 2 - model.residual[m]!;
      return sum.map((x, k) => x + bent[k]! + weight * row[k]!);
    },
    model.mean.map(() => 0),
  );
