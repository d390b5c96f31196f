/**
 * @file The weight perturbations of core on losses with known derivatives: SAM and its family, MFVI,
 * evolution strategies.
 */
import * as tf from '@tensorflow/tfjs';
import type { Classifier } from '../../../src/core/classifier.js';
import { gradients, mapParams } from '../../../src/core/derivatives.js';
import type { Params } from '../../../src/core/net/network.js';
import { scalar } from '../../../src/core/objectives/objective.js';
import type { SamRules } from '../../../src/core/objectives/sam/diagonal.js';
import * as objective from '../../../src/core/objectives/sam/objective.js';
import type { WeightLoss } from '../../../src/core/variational/mean-field.js';
import { programOf } from '../../../src/engine/float64/program-of.js';
import { constant, detach } from '../../../src/engine/ops.js';
import type { Arrays } from '../../../src/engine/program.js';
import type { mat } from '../../kit.js';
import type { Loss } from './losses.js';

export type Tensors = Readonly<Record<string, tf.Tensor>>;

/**
 * Two tensors where there are two weights or more: what is one norm over all parameters must not be one a
 * tensor.
 */
function split(w: tf.Tensor): Params {
  const p = w.size;
  const first = Math.ceil(p / 2);
  if (p === 1) return { first: w };
  return { first: tf.slice(w, [0], [first]), second: tf.slice(w, [first], [p - first]) };
}

export const join = (params: Params): tf.Tensor => tf.concat(Object.values(params));

export const lossOf =
  ({ shape }: Loss, data: Tensors): WeightLoss =>
  params =>
    tf.sum(shape.value(tf.expandDims(join(params), 0), data));

/**
 * A classifier whose cross-entropy is the loss: logits (0, L) and "targets" (1, -1), so that the
 * log-normaliser cancels. Its targets are no distribution; cross-entropy is linear in them, and does not
 * mind.
 */
export const classifierOf = (loss: Loss, data: Tensors): Classifier => ({
  classes: 2,
  shapes: {},
  fanIn: {},
  logits: params => {
    const value = tf.reshape(lossOf(loss, data)(params), [1, 1]);
    return tf.concat([tf.zerosLike(value), value], 1);
  },
});

export const batch = () => ({ x: constant([0], [1, 1]), targets: constant([1, -1], [1, 2]) });

/** A loss with the weights at which it is looked at. */
export interface AtWeights {
  readonly loss: Loss;
  readonly point: mat.Vector;
}

const array = (values: mat.Vector): Float64Array => Float64Array.from(values);

const scalars = (values: Readonly<Record<string, number>>): Record<string, Float64Array> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Float64Array.of(value)]));

interface Run<Output extends string> {
  /** What a negative control replaces. */
  readonly rules: object;
  readonly name: string;
  readonly at: AtWeights;
  /** Inputs of p entries beside the point. */
  readonly vectors: Readonly<Record<string, mat.Vector>>;
  readonly numbers: Readonly<Record<string, number>>;
  /** `params` holds each vector by parameter. */
  readonly fn: (
    data: Tensors,
    params: Readonly<Record<string, Params>>,
    numbers: Tensors,
  ) => Record<Output, tf.Tensor>;
}

/** The program of a function of weights, and its outputs as plain numbers. */
export function run<Output extends string>(asked: Run<Output>): Record<Output, number[]> {
  const { loss, point } = asked.at;
  const p = loss.shape.dimension;
  const vectors: Record<string, mat.Vector> = { point, ...asked.vectors };
  const program = programOf(asked.rules, loss.shape, asked.name, () => ({
    specs: {
      ...loss.shape.specs,
      ...mapKeys(vectors, () => ({ shape: [p] })),
      ...mapKeys(asked.numbers, () => ({ shape: [] })),
    },
    fn: inputs => {
      const params = mapKeys(vectors, name => split(inputs[name]!));
      const numbers = mapKeys(asked.numbers, name => inputs[name]!);
      const data = mapKeys(loss.shape.specs, name => inputs[name]!);
      return asked.fn(data, params, numbers);
    },
  }));
  const inputs: Arrays = {
    ...loss.data,
    ...mapKeys(vectors, name => array(vectors[name]!)),
    ...scalars(asked.numbers),
  };
  const outputs = program.run(inputs);
  return Object.fromEntries(Object.entries(outputs).map(([name, values]) => [name, [...values]])) as Record<
    Output,
    number[]
  >;
}

const mapKeys = <T>(keys: object, to: (name: string) => T): Record<string, T> =>
  Object.fromEntries(Object.keys(keys).map(name => [name, to(name)]));

export interface Moved {
  /** The loss at the perturbed weights. */
  readonly loss: number;
  /** What the optimiser is handed. */
  readonly gradient: readonly number[];
}

/** What an objective on weights does at a point; `rules` is what it was made of. */
export function moveOn<Hyper>(
  rules: object,
  make: () => objective.ClassifierObjective<Hyper>,
  at: AtWeights,
  hyper: { readonly [name in keyof Hyper]: number },
  vectors: { readonly noise?: mat.Vector; readonly sigma2?: mat.Vector } = {},
): Moved {
  const found = run({
    rules,
    name: 'move',
    at,
    vectors: vectors as Record<string, mat.Vector>,
    numbers: hyper,
    fn: (data, { point, ...rest }, numbers) => {
      // a number of the caller's became a scalar input of the same name
      const scalars = numbers as unknown as Hyper;
      const { loss, grads } = objective.direction(
        make(),
        classifierOf(at.loss, data),
        point!,
        { ...batch(), ...rest },
        scalars,
      );
      return { loss, gradient: join(grads) };
    },
  });
  return { loss: found.loss[0]!, gradient: found.gradient };
}

/**
 * The gradient of L + radius |A g|, which the step with the metric A stands for: A differentiated with the
 * weights, or frozen.
 */
export function penalisedOn<Hyper>(
  rules: SamRules<Hyper>,
  at: AtWeights,
  hyper: { readonly [name in keyof Hyper]: number },
  metric: 'live' | 'frozen',
): readonly number[] {
  return run({
    rules,
    name: `penalised, ${metric}`,
    at,
    vectors: {},
    numbers: hyper,
    fn: (data, { point }, numbers) => {
      const net = classifierOf(at.loss, data);
      const scalars = numbers as unknown as Hyper;
      const { grads } = gradients(params => {
        const gradient = objective.lossGradient(net, params, batch());
        const found = rules.root({ params, gradient, inputs: batch(), hyper: scalars });
        const root = metric === 'live' ? found : mapParams(found, detach);
        const norm = Object.values(
          rules.norm(mapParams(gradient, (g, name) => rules.whiten(root[name]!, g))),
        )[0]!;
        const penalty = tf.mul(scalar(rules.radius(scalars)), norm);
        return { loss: tf.add(objective.meanLoss(net, params, batch()), penalty), aux: {} };
      }, point!);
      return { gradient: join(grads) };
    },
  }).gradient;
}
