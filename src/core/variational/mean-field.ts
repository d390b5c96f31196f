/**
 * @file Mean-field variational inference over weights with reparametrised noise (Ujváry et al. 2022, eq. 5-7,
 * Algorithm 1).
 */
import * as tf from '@tensorflow/tfjs';
import { constant } from '../../engine/ops.js';
import { mapParams } from '../derivatives.js';
import type { Params } from '../net/network.js';
import {
  meanPenalty,
  POSTERIOR_RULES,
  type PosteriorGradients,
  type PosteriorRules,
  type PriorHyper,
  plainDescent,
  posteriorGradients,
  variancePenalty,
  type WeightPosterior,
} from './posterior.js';

/** The averaged loss of a batch as a function of the weights; scalar. */
export type WeightLoss = (weights: Params) => tf.Tensor;

export interface MeanFieldRules extends PosteriorRules {
  /** The square root of the covariance, from its diagonal. */
  std(sigma2: tf.Tensor): tf.Tensor;
  /** The weights of one sample, noise standard normal. */
  sample(mean: tf.Tensor, std: tf.Tensor, noise: tf.Tensor): tf.Tensor;
}

export const MEAN_FIELD_RULES: MeanFieldRules = {
  ...POSTERIOR_RULES,
  std: tf.sqrt,
  sample: (mean, std, noise) => tf.add(mean, tf.mul(std, noise)),
};

/**
 * Algorithm 1 as printed: the decay of the mean left to the optimiser, no 1/N on the KL of the variances,
 * which may turn negative.
 */
export const PRINTED_MEAN_FIELD_RULES: MeanFieldRules = {
  ...MEAN_FIELD_RULES,
  meanWeight: () => constant(0),
  varianceWeight: () => constant(1),
  updateVariance: plainDescent,
};

/** L(mean + std noise) + KL / N of one sample. */
export function meanFieldLoss(
  rules: MeanFieldRules,
  loss: WeightLoss,
  { mean, sigma2 }: WeightPosterior,
  noise: Params,
  hyper: PriorHyper,
): tf.Tensor {
  const weights = mapParams(mean, (w, name) => rules.sample(w, rules.std(sigma2[name]!), noise[name]!));
  const penalty = tf.add(meanPenalty(rules, mean, hyper), variancePenalty(rules, sigma2, hyper));
  return tf.add(loss(weights), penalty);
}

/** What Algorithm 1 steps along: the gradients of one sample by mean and variances. */
export const meanFieldGradients = (
  rules: MeanFieldRules,
  loss: WeightLoss,
  at: WeightPosterior,
  noise: Params,
  hyper: PriorHyper,
): PosteriorGradients => posteriorGradients(of => meanFieldLoss(rules, loss, of, noise, hyper), at);
