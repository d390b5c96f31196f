/**
 * @file What an objective on a classifier's weights is: the loss at a perturbed point, whose gradient is the
 * update.
 */
import type * as tf from '@tensorflow/tfjs';
import { type Classifier, crossEntropy } from '../../classifier.js';
import { gradients, mapParams } from '../../derivatives.js';
import type { Params } from '../../net/network.js';
import { completed, type Mistake, type VectorPart, type WrongRules } from '../define.js';
import type { Fields, HyperOf } from '../fields.js';

/** The tensors of one batch; `noise` and `sigma2` have the shapes of the parameters. */
export interface ClassifierInputs {
  /** [B, D] */
  readonly x: tf.Tensor;
  /** [B, C], one-hot for labels. */
  readonly targets: tf.Tensor;
  readonly noise?: Params;
  readonly sigma2?: Params;
}

export interface ClassifierObjective<Hyper> {
  readonly name: string;
  /** Which of the inputs by parameter it takes. */
  readonly uses: 'noise' | 'sigma2' | 'none';
  /**
   * The loss at the perturbed point as a function of the parameters: the step is a constant for its gradient.
   */
  loss(net: Classifier, params: Params, inputs: ClassifierInputs, hyper: Hyper): tf.Tensor;
}

export interface Direction {
  /** The loss at the perturbed point. */
  readonly loss: tf.Tensor;
  /** What the optimiser is handed, by parameter. */
  readonly grads: Params;
}

/** The mean cross-entropy of the batch. */
export const meanLoss = (net: Classifier, params: Params, { x, targets }: ClassifierInputs): tf.Tensor =>
  crossEntropy(net.logits(params, x), targets);

/** The gradient of the mean cross-entropy, by parameter. */
export const lossGradient = (net: Classifier, params: Params, inputs: ClassifierInputs): Params =>
  gradients(live => ({ loss: meanLoss(net, live, inputs), aux: {} }), params).grads;

/** The update direction of an objective: the gradient at the perturbed point. */
export function direction<Hyper>(
  objective: ClassifierObjective<Hyper>,
  net: Classifier,
  params: Params,
  inputs: ClassifierInputs,
  hyper: Hyper,
): Direction {
  const { loss, grads } = gradients(
    live => ({ loss: objective.loss(net, live, inputs, hyper), aux: {} }),
    params,
  );
  return { loss, grads };
}

/** One of the inputs by parameter; an error when it or an entry of it was not given. */
export function byParameter(inputs: ClassifierInputs, name: 'noise' | 'sigma2', params: Params): Params {
  const given = inputs[name];
  if (given === undefined)
    throw new Error(`inputs: ${name} is required, got none - give one tensor a parameter`);
  return mapParams(params, (_, parameter) => {
    const found = given[parameter];
    if (found === undefined)
      throw new Error(`inputs: ${name} of "${parameter}" is missing - give one tensor a parameter`);
    return found;
  });
}

interface Description<Name, F extends Fields, Rules, Names extends string> {
  readonly name: Name;
  readonly hyper: F;
  readonly uses: ClassifierObjective<unknown>['uses'];
  readonly rules: Rules;
  readonly loss: (rules: Rules) => ClassifierObjective<HyperOf<F>>['loss'];
  readonly mistakes: Readonly<Record<Names, WrongRules<NoInfer<Rules>>>>;
}

/** An objective on classifiers, with all that is known of it. */
export interface ClassifierDefinition<Name extends string, F extends Fields, Rules, Names extends string> {
  readonly net: 'classifier';
  readonly name: Name;
  readonly hyper: F;
  readonly uses: ClassifierObjective<unknown>['uses'];
  readonly rules: Rules;
  readonly mistakes: Readonly<Record<Names, Mistake<Rules>>>;
  readonly vector: VectorPart;
  /** The objective, right or with other rules. */
  make(rules?: Rules): ClassifierObjective<HyperOf<F>>;
}

export function classifierObjective<
  const Name extends string,
  const F extends Fields,
  Rules,
  Names extends string,
>({
  name,
  hyper,
  uses,
  rules: right,
  loss,
  mistakes,
}: Description<Name, F, Rules, Names>): ClassifierDefinition<Name, F, Rules, Names> {
  return {
    net: 'classifier',
    name,
    hyper,
    uses,
    rules: right,
    mistakes: completed<Rules, Names>(right, mistakes),
    vector: { terms: [] },
    make: (rules = right) => ({ name, uses, loss: loss(rules) }),
  };
}
