/** @file Wrong rules that objectives of several families can contain. */
import * as tf from '@tensorflow/tfjs';
import { constant } from '../../engine/ops.js';
import { gaussianKl, halfSquaredNorm, logDeterminant, type Scale, trace } from '../gaussian.js';
import { scaledNorm } from '../perturbation.js';
import { claimsOnly, type WrongRules, wrong } from './define.js';

/** One norm over the whole batch, repeated for each sample: [B]. */
export function batchNorm(x: tf.Tensor): tf.Tensor {
  const batch = x.shape[0]!;
  return tf.tile(scaledNorm(tf.reshape(x, [1, x.size])), [batch]);
}

export interface KlRules {
  kl(mean: tf.Tensor, scale: Scale): tf.Tensor;
}

export interface PriorRules {
  prior(mean: tf.Tensor): tf.Tensor;
}

/** 1/2 (|mean|^2 + a tr Sigma + b d + c log det Sigma), [B]. */
function klWith(mean: tf.Tensor, scale: Scale, a: number, b: number, c: number): tf.Tensor {
  const d = mean.shape[1]!;
  const spread = tf.add(tf.mul(trace(scale, d), a), tf.mul(logDeterminant(scale, d), c));
  return tf.add(halfSquaredNorm(mean), tf.mul(tf.add(spread, b * d), 0.5));
}

/** Wrong in the divergence from the prior. */
export const KL_MISTAKES = {
  klSign: wrong<KlRules>('the KL term of the opposite sign', {
    kl: (mean, scale) => tf.neg(gaussianKl(mean, scale)),
  }),
  klWithoutHalf: wrong<KlRules>('the KL term without its 1/2', {
    kl: (mean, scale) => tf.mul(gaussianKl(mean, scale), 2),
  }),
  klWithoutDimension: wrong<KlRules>('the KL term without its -d', {
    kl: (mean, scale) => klWith(mean, scale, 1, 0, -1),
  }),
  klDimensionSign: wrong<KlRules>('the KL term with +d in place of -d', {
    kl: (mean, scale) => klWith(mean, scale, 1, 1, -1),
  }),
  klLogSign: wrong<KlRules>('+log sigma^2 in place of -log sigma^2 in the KL term', {
    kl: (mean, scale) => klWith(mean, scale, 1, -1, 1),
  }),
  klLogDeviation: wrong<KlRules>('log sigma in place of log sigma^2 in the KL term', {
    kl: (mean, scale) => klWith(mean, scale, 1, -1, -0.5),
  }),
  klWithoutTrace: wrong<KlRules>('the KL term without sigma^2', {
    kl: (mean, scale) => klWith(mean, scale, 0, -1, -1),
  }),
  klMean: wrong<KlRules>('the KL term as a mean over the latents in place of their sum', {
    kl: (mean, scale) => tf.div(gaussianKl(mean, scale), mean.shape[1]!),
  }),
  klMissing: claimsOnly<KlRules>('no KL term', {
    kl: (mean, scale) => tf.mul(gaussianKl(mean, scale), constant(0)),
  }),
} satisfies Record<string, WrongRules<KlRules>>;

/** Wrong in the squared codes. */
export const PRIOR_MISTAKES = {
  priorWithoutHalf: wrong<PriorRules>('|mu|^2 without its 1/2', {
    prior: mean => tf.mul(halfSquaredNorm(mean), 2),
  }),
  priorUnsquared: wrong<PriorRules>('|mu|/2, one unsquared norm over the batch, as in the released code', {
    prior: mean => tf.mul(batchNorm(mean), constant(0.5)),
  }),
} satisfies Record<string, WrongRules<PriorRules>>;
