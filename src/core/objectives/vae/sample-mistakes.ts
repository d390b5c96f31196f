/** @file Wrong ways to draw a code, and to weigh the divergence. */
import * as tf from '@tensorflow/tfjs';
import { constant, detach } from '../../../engine/ops.js';
import { type Scale, scaleUp } from '../../gaussian.js';
import { claimsOnly, type WrongRules, wrong } from '../define.js';
import type { Scalar } from '../objective.js';

export interface SampleRules {
  sample(mean: tf.Tensor, scale: Scale, noise: tf.Tensor): tf.Tensor;
}

export const SAMPLE_MISTAKES = {
  varianceForDeviation: wrong<SampleRules>('sigma^2 in place of sigma in front of the noise', {
    sample: (mean, scale, noise) => tf.add(mean, scaleUp(scale, scaleUp(scale, noise))),
  }),
  deviationMissing: wrong<SampleRules>('no sigma in front of the noise', {
    sample: (mean, _scale, noise) => tf.add(mean, noise),
  }),
  noNoise: wrong<SampleRules>('no noise', { sample: mean => mean }),
  deviationDetached: wrong<SampleRules>('sigma in front of the noise detached', {
    sample: (mean, scale, noise) => tf.add(mean, detach(scaleUp(scale, noise))),
  }),
  sampleDetached: wrong<SampleRules>('the sample detached: no reparametrisation', {
    sample: (mean, scale, noise) => detach(tf.add(mean, scaleUp(scale, noise))),
  }),
  noiseOnBall: claimsOnly<SampleRules>('the noise divided by sqrt(d)', {
    sample: (mean, scale, noise) =>
      tf.add(mean, scaleUp(scale, tf.div(noise, constant(Math.sqrt(noise.shape[1]!))))),
  }),
} satisfies Record<string, WrongRules<SampleRules>>;

interface WeightRules {
  weight(beta: Scalar): Scalar;
}

export const WEIGHT_MISTAKES = {
  betaIgnored: claimsOnly<WeightRules>('the KL term of weight 1', { weight: () => 1 }),
} satisfies Record<string, WrongRules<WeightRules>>;
