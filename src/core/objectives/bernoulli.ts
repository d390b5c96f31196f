/**
 * @file The beta-VAE and its second-order Taylor objective with Bernoulli observations (Kumar & Poole 2020, section 4).
 *
 * The decoder's outputs are logits a, not probabilities: for probabilities the Gauss-Newton Hessian of eq. (6) misses the
 * curvature of the sigmoid, which is all that is left where the fit is good. So the network's output is 'identity'.
 */
import * as tf from '@tensorflow/tfjs';
import {
  BETA_VAE_TAYLOR_RULES,
  type BetaVaeTaylorHyper,
  type BetaVaeTaylorRules,
} from './beta-vae-taylor.js';
import { noiseOf, type Objective, scaleOf, weighted } from './objective.js';
import { type BetaVaeHyper, VAE_RULES, type VaeRules } from './vae.js';

const perSample = (x: tf.Tensor): tf.Tensor => tf.reshape(x, [x.shape[0]!, x.size / x.shape[0]!]);

/**
 * -log p(x | a) = sum_m [x_m softplus(-a_m) + (1 - x_m) softplus(a_m)] of each sample, [B]. Of nonnegative terms: nothing
 * cancels however large the logits, and x may be grey.
 */
export const bernoulliLoss = (x: tf.Tensor, logits: tf.Tensor): tf.Tensor =>
  tf.sum(
    perSample(
      tf.add(tf.mul(x, tf.softplus(tf.neg(logits))), tf.mul(tf.sub(tf.onesLike(x), x), tf.softplus(logits))),
    ),
    1,
  );

/** -d^2 log p / da^2 = p (1 - p), the same for every x, shaped as the logits. */
export const bernoulliCurvature = (logits: tf.Tensor): tf.Tensor =>
  tf.mul(tf.sigmoid(logits), tf.sigmoid(tf.neg(logits)));

export interface BernoulliVaeRules extends VaeRules {
  /** -log p of each sample, [B]. */
  loss(x: tf.Tensor, logits: tf.Tensor): tf.Tensor;
}

export const BERNOULLI_VAE_RULES: BernoulliVaeRules = { ...VAE_RULES, loss: bernoulliLoss };

/** -log p(x_i | f(mu_i + Sigma_i^(1/2) noise_i)) + beta KL_i. */
export const makeBernoulliVae = (
  rules: BernoulliVaeRules = BERNOULLI_VAE_RULES,
): Objective<BetaVaeHyper> => ({
  name: 'beta-vae-bernoulli',
  usesNoise: true,
  logits: true,
  terms: ['reconstruction', 'kl'],
  evaluate(net, params, inputs, { beta, variance = 'learned' }) {
    const posterior = net.encode(params, inputs.x);
    const scale = scaleOf(posterior, variance);
    const z = rules.sample(posterior.mean, scale, noiseOf(inputs));
    const reconstruction = tf.mean(rules.loss(inputs.x, net.decode(params, z)));
    const kl = tf.mean(rules.kl(posterior.mean, scale));
    return { loss: weighted(reconstruction, [rules.weight(beta), kl]), terms: { reconstruction, kl } };
  },
});

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
export const makeBernoulliTaylor = (
  rules: BernoulliTaylorRules = BERNOULLI_TAYLOR_RULES,
): Objective<BetaVaeTaylorHyper> => ({
  name: 'beta-vae-taylor-bernoulli',
  usesNoise: false,
  logits: true,
  terms: ['reconstruction', 'penalty', 'kl'],
  evaluate(net, params, { x }, { beta, variance }) {
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
});
