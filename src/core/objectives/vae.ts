/** @file The variational autoencoder with given noise (Kingma & Welling 2014), and the beta-VAE (Higgins et al. 2017). */
import * as tf from '@tensorflow/tfjs';
import { gaussianKl, type Scale, scaleUp } from '../gaussian.js';
import {
  noiseOf,
  type Objective,
  pointAt,
  type Reconstruction,
  type Scalar,
  scaleOf,
  type Variance,
  weighted,
} from './objective.js';

export interface VaeHyper {
  readonly rec: Reconstruction;
  readonly beta: Scalar;
  readonly variance: Variance;
}

export interface VaeRules {
  /** The reparametrised code mu + Sigma^(1/2) noise, [B, d]. */
  sample(mean: tf.Tensor, scale: Scale, noise: tf.Tensor): tf.Tensor;
  /** [B] */
  kl(mean: tf.Tensor, scale: Scale): tf.Tensor;
  /** The KL term's coefficient, given beta. */
  weight(beta: Scalar): Scalar;
}

export const VAE_RULES: VaeRules = {
  sample: (mean, scale, noise) => tf.add(mean, scaleUp(scale, noise)),
  kl: gaussianKl,
  weight: beta => beta,
};

/** rec_i(mu_i + Sigma_i^(1/2) noise_i) + beta KL_i. */
export const makeVae = (rules: VaeRules = VAE_RULES): Objective<VaeHyper> => ({
  name: 'vae',
  usesNoise: true,
  terms: ['reconstruction', 'kl'],
  evaluate(net, params, inputs, { rec, beta, variance }) {
    const posterior = net.encode(params, inputs.x);
    const scale = scaleOf(posterior, variance);
    const z = rules.sample(posterior.mean, scale, noiseOf(inputs));
    const reconstruction = tf.mean(pointAt(net, params, inputs.x, rec, z).loss(z));
    const kl = tf.mean(rules.kl(posterior.mean, scale));
    return { loss: weighted(reconstruction, [rules.weight(beta), kl]), terms: { reconstruction, kl } };
  },
});

export interface BetaVaeHyper {
  readonly beta: Scalar;
  /** 'learned' when not said; the network's heads decide between a diagonal and a full covariance. */
  readonly variance?: Variance;
}

/** The beta-VAE with a Gaussian observation of unit variance: 1/2 |x - f(z)|^2 + beta KL (Kumar & Poole 2020). */
export const makeBetaVae = (rules: VaeRules = VAE_RULES): Objective<BetaVaeHyper> => ({
  ...makeVae(rules),
  name: 'beta-vae',
  evaluate: (net, params, inputs, { beta, variance = 'learned' }) =>
    makeVae(rules).evaluate(net, params, inputs, { rec: 'half', beta, variance }),
});
