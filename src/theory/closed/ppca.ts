/** @file Probabilistic PCA, x = Wz + noise of variance beta: what a linear GRAE is (KP-18). */

import {
  combine,
  identity,
  type Matrix,
  multiply,
  scale,
  transpose,
  type Vector,
} from '../numerics/matrix.js';
import { logNormalDensity } from './gaussian.js';

/** -log N(x; 0, WW' + beta I) for W [D, d]. */
export const ppcaNegativeLogLikelihood = (x: Vector, w: Matrix, beta: number): number =>
  -logNormalDensity(x, combine(1, multiply(w, transpose(w)), beta, identity(x.length)));

/** Whether the i-th largest eigenvalue of the data keeps a latent: there are `latent` of them, and it must exceed beta. */
const kept = (lambda: number, i: number, latent: number, beta: number): boolean =>
  i < latent && lambda > beta;

/** The maximum-likelihood W [D, latent]: columns sqrt(lambda_i - beta) u_i, zero where lambda_i <= beta. */
export const ppcaOptimum = (values: Vector, vectors: Matrix, latent: number, beta: number): number[][] =>
  transpose(
    vectors
      .slice(0, latent)
      .map((u, i) => scale(kept(values[i]!, i, latent, beta) ? Math.sqrt(values[i]! - beta) : 0, u)),
  );

/** The mean of min_h GRAE over data with covariance eigenvalues lambda (descending), at the optimum. */
export const ppcaOptimalValue = (values: Vector, latent: number, beta: number): number =>
  (beta / 2) *
  values.reduce(
    (sum, lambda, i) => sum + (kept(lambda, i, latent, beta) ? 1 + Math.log(lambda / beta) : lambda / beta),
    0,
  );
