/** @file One training step as one function: what is traced, verified and trained. */
import type * as tf from '@tensorflow/tfjs';
import { gradients } from './derivatives.js';
import type { Autoencoder, Params } from './net/network.js';
import { follow, RUNNING_RULES, type RunningRules } from './net/running.js';
import type { Evaluation, Inputs, Objective } from './objectives/objective.js';
import type { Optimiser, Updated } from './optimiser.js';

/** An evaluation with the gradient of its loss by parameter name. */
export interface Gradient extends Evaluation {
  readonly grads: Params;
}

/** Loss, terms and gradients of an objective. */
export function evaluateWithGradient<Hyper>(
  objective: Objective<Hyper>,
  net: Autoencoder,
  params: Params,
  inputs: Inputs,
  hyper: Hyper,
): Gradient {
  const { loss, aux, grads } = gradients(live => {
    const { loss, terms, zeroDirections } = objective.evaluate(net, live, inputs, hyper);
    return {
      loss,
      aux: zeroDirections === undefined ? terms : { ...terms, [ZERO_DIRECTIONS]: zeroDirections },
    };
  }, params);
  const { [ZERO_DIRECTIONS]: zeroDirections, ...terms } = aux;
  return zeroDirections === undefined ? { loss, terms, grads } : { loss, terms, grads, zeroDirections };
}

const ZERO_DIRECTIONS = 'zeroDirections';

/** What a step takes beside the learning rate; all of it may be inputs of a graph. */
export interface StepInputs<Hyper> {
  readonly params: Params;
  /** The optimiser's state. */
  readonly state: Params;
  /** Running statistics; required by a network with batch normalisation. */
  readonly statistics?: Params;
  readonly inputs: Inputs;
  readonly rate: tf.Tensor;
  readonly hyper: Hyper;
}

/** The evaluation at the old parameters, with the new parameters and state. */
export interface StepResult extends Evaluation, Updated {
  /**
   * The new running statistics, moved once whatever passes the objective makes; none without batch
   * normalisation.
   */
  readonly statistics: Params;
}

/** One training step, in training mode. */
export function trainingStep<Hyper>(
  objective: Objective<Hyper>,
  net: Autoencoder,
  optimiser: Optimiser,
  { params, state, statistics, inputs, rate, hyper }: StepInputs<Hyper>,
  rules: RunningRules = RUNNING_RULES,
): StepResult {
  const followed = follow(net, statistics, rules);
  const { grads, ...evaluation } = evaluateWithGradient(objective, followed.net, params, inputs, hyper);
  const updated = optimiser.update(params, grads, state, rate);
  return { ...evaluation, ...updated, statistics: followed.next() };
}
