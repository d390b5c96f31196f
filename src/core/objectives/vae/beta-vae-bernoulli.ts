/** @file The beta-VAE with Bernoulli observations (Kumar & Poole 2020, section 4). */
import * as tf from '@tensorflow/tfjs';
import { objective } from '../define.js';
import { BETA, type Fields, type HyperOf, type Optional, VARIANCE } from '../fields.js';
import { KL_MISTAKES } from '../mistakes.js';
import { noiseOf, scaleOf, weighted } from '../objective.js';
import { bernoulliLoss, LOSS_MISTAKES } from './bernoulli.js';
import { SAMPLE_MISTAKES, WEIGHT_MISTAKES } from './sample-mistakes.js';
import { VAE_RULES, type VaeRules } from './vae.js';

const hyper = { beta: BETA, variance: VARIANCE } as const satisfies Fields;

type BernoulliVaeHyper = Optional<HyperOf<typeof hyper>, 'variance'>;

export interface BernoulliVaeRules extends VaeRules {
  /** -log p of each sample, [B]. */
  loss(x: tf.Tensor, logits: tf.Tensor): tf.Tensor;
}

export const BERNOULLI_VAE_RULES: BernoulliVaeRules = { ...VAE_RULES, loss: bernoulliLoss };

/** -log p(x_i | f(mu_i + Sigma_i^(1/2) noise_i)) + beta KL_i. */
export const BETA_VAE_BERNOULLI = objective({
  name: 'beta-vae-bernoulli',
  loss: '-log p(x | f) of Bernoulli observations + beta KL_i',
  hyper,
  needs: { noise: true, logits: true },
  terms: ['reconstruction', 'kl'],
  rules: BERNOULLI_VAE_RULES,
  evaluate:
    rules =>
    (net, params, inputs, { beta, variance = 'learned' }: BernoulliVaeHyper) => {
      const posterior = net.encode(params, inputs.x);
      const scale = scaleOf(posterior, variance);
      const z = rules.sample(posterior.mean, scale, noiseOf(inputs));
      const reconstruction = tf.mean(rules.loss(inputs.x, net.decode(params, z)));
      const kl = tf.mean(rules.kl(posterior.mean, scale));
      return { loss: weighted(reconstruction, [rules.weight(beta), kl]), terms: { reconstruction, kl } };
    },
  mistakes: { ...LOSS_MISTAKES, ...SAMPLE_MISTAKES, ...KL_MISTAKES, ...WEIGHT_MISTAKES },
});

export const makeBernoulliVae = BETA_VAE_BERNOULLI.make;
