/** @file The control of SAM that perturbs the weights in a random direction of the same expected length. */
import * as tf from '@tensorflow/tfjs';
import { constant } from '../../../engine/ops.js';
import { mapParams } from '../../derivatives.js';
import { wrong } from '../define.js';
import type { Fields } from '../fields.js';
import { scalar } from '../objective.js';
import { RHO } from './fields.js';
import { byParameter, classifierObjective, meanLoss } from './objective.js';

const hyper = { rho: RHO } as const satisfies Fields;

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
export const RANDOM_SAM = classifierObjective({
  name: 'random-sam',
  hyper,
  uses: 'noise',
  rules: RANDOM_SAM_RULES,
  loss:
    rules =>
    (net, params, inputs, { rho }) => {
      const noise = byParameter(inputs, 'noise', params);
      const p = Object.values(params).reduce((sum, w) => sum + w.size, 0);
      const radius = tf.div(scalar(rho), rules.length(p));
      const perturbed = mapParams(params, (w, name) => rules.point(w, tf.mul(radius, noise[name]!)));
      return meanLoss(net, perturbed, inputs);
    },
  mistakes: {
    rootMissing: wrong<RandomSamRules>('no sqrt(p)', { length: () => constant(1) }),
    countForRoot: wrong<RandomSamRules>('p in place of sqrt(p)', { length: p => constant(p) }),
    signFlip: wrong<RandomSamRules>('the noise of the opposite sign', {
      point: (w, step) => tf.sub(w, step),
    }),
    noStep: wrong<RandomSamRules>('the gradient at the unperturbed weights', { point: w => w }),
  },
});

export const makeRandomSam = RANDOM_SAM.make;
