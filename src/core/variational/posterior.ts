/**
 * @file A Gaussian over weights with diagonal covariance: its divergence from the prior, its gradients, its
 * update.
 */
import * as tf from '@tensorflow/tfjs';
import { constant } from '../../engine/ops.js';
import { gradients, mapParams } from '../derivatives.js';
import type { Params } from '../net/network.js';
import { type Scalar, scalar } from '../objectives/objective.js';

/** N(mean, diag(sigma2)), both by parameter. */
export interface WeightPosterior {
  readonly mean: Params;
  readonly sigma2: Params;
}

export interface PriorHyper {
  /** sigma0^2, the variance of the prior N(0, sigma0^2 I). */
  readonly prior: Scalar;
  /** N, the number of examples that the loss is an average over. */
  readonly examples: Scalar;
}

/** A scalar function of a posterior and its gradients by parameter. */
export interface PosteriorGradients extends WeightPosterior {
  readonly loss: tf.Tensor;
}

export interface Rates {
  readonly mean: Scalar;
  readonly sigma2: Scalar;
}

/** Everything about the prior and the update that an implementation can get wrong, one function each. */
export interface PosteriorRules {
  /** The mean's part of the KL, |mean|^2 / (2 sigma0^2), of one parameter. */
  meanKl(mean: tf.Tensor, prior: tf.Tensor): tf.Tensor;
  /** The variances' part of the KL, sum (r - 1 - log r) / 2 with r = sigma2 / sigma0^2, of one parameter. */
  varianceKl(sigma2: tf.Tensor, prior: tf.Tensor): tf.Tensor;
  /** What multiplies the mean's part, for N examples. */
  meanWeight(examples: tf.Tensor): tf.Tensor;
  /** What multiplies the variances' part. */
  varianceWeight(examples: tf.Tensor): tf.Tensor;
  /** The variances after one step along their gradient. */
  updateVariance(sigma2: tf.Tensor, gradient: tf.Tensor, rate: tf.Tensor): tf.Tensor;
}

const perExample = (examples: tf.Tensor): tf.Tensor => tf.div(constant(1), examples);

/**
 * KL/N in both places (Ujváry et al. 2022, eq. 5-7), and descent on log sigma2, whose gradient is sigma2
 * times that of sigma2: positive whatever the rate, where plain descent on sigma2 as in Algorithms 1 and 3 is
 * not.
 */
export const POSTERIOR_RULES: PosteriorRules = {
  meanKl: (mean, prior) => tf.div(tf.sum(tf.square(mean)), tf.mul(constant(2), prior)),
  varianceKl: (sigma2, prior) => {
    const ratio = tf.div(sigma2, prior);
    return tf.mul(constant(0.5), tf.sum(tf.sub(tf.sub(ratio, constant(1)), tf.log(ratio))));
  },
  meanWeight: perExample,
  varianceWeight: perExample,
  updateVariance: (sigma2, gradient, rate) =>
    tf.mul(sigma2, tf.exp(tf.neg(tf.mul(rate, tf.mul(sigma2, gradient))))),
};

/** w - rate g, Algorithms 1 and 3 as printed: may leave a variance negative. */
export const plainDescent: PosteriorRules['updateVariance'] = (sigma2, gradient, rate) =>
  tf.sub(sigma2, tf.mul(rate, gradient));

const total = (terms: Params): tf.Tensor => Object.values(terms).reduce((sum, term) => tf.add(sum, term));

/** What the prior adds to an averaged loss for the mean. */
export const meanPenalty = (
  rules: PosteriorRules,
  mean: Params,
  { prior, examples }: PriorHyper,
): tf.Tensor =>
  tf.mul(rules.meanWeight(scalar(examples)), total(mapParams(mean, w => rules.meanKl(w, scalar(prior)))));

/** What the prior adds to an averaged loss for the variances. */
export const variancePenalty = (
  rules: PosteriorRules,
  sigma2: Params,
  { prior, examples }: PriorHyper,
): tf.Tensor =>
  tf.mul(
    rules.varianceWeight(scalar(examples)),
    total(mapParams(sigma2, s => rules.varianceKl(s, scalar(prior)))),
  );

/** The gradients of a scalar function of a posterior by mean and by variances. */
export function posteriorGradients(
  f: (at: WeightPosterior) => tf.Tensor,
  { mean, sigma2 }: WeightPosterior,
): PosteriorGradients {
  const byMean = gradients(live => ({ loss: f({ mean: live, sigma2 }), aux: {} }), mean);
  const byVariance = gradients(live => ({ loss: f({ mean, sigma2: live }), aux: {} }), sigma2);
  return { loss: byMean.loss, mean: byMean.grads, sigma2: byVariance.grads };
}

/** One step of both, each with its own learning rate. */
export function updatePosterior(
  rules: PosteriorRules,
  at: WeightPosterior,
  grads: WeightPosterior,
  rates: Rates,
): WeightPosterior {
  const [meanRate, varianceRate] = [scalar(rates.mean), scalar(rates.sigma2)];
  return {
    mean: mapParams(at.mean, (w, name) => tf.sub(w, tf.mul(meanRate, grads.mean[name]!))),
    sigma2: mapParams(at.sigma2, (s, name) => rules.updateVariance(s, grads.sigma2[name]!, varianceRate)),
  };
}
