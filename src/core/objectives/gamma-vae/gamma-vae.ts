/**
 * @file The variational autoencoder with an observation variance gamma (Dai, Wenliang & Wipf 2021, eq. 2-3).
 */
import * as tf from '@tensorflow/tfjs';
import { claimsOnly, objective, type WrongRules, wrong } from '../define.js';
import { type Fields, GAMMA, type HyperOf, VARIANCE } from '../fields.js';
import { KL_MISTAKES } from '../mistakes.js';
import { type Scalar, scalar, weighted } from '../objective.js';
import { SAMPLE_MISTAKES } from '../vae/sample-mistakes.js';
import { makeVae, VAE_RULES, type VaeRules } from '../vae/vae.js';

/** What the family takes but for gamma, which is given, in closed form or learned. */
export const COMMON_FIELDS = { variance: VARIANCE } as const satisfies Fields;

export type CommonHyper = HyperOf<typeof COMMON_FIELDS> & {
  /** Weight of the KL divergence, 1 when not said. */
  readonly beta?: Scalar;
};

const hyper = { gamma: GAMMA, ...COMMON_FIELDS } as const satisfies Fields;

type GammaVaeHyper = CommonHyper & { readonly gamma: Scalar };

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

/** Wrong wherever gamma comes from. */
export const GAMMA_MISTAKES = {
  ...SAMPLE_MISTAKES,
  ...KL_MISTAKES,
  normaliserMissing: wrong<GammaVaeRules>('D log gamma missing', {
    normaliser: (_, gamma) => tf.mul(gamma, 0),
  }),
  normaliserHalf: wrong<GammaVaeRules>('D/2 log gamma in place of D log gamma', {
    normaliser: (entries, gamma) => tf.mul(GAMMA_VAE_RULES.normaliser(entries, gamma), 0.5),
  }),
  klHalved: wrong<GammaVaeRules>('the KL term with a 1/2 that this objective does not have', {
    weight: beta => tf.div(scalar(beta), 2),
  }),
  squaredGamma: claimsOnly<GammaVaeRules>('the squared error over gamma^2', {
    fit: (error, gamma) => tf.div(error, tf.square(gamma)),
  }),
  halfPrecision: claimsOnly<GammaVaeRules>('the squared error over 2 gamma', {
    fit: (error, gamma) => tf.div(error, tf.mul(gamma, 2)),
  }),
  normaliserOfOneEntry: claimsOnly<GammaVaeRules>('log gamma in place of D log gamma', {
    normaliser: (_, gamma) => tf.log(gamma),
  }),
} satisfies Record<string, WrongRules<GammaVaeRules>>;

/**
 * |x - f(mu_i + sigma_i noise_i)|^2 / gamma + D log gamma + 2 beta KL_i: for beta = 1 twice a negative ELBO,
 * less a constant.
 */
export const GAMMA_VAE = objective({
  name: 'gamma-vae',
  loss: '|x - f|^2 / gamma + D log gamma + 2 KL_i',
  hyper,
  needs: { noise: true },
  terms: ['reconstruction', 'kl'],
  rules: GAMMA_VAE_RULES,
  evaluate: rules => {
    const vae = makeVae(rules);
    return (net, params, inputs, { gamma, variance, beta }: GammaVaeHyper) => {
      const { terms } = vae.evaluate(net, params, inputs, { rec: 'sum', beta: 1, variance });
      const { reconstruction, kl } = terms as { reconstruction: tf.Tensor; kl: tf.Tensor };
      const noise = scalar(gamma);
      const entries = net.data.reduce((a, b) => a * b, 1);
      const fit = tf.add(rules.fit(reconstruction, noise), rules.normaliser(entries, noise));
      return { loss: weighted(fit, [klWeight(rules, beta), kl]), terms: { reconstruction, kl } };
    };
  },
  mistakes: GAMMA_MISTAKES,
  vector: {
    terms: [],
    hyper: { variance: { kind: 'learned', says: 'always learned in a vector' } },
  },
});

export const makeGammaVae = GAMMA_VAE.make;
