/** @file One training step of a classifier as one function: plain, or by a method of the SAM family. */
import type * as tf from '@tensorflow/tfjs';
import type { Classifier } from './classifier.js';
import type { Normalised, Params } from './net/network.js';
import { follow } from './net/running.js';
import type { Scalar } from './objectives/objective.js';
import { scalar } from './objectives/objective.js';
import {
  type ClassifierInputs,
  type ClassifierObjective,
  direction,
  meanLoss,
} from './objectives/sam/objective.js';
import type { Optimiser, Updated } from './optimiser.js';
import type { PriorHyper } from './variational/posterior.js';
import { type VariationalSamRules, variationalSamGradients } from './variational/variational-sam.js';

/** What the optimiser is handed, and the variances after the step where the method learns them. */
export interface Found {
  readonly loss: tf.Tensor;
  readonly grads: Params;
  readonly sigma2?: Params;
}

export interface ClassifierMethod {
  /** Which of the inputs by parameter it takes. */
  readonly uses: ClassifierObjective<unknown>['uses'];
  find(net: Classifier, params: Params, inputs: ClassifierInputs): Found;
}

/** The gradient of the mean loss itself. */
export const PLAIN: ClassifierObjective<undefined> = {
  name: 'sgd',
  uses: 'none',
  loss: meanLoss,
};

/** An objective with its hyper-parameters. */
export const methodOf = <Hyper>(objective: ClassifierObjective<Hyper>, hyper: Hyper): ClassifierMethod => ({
  uses: objective.uses,
  find: (net, params, inputs) => direction(objective, net, params, inputs, hyper),
});

/** Variational SAM, whose variances take a step of their own at the given rate. */
export const variationalSamMethod = (
  rules: VariationalSamRules,
  hyper: PriorHyper,
  rate: Scalar,
): ClassifierMethod => ({
  uses: 'sigma2',
  find(net, mean, inputs) {
    const { sigma2 } = inputs;
    if (sigma2 === undefined)
      throw new Error('inputs: sigma2 is required, got none - give one tensor a parameter');
    const found = variationalSamGradients(rules, net, { mean, sigma2 }, inputs, hyper);
    return {
      loss: found.loss,
      grads: found.mean,
      sigma2: Object.fromEntries(
        Object.entries(sigma2).map(([name, s]) => [
          name,
          rules.updateVariance(s, found.sigma2[name]!, scalar(rate)),
        ]),
      ),
    };
  },
});

interface Trainable extends Classifier {
  readonly normalised?: Normalised<Trainable>;
}

interface StepInputs {
  readonly params: Params;
  /** The optimiser's state. */
  readonly state: Params;
  /** Running statistics; required by a network with batch normalisation. */
  readonly statistics?: Params;
  readonly inputs: ClassifierInputs;
  readonly rate: tf.Tensor;
}

export interface ClassifierStep extends Updated {
  /** At the point where the gradient was taken. */
  readonly loss: tf.Tensor;
  readonly statistics: Params;
  readonly sigma2: Params;
}

/** One step, in training mode; the running statistics move once, by the first pass. */
export function classifierStep(
  method: ClassifierMethod,
  net: Trainable,
  optimiser: Optimiser,
  { params, state, statistics, inputs, rate }: StepInputs,
): ClassifierStep {
  const followed = follow(net, statistics);
  const { loss, grads, sigma2 = {} } = method.find(followed.net, params, inputs);
  return { loss, sigma2, ...optimiser.update(params, grads, state, rate), statistics: followed.next() };
}
