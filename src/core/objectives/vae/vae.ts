/** @file The variational autoencoder with given noise (Kingma & Welling 2014), one sample a datum. */
import * as tf from '@tensorflow/tfjs';
import { constant } from '../../../engine/ops.js';
import { gaussianKl, type Scale, scaleUp } from '../../gaussian.js';
import { claimsOnly, objective } from '../define.js';
import { BETA, type Fields, type HyperOf, REC, VARIANCE } from '../fields.js';
import { KL_MISTAKES } from '../mistakes.js';
import { noiseOf, pointAt, type Scalar, scaleOf, weighted } from '../objective.js';
import { SAMPLE_MISTAKES, WEIGHT_MISTAKES } from './sample-mistakes.js';

const hyper = { rec: REC, beta: BETA, variance: VARIANCE } as const satisfies Fields;

export type VaeHyper = HyperOf<typeof hyper>;

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

/** KL(prior || q) of each sample, [B]. */
function fromPrior(mean: tf.Tensor, { std, logVariance }: Extract<Scale, { kind: 'diagonal' }>): tf.Tensor {
  const pulled = tf.div(tf.add(tf.square(mean), constant(1)), tf.square(std));
  return tf.mul(tf.sum(tf.sub(tf.add(pulled, logVariance), constant(1)), 1), constant(0.5));
}

/** rec_i(mu_i + Sigma_i^(1/2) noise_i) + beta KL_i. */
export const VAE = objective({
  name: 'vae',
  loss: 'rec_i(mu_i + sigma_i eps) + beta KL_i',
  hyper,
  needs: { noise: true },
  terms: ['reconstruction', 'kl'],
  rules: VAE_RULES,
  evaluate:
    rules =>
    (net, params, inputs, { rec, beta, variance }: VaeHyper) => {
      const posterior = net.encode(params, inputs.x);
      const scale = scaleOf(posterior, variance);
      const z = rules.sample(posterior.mean, scale, noiseOf(inputs));
      const reconstruction = tf.mean(pointAt(net, params, inputs.x, rec, z).loss(z));
      const kl = tf.mean(rules.kl(posterior.mean, scale));
      return { loss: weighted(reconstruction, [rules.weight(beta), kl]), terms: { reconstruction, kl } };
    },
  mistakes: {
    ...SAMPLE_MISTAKES,
    ...KL_MISTAKES,
    klOtherDirection: claimsOnly<VaeRules>(
      'KL(prior || q) in place of KL(q || prior) where the covariance is diagonal',
      { kl: (mean, scale) => (scale.kind === 'diagonal' ? fromPrior(mean, scale) : gaussianKl(mean, scale)) },
    ),
    ...WEIGHT_MISTAKES,
  },
  vector: { terms: ['reconstruction', 'kl'], misread: ['variance', 'rec', 'beta'] },
});

export const makeVae = VAE.make;
