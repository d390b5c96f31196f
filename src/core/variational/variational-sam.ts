/**
 * @file SAM whose covariance is learned as that of a posterior (Ujváry et al. 2022, section 5.1, eq. 56,
 * Algorithm 3).
 */
import * as tf from '@tensorflow/tfjs';
import { constant } from '../../engine/ops.js';
import type { Classifier } from '../classifier.js';
import { gradients, mapParams } from '../derivatives.js';
import type { Params } from '../net/network.js';
import type { SamRules } from '../objectives/sam/diagonal.js';
import { type ClassifierInputs, lossGradient, meanLoss } from '../objectives/sam/objective.js';
import { makeVsam, VSAM_RULES, type VsamHyper } from '../objectives/sam/vsam.js';
import { scaledNorm } from '../perturbation.js';
import {
  meanPenalty,
  POSTERIOR_RULES,
  type PosteriorGradients,
  type PosteriorRules,
  type PriorHyper,
  plainDescent,
  variancePenalty,
  type WeightPosterior,
} from './posterior.js';

export interface VariationalSamRules extends PosteriorRules {
  /** The step of the mean. */
  readonly step: SamRules<VsamHyper>;
  /** The square root of the covariance, from its diagonal. */
  std(sigma2: tf.Tensor): tf.Tensor;
  /** The radius of the ellipsoid in whitened coordinates, for p parameters. */
  radius(p: number): number;
}

export const VARIATIONAL_SAM_RULES: VariationalSamRules = {
  ...POSTERIOR_RULES,
  step: VSAM_RULES,
  std: tf.sqrt,
  radius: Math.sqrt,
};

/**
 * Algorithm 3 as printed: the decay of the mean left to the optimiser, and variances that may turn negative.
 */
export const PRINTED_VARIATIONAL_SAM_RULES: VariationalSamRules = {
  ...VARIATIONAL_SAM_RULES,
  meanWeight: () => constant(0),
  updateVariance: plainDescent,
};

const sizeOf = (params: Params): number => Object.values(params).reduce((sum, w) => sum + w.size, 0);

/** sqrt(p) |Sigma^(1/2) g|; zero with all its derivatives where that is zero. */
function sharpness(rules: VariationalSamRules, gradient: Params, sigma2: Params): tf.Tensor {
  const whitened = mapParams(gradient, (g, name) =>
    tf.reshape(tf.mul(rules.std(sigma2[name]!), g), [1, g.size]),
  );
  const norm = tf.squeeze(scaledNorm(tf.concat(Object.values(whitened), 1)), [0]);
  return tf.mul(constant(rules.radius(sizeOf(gradient))), norm);
}

/** L(mean) + sqrt(p) |Sigma^(1/2) grad L(mean)| + KL / N, eq. (56). */
export function variationalSamLoss(
  rules: VariationalSamRules,
  net: Classifier,
  { mean, sigma2 }: WeightPosterior,
  inputs: ClassifierInputs,
  hyper: PriorHyper,
): tf.Tensor {
  const first = tf.add(
    meanLoss(net, mean, inputs),
    sharpness(rules, lossGradient(net, mean, inputs), sigma2),
  );
  return tf.add(first, tf.add(meanPenalty(rules, mean, hyper), variancePenalty(rules, sigma2, hyper)));
}

/**
 * What Algorithm 3 steps along: for the mean the gradient at the perturbed weights plus the decay, for the
 * variances the gradient of eq. (56). `loss` is that at the perturbed weights plus the mean's part of KL / N.
 */
export function variationalSamGradients(
  rules: VariationalSamRules,
  net: Classifier,
  { mean, sigma2 }: WeightPosterior,
  inputs: ClassifierInputs,
  hyper: PriorHyper,
): PosteriorGradients {
  const kappa = rules.radius(sizeOf(mean));
  const vsam = makeVsam(rules.step);
  const byMean = gradients(
    live => ({
      loss: tf.add(vsam.loss(net, live, { ...inputs, sigma2 }, { kappa }), meanPenalty(rules, live, hyper)),
      aux: {},
    }),
    mean,
  );
  const gradient = lossGradient(net, mean, inputs);
  const byVariance = gradients(
    live => ({
      loss: tf.add(sharpness(rules, gradient, live), variancePenalty(rules, live, hyper)),
      aux: {},
    }),
    sigma2,
  );
  return { loss: byMean.loss, mean: byMean.grads, sigma2: byVariance.grads };
}
