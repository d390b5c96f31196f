/**
 * @file The beta-VAE (Higgins et al. 2017) with a Gaussian observation of unit variance, as Kumar & Poole
 * 2020 have it.
 */
import { objective } from '../define.js';
import { BETA, type Fields, type HyperOf, type Optional, VARIANCE } from '../fields.js';
import { VAE } from './vae.js';

const hyper = { beta: BETA, variance: VARIANCE } as const satisfies Fields;

/**
 * The variance is learned when not said; the network's heads decide between a diagonal and a full covariance.
 */
export type BetaVaeHyper = Optional<HyperOf<typeof hyper>, 'variance'>;

/** 1/2 |x_i - f(mu_i + Sigma_i^(1/2) noise_i)|^2 + beta KL_i. */
export const BETA_VAE = objective({
  name: 'beta-vae',
  loss: '1/2 |x - f|^2 + beta KL_i; full covariance with `net.posterior` cholesky',
  hyper,
  needs: VAE.needs,
  terms: VAE.terms,
  rules: VAE.rules,
  evaluate: rules => {
    const vae = VAE.make(rules);
    return (net, params, inputs, { beta, variance = 'learned' }: BetaVaeHyper) =>
      vae.evaluate(net, params, inputs, { rec: 'half', beta, variance });
  },
  mistakes: VAE.mistakes,
});

export const makeBetaVae = BETA_VAE.make;
