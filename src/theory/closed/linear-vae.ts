/**
 * @file The linear VAE with an observation variance (Dai, Wenliang & Wipf 2021, section 2.3): its optimum and
 * minimum.
 *
 * Energies are |x - Wz - b|^2 / gamma + d log gamma + 2 beta KL: eq. (3) of the paper less its constant, the
 * number of latents. For fixed gamma everything depends on tau = beta gamma. Data have second moments of
 * eigenvalues `values`.
 */
import { type Matrix, scale, type Vector } from '../numerics/matrix.js';
import { formula } from './formula.js';
import { keptCost, ppcaOptimum } from './ppca.js';

export interface LinearModel {
  /** Eigenvalues of the data's second moments, descending; as many as data entries. */
  readonly values: Vector;
  /** Number of latents. */
  readonly latent: number;
}

/** How many latents an optimum uses at tau. */
export const activeLatents = ({ values, latent }: LinearModel, tau: number): number =>
  values.slice(0, latent).filter(lambda => lambda > tau).length;

/** The minimum over everything but gamma of the energy with beta = 1 at gamma = tau. */
export const linearVaeMinimum = (model: LinearModel, tau: number): number => {
  const active = activeLatents(model, tau);
  const rest = model.values.reduce(
    (sum, lambda, i) => sum + (i < active ? keptCost(lambda, tau) : lambda / tau),
    0,
  );
  return model.values.length * Math.log(tau) + rest;
};

export const PROFILED_MINIMUM = formula(
  'minimum over everything but gamma of the energy with weight beta',
  'beta * L + d * (log(gamma) - beta * log(beta * gamma))',
  {
    L: 'the same minimum for beta = 1 at gamma = beta gamma',
    d: 'number of data entries',
    beta: 'weight of the KL',
    gamma: 'variance of the observations',
  },
);

/**
 * The minimum over everything but gamma of the energy with weight beta: beta L_1(tau) + d log gamma - beta d
 * log tau.
 */
export const profiledMinimum = (model: LinearModel, beta: number, gamma: number): number =>
  PROFILED_MINIMUM.evaluate({
    L: linearVaeMinimum(model, beta * gamma),
    d: model.values.length,
    beta,
    gamma,
  });

/** E |x - g(z)|^2 at the optimum: tau for each latent in use, lambda for each direction without one. */
export const linearReconstruction = (model: LinearModel, tau: number): number => {
  const active = activeLatents(model, tau);
  return model.values.reduce((sum, lambda, i) => sum + (i < active ? tau : lambda), 0);
};

/** d/d log gamma of the profiled minimum: d - E |x - g|^2 / gamma. */
export const profiledSlope = (model: LinearModel, beta: number, gamma: number): number =>
  model.values.length - linearReconstruction(model, beta * gamma) / gamma;

/**
 * The tau = beta gamma of the best gamma: the root of (E |x - g|^2)(tau) = d tau / beta. Infimum 0 where beta
 * r < d for the rank r of the data (not above the number of latents); where beta r = d every tau below the
 * least eigenvalue is optimal.
 */
export function optimalTau(model: LinearModel, beta: number): number {
  const { values, latent } = model;
  const d = values.length;
  // With k latents in use, tau (d/beta - k) is the sum of the other eigenvalues.
  for (let k = latent; k >= 0; k--) {
    const rest = values.slice(k).reduce((a, b) => a + b, 0);
    const share = d / beta - k;
    if (share <= 0) continue;
    const tau = rest / share;
    if (activeLatents(model, tau) === k) return tau;
  }
  return 0;
}

export interface LinearOptimum {
  /** W [d, latent] */
  readonly weight: Matrix;
  /** The posterior mean of x is `encoder` x, [latent, d]. */
  readonly encoder: Matrix;
  /** Posterior variances [latent]. */
  readonly variances: Vector;
}

/**
 * The sparse optimum at tau: w_i = sqrt(lambda_i - tau) u_i, s_i = tau / lambda_i; the other latents are the
 * prior.
 */
export function linearOptimum(values: Vector, vectors: Matrix, latent: number, tau: number): LinearOptimum {
  const active = activeLatents({ values, latent }, tau);
  const zero = values.map(() => 0);
  return {
    weight: ppcaOptimum(
      [...values, ...new Array<number>(latent).fill(0)],
      [...vectors, ...new Array<number[]>(latent).fill(zero)],
      latent,
      tau,
    ),
    encoder: Array.from({ length: latent }, (_, k) =>
      k < active ? scale(Math.sqrt(values[k]! - tau) / values[k]!, vectors[k]!) : zero,
    ),
    variances: Array.from({ length: latent }, (_, k) => (k < active ? tau / values[k]! : 1)),
  };
}
