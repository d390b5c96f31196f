/** @file The control of SAM that perturbs the weights in a random direction of the same expected length. */
import * as tf from '@tensorflow/tfjs';
import { constant } from '../../../engine/ops.js';
import { mapParams } from '../../derivatives.js';
import { scalar } from '../objective.js';
import { byParameter, type ClassifierObjective, meanLoss } from './objective.js';
import type { SamHyper } from './sam.js';

export interface RandomSamRules {
  /** What the noise is divided by, for p parameters in all: its expected length. */
  length(p: number): tf.Tensor;
  /** Where the loss and its gradient are taken. */
  point(w: tf.Tensor, step: tf.Tensor): tf.Tensor;
}

export const RANDOM_SAM_RULES: RandomSamRules = {
  length: p => constant(Math.sqrt(p)),
  point: (w, step) => tf.add(w, step),
};

/** grad L at w + (rho/sqrt(p)) noise, noise standard normal by parameter. */
export const makeRandomSam = (rules: RandomSamRules = RANDOM_SAM_RULES): ClassifierObjective<SamHyper> => ({
  name: 'random-sam',
  uses: 'noise',
  loss(net, params, inputs, { rho }) {
    const noise = byParameter(inputs, 'noise', params);
    const p = Object.values(params).reduce((sum, w) => sum + w.size, 0);
    const radius = tf.div(scalar(rho), rules.length(p));
    const perturbed = mapParams(params, (w, name) => rules.point(w, tf.mul(radius, noise[name]!)));
    return meanLoss(net, perturbed, inputs);
  },
});
