/** @file The variational autoencoder with an observation variance gamma (Dai, Wenliang & Wipf 2021, eq. 2-3). */
import * as tf from '@tensorflow/tfjs';
import { type Objective, type Scalar, scalar, type Variance, weighted } from './objective.js';
import { makeVae, VAE_RULES, type VaeRules } from './vae.js';

export interface GammaVaeHyper {
  readonly gamma: Scalar;
  readonly variance: Variance;
  /** Weight of the KL divergence, 1 when not said. */
  readonly beta?: Scalar;
}

export interface GammaVaeRules extends VaeRules {
  /** Squared errors over the observation variance. */
  fit(reconstruction: tf.Tensor, gamma: tf.Tensor): tf.Tensor;
  /** The log-normaliser D log gamma. */
  normaliser(entries: number, gamma: tf.Tensor): tf.Tensor;
}

export const GAMMA_VAE_RULES: GammaVaeRules = {
  ...VAE_RULES,
  fit: tf.div,
  normaliser: (entries, gamma) => tf.mul(tf.log(gamma), entries),
};

/** The coefficient of the KL divergence: 2 beta by the rule. */
export const klWeight = (rules: VaeRules, beta: Scalar | undefined): Scalar =>
  rules.weight(beta === undefined ? 2 : tf.mul(scalar(beta), 2));

/** |x_i - f(mu_i + sigma_i noise_i)|^2 / gamma + D log gamma + 2 beta KL_i: for beta = 1 twice a negative ELBO, less a constant. */
export const makeGammaVae = (rules: GammaVaeRules = GAMMA_VAE_RULES): Objective<GammaVaeHyper> => ({
  name: 'gamma-vae',
  usesNoise: true,
  terms: ['reconstruction', 'kl'],
  evaluate(net, params, inputs, { gamma, variance, beta }) {
    const { terms } = makeVae(rules).evaluate(net, params, inputs, { rec: 'sum', beta: 1, variance });
    const { reconstruction, kl } = terms as { reconstruction: tf.Tensor; kl: tf.Tensor };
    const noise = scalar(gamma);
    const entries = net.data.reduce((a, b) => a * b, 1);
    const fit = tf.add(rules.fit(reconstruction, noise), rules.normaliser(entries, noise));
    return { loss: weighted(fit, [klWeight(rules, beta), kl]), terms: { reconstruction, kl } };
  },
});
