/**
 * @file The second-order, Gauss-Newton Taylor objective of the beta-VAE with Bernoulli observations (Kumar &
 * Poole 2020, section 4).
 */
import * as tf from '@tensorflow/tfjs';
import { objective, wrong } from '../define.js';
import { BETA, type Fields, type HyperOf, VARIANCE } from '../fields.js';
import { KL_MISTAKES } from '../mistakes.js';
import { scaleOf, weighted } from '../objective.js';
import { bernoulliCurvature, bernoulliLoss, LOSS_MISTAKES, perSample } from './bernoulli.js';
import { BETA_VAE_TAYLOR_RULES, type BetaVaeTaylorRules, SPREAD_MISTAKES } from './beta-vae-taylor.js';

const hyper = { beta: BETA, variance: VARIANCE } as const satisfies Fields;

export interface BernoulliTaylorRules extends BetaVaeTaylorRules {
  /** -log p of each sample, [B]. */
  loss(x: tf.Tensor, logits: tf.Tensor): tf.Tensor;
  /** The diagonal of -d^2 log p / da^2, shaped as the logits. */
  curvature(logits: tf.Tensor): tf.Tensor;
}

export const BERNOULLI_TAYLOR_RULES: BernoulliTaylorRules = {
  ...BETA_VAE_TAYLOR_RULES,
  loss: bernoulliLoss,
  curvature: bernoulliCurvature,
};

/** -log p(x_i | f(mu_i)) + 1/2 tr(J^T diag(p (1 - p)) J Sigma_i) + beta KL_i. */
export const BETA_VAE_TAYLOR_BERNOULLI = objective({
  name: 'beta-vae-taylor-bernoulli',
  loss: '-log p(x | f(mu_i)) + 1/2 tr(J^T diag(p (1 - p)) J Sigma_i) + beta KL_i, p = sigmoid(f(mu_i))',
  hyper,
  needs: { jacobian: true, logits: true },
  terms: ['reconstruction', 'penalty', 'kl'],
  rules: BERNOULLI_TAYLOR_RULES,
  evaluate:
    rules =>
    (net, params, { x }, { beta, variance }: HyperOf<typeof hyper>) => {
      const { mean, scale: learned } = net.encode(params, x);
      const scale = scaleOf({ mean, scale: learned }, variance);
      const decode = (z: tf.Tensor): tf.Tensor => net.decode(params, z);
      const logits = decode(mean);
      const loss = (z: tf.Tensor): tf.Tensor => rules.loss(x, decode(z));
      const spread = rules.spread(rules.jacobian({ decode, loss, z: mean }), scale);
      const weights = perSample(rules.curvature(logits));
      const trace = tf.sum(tf.mul(weights, tf.sum(tf.square(spread), 2)), 1);
      const penalty = tf.mul(tf.mean(trace), rules.prefactor());
      const reconstruction = tf.mean(loss(mean));
      const kl = tf.mean(rules.kl(mean, scale));
      return {
        loss: weighted(reconstruction, [1, penalty], [beta, kl]),
        terms: { reconstruction, penalty, kl },
      };
    },
  mistakes: {
    ...LOSS_MISTAKES,
    curvatureMissing: wrong<BernoulliTaylorRules>('no curvature of the likelihood', {
      curvature: logits => tf.onesLike(logits),
    }),
    ...SPREAD_MISTAKES,
    ...KL_MISTAKES,
  },
});

export const makeBernoulliTaylor = BETA_VAE_TAYLOR_BERNOULLI.make;
