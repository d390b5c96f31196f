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
import { formula } from './formula.js';
import { logNormalDensity } from './gaussian.js';

/** -log N(x; 0, WW' + beta I) for W [D, d]. */
export const ppcaNegativeLogLikelihood = (x: Vector, w: Matrix, beta: number): number =>
  -logNormalDensity(x, combine(1, multiply(w, transpose(w)), beta, identity(x.length)));

export const KEPT_COST = formula(
  'least cost of an eigendirection that keeps a latent (one without costs v / tau)',
  '1 + log(v / tau)',
  { v: 'eigenvalue of the data', tau: 'beta gamma' },
);

export const keptCost = (v: number, tau: number): number => KEPT_COST.evaluate({ v, tau });

/**
 * Whether the i-th largest eigenvalue of the data keeps a latent: there are `latent` of them, and it must
 * exceed beta.
 */
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
    (sum, lambda, i) => sum + (kept(lambda, i, latent, beta) ? keptCost(lambda, beta) : lambda / beta),
    0,
  );
