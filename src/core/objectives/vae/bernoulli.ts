/**
 * @file Bernoulli observations (Kumar & Poole 2020, section 4).
 *
 * The decoder's outputs are logits a, not probabilities: for probabilities the Gauss-Newton Hessian of eq.
 * (6) misses the curvature of the sigmoid, which is all that is left where the fit is good. So the network's
 * output is 'identity'.
 */
import * as tf from '@tensorflow/tfjs';
import { type WrongRules, wrong } from '../define.js';

/** The entries of each sample in a row, [B, D]. */
export const perSample = (x: tf.Tensor): tf.Tensor => tf.reshape(x, [x.shape[0]!, x.size / x.shape[0]!]);

/**
 * -log p(x | a) = sum_m [x_m softplus(-a_m) + (1 - x_m) softplus(a_m)] of each sample, [B]. Of nonnegative
 * terms: nothing cancels however large the logits, and x may be grey.
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

interface LossRules {
  loss(x: tf.Tensor, logits: tf.Tensor): tf.Tensor;
}

export const LOSS_MISTAKES = {
  gaussian: wrong<LossRules>('the logits as the mean of a Gaussian', {
    loss: (x, logits) => tf.mul(tf.sum(tf.square(perSample(tf.sub(x, logits))), 1), 0.5),
  }),
  likelihoodMean: wrong<LossRules>('a mean over the entries in place of their sum', {
    loss: (x, logits) => tf.div(bernoulliLoss(x, logits), x.size / x.shape[0]!),
  }),
} satisfies Record<string, WrongRules<LossRules>>;
