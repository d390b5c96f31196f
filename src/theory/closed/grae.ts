/**
 * @file Kumar & Poole's objectives at one sample, from the singular values of the decoder's Jacobian J.
 *
 * beta is the weight of the KL, A = J'J, P = I + A/beta, observations of unit variance. All in the
 * minimisation form.
 */
import { cholesky, logDetOfFactor } from '../numerics/cholesky.js';
import { svd } from '../numerics/eigen.js';
import {
  combine,
  gram,
  identity,
  type Matrix,
  multiply,
  norm,
  traceOfProduct,
  transpose,
  type Vector,
} from '../numerics/matrix.js';
import { klToStandard } from './gaussian.js';

/**
 * A sample as these objectives see it: residual x - g(h), mean code h, Jacobian J [D, d] of the decoder
 * there.
 */
export interface LocalModel {
  readonly residual: Vector;
  readonly mean: Vector;
  readonly jacobian: Matrix;
}

/** log det(I + J'J/beta) = sum log1p(s_i^2 / beta). */
export const graeLogDet = (jacobian: Matrix, beta: number, d?: number): number =>
  svd(jacobian, d).values.reduce((sum, s) => sum + Math.log1p(s ** 2 / beta), 0);

const common = ({ residual, mean }: LocalModel, beta: number): number =>
  norm(residual) ** 2 / 2 + (beta / 2) * norm(mean) ** 2;

/** Kumar & Poole eq. (13). */
export const graeValue = (model: LocalModel, beta: number): number =>
  common(model, beta) + (beta / 2) * graeLogDet(model.jacobian, beta, model.mean.length);

/** Kumar & Poole eq. (14) without sampling: Hadamard's bound of the log det by column norms. */
export const graeHadamardValue = (model: LocalModel, beta: number): number =>
  common(model, beta) +
  (beta / 2) *
    transpose(model.jacobian, model.mean.length).reduce((sum, c) => sum + Math.log1p(norm(c) ** 2 / beta), 0);

/** P = I + J'J/beta. */
export const precision = (jacobian: Matrix, beta: number, d?: number): number[][] => {
  const a = gram(jacobian, d);
  return combine(1, identity(a.length), 1 / beta, a);
};

/** Kumar & Poole eq. (11): the optimal covariance P^-1 = V diag(beta / (beta + s^2)) V'. */
export function graeCovariance(jacobian: Matrix, beta: number, d?: number): number[][] {
  const { values, right } = svd(jacobian, d);
  return values.map((_, i) =>
    values.map((__, j) =>
      values.reduce((sum, s, k) => sum + (beta / (beta + s ** 2)) * right[k]![i]! * right[k]![j]!, 0),
    ),
  );
}

/** Kumar & Poole eq. (7): |x - g|^2/2 + tr(J'J S)/2 + beta KL(N(h, S) || N(0, I)). */
export const taylorValue = (model: LocalModel, covariance: Matrix, beta: number): number =>
  norm(model.residual) ** 2 / 2 +
  traceOfProduct(gram(model.jacobian, model.mean.length), covariance) / 2 +
  beta * klToStandard(model.mean, cholesky(covariance));

/**
 * beta KL(N(0, S) || N(0, P^-1)) = beta/2 [tr PS - log det PS - d], by which eq. (7) at S exceeds eq. (13).
 * From J and the factor of S, never from the Gram matrix, whose inverse loses digits as beta -> 0.
 */
export function graeGap(jacobian: Matrix, covariance: Matrix, beta: number): number {
  const factor = cholesky(covariance);
  const d = covariance.length;
  const spread = norm(factor.flat()) ** 2 + norm(multiply(jacobian, factor).flat()) ** 2 / beta;
  return (beta / 2) * (spread - graeLogDet(jacobian, beta, d) - logDetOfFactor(factor) - d);
}
