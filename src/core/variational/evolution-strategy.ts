/**
 * @file Gradients of E L(mean + std noise) from values of the loss alone: evolution strategies, and their
 * natural form.
 */
import * as tf from '@tensorflow/tfjs';
import { constant } from '../../engine/ops.js';
import { mapParams } from '../derivatives.js';
import type { Params } from '../net/network.js';
import type { WeightLoss } from './mean-field.js';
import type { WeightPosterior } from './posterior.js';

export interface EvolutionRules {
  /** The weights of one sample, noise standard normal. */
  sample(mean: tf.Tensor, std: tf.Tensor, noise: tf.Tensor): tf.Tensor;
  /** The derivative of the log density by the mean. */
  meanScore(std: tf.Tensor, noise: tf.Tensor): tf.Tensor;
  /** The derivative of the log density by the variances. */
  varianceScore(std: tf.Tensor, noise: tf.Tensor): tf.Tensor;
  /** What the sum over a sample and its mirror image is multiplied by. */
  readonly mirrorWeight: number;
  /** A gradient by the mean, to the coordinates of the update. */
  meanMetric(gradient: tf.Tensor, std: tf.Tensor): tf.Tensor;
  /** The same by the variances. */
  varianceMetric(gradient: tf.Tensor, std: tf.Tensor): tf.Tensor;
}

/** Plain gradients: L eta / sigma and L (eta^2 - 1) / (2 sigma^2). */
export const EVOLUTION_RULES: EvolutionRules = {
  sample: (mean, std, noise) => tf.add(mean, tf.mul(std, noise)),
  meanScore: (std, noise) => tf.div(noise, std),
  varianceScore: (std, noise) =>
    tf.div(tf.sub(tf.square(noise), constant(1)), tf.mul(constant(2), tf.square(std))),
  mirrorWeight: 0.5,
  meanMetric: gradient => gradient,
  varianceMetric: gradient => gradient,
};

/**
 * Natural gradients (NES, diagonal): times the inverse Fisher matrix, sigma^2 for the mean and 2 sigma^4 for
 * the variances.
 */
export const NATURAL_EVOLUTION_RULES: EvolutionRules = {
  ...EVOLUTION_RULES,
  meanMetric: (gradient, std) => tf.mul(gradient, tf.square(std)),
  varianceMetric: (gradient, std) => tf.mul(gradient, tf.mul(constant(2), tf.square(tf.square(std)))),
};

/**
 * The estimates of one noise, by parameter: of the gradients of E L by mean and variances, in the metric of
 * the rules.
 */
export function evolutionGradients(
  rules: EvolutionRules,
  loss: WeightLoss,
  { mean, sigma2 }: WeightPosterior,
  noise: Params,
  mirrored: boolean,
): WeightPosterior {
  const std = mapParams(sigma2, tf.sqrt);
  const valueAt = (sign: 1 | -1): tf.Tensor =>
    loss(mapParams(mean, (w, name) => rules.sample(w, std[name]!, tf.mul(sign, noise[name]!))));
  const plus = valueAt(1);
  const minus = mirrored ? valueAt(-1) : undefined;
  const weight = constant(rules.mirrorWeight);
  // the score of the mean is odd in the noise, that of the variances even
  const odd = minus === undefined ? plus : tf.mul(weight, tf.sub(plus, minus));
  const even = minus === undefined ? plus : tf.mul(weight, tf.add(plus, minus));
  return {
    mean: mapParams(mean, (_, name) =>
      rules.meanMetric(tf.mul(odd, rules.meanScore(std[name]!, noise[name]!)), std[name]!),
    ),
    sigma2: mapParams(mean, (_, name) =>
      rules.varianceMetric(tf.mul(even, rules.varianceScore(std[name]!, noise[name]!)), std[name]!),
    ),
  };
}
