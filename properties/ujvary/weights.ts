/** @file The weight perturbations of core on losses with known derivatives: SAM and its family, MFVI, evolution strategies. */
import * as tf from '@tensorflow/tfjs';
import type { Classifier } from '../../src/core/classifier.js';
import type { Params } from '../../src/core/net/network.js';
import { type ClassifierObjective, direction } from '../../src/core/objectives/classifier/objective.js';
import { type EvolutionRules, evolutionGradients } from '../../src/core/variational/evolution-strategy.js';
import {
  type MeanFieldRules,
  meanFieldGradients,
  type WeightLoss,
} from '../../src/core/variational/mean-field.js';
import {
  type PosteriorGradients,
  updatePosterior,
  type WeightPosterior,
} from '../../src/core/variational/posterior.js';
import {
  type VariationalSamRules,
  variationalSamGradients,
  variationalSamLoss,
} from '../../src/core/variational/variational-sam.js';
import { constant } from '../../src/engine/ops.js';
import type { Arrays } from '../../src/engine/program.js';
import type { Vector } from '../../src/theory/closed/matrix.js';
import { programOf } from '../support/program.js';
import type { Loss } from './losses.js';

type Tensors = Readonly<Record<string, tf.Tensor>>;

/** Two tensors where there are two weights or more: what is one norm over all parameters must not be one a tensor. */
function split(w: tf.Tensor): Params {
  const p = w.size;
  const first = Math.ceil(p / 2);
  if (p === 1) return { first: w };
  return { first: tf.slice(w, [0], [first]), second: tf.slice(w, [first], [p - first]) };
}

const join = (params: Params): tf.Tensor => tf.concat(Object.values(params));

const lossOf =
  ({ shape }: Loss, data: Tensors): WeightLoss =>
  params =>
    tf.sum(shape.value(tf.expandDims(join(params), 0), data));

/**
 * A classifier whose cross-entropy is the loss: logits (0, L) and "targets" (1, -1), so that the log-normaliser cancels.
 * Its targets are no distribution; cross-entropy is linear in them, and does not mind.
 */
const classifierOf = (loss: Loss, data: Tensors): Classifier => ({
  classes: 2,
  shapes: {},
  fanIn: {},
  logits: params => {
    const value = tf.reshape(lossOf(loss, data)(params), [1, 1]);
    return tf.concat([tf.zerosLike(value), value], 1);
  },
});

const batch = () => ({ x: constant([0], [1, 1]), targets: constant([1, -1], [1, 2]) });

/** A loss with the weights at which it is looked at. */
export interface AtWeights {
  readonly loss: Loss;
  readonly point: Vector;
}

const array = (values: Vector): Float64Array => Float64Array.from(values);

const scalars = (values: Readonly<Record<string, number>>): Record<string, Float64Array> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Float64Array.of(value)]));

interface Run<Output extends string> {
  /** What a negative control replaces. */
  readonly rules: object;
  readonly name: string;
  readonly at: AtWeights;
  /** Inputs of p entries beside the point. */
  readonly vectors: Readonly<Record<string, Vector>>;
  readonly numbers: Readonly<Record<string, number>>;
  /** `params` holds each vector by parameter. */
  readonly fn: (
    data: Tensors,
    params: Readonly<Record<string, Params>>,
    numbers: Tensors,
  ) => Record<Output, tf.Tensor>;
}

/** The program of a function of weights, and its outputs as plain numbers. */
function run<Output extends string>(of: Run<Output>): Record<Output, number[]> {
  const { loss, point } = of.at;
  const p = loss.shape.dimension;
  const vectors: Record<string, Vector> = { point, ...of.vectors };
  const program = programOf(of.rules, loss.shape, of.name, () => ({
    specs: {
      ...loss.shape.specs,
      ...mapKeys(vectors, () => ({ shape: [p] })),
      ...mapKeys(of.numbers, () => ({ shape: [] })),
    },
    fn: inputs => {
      const params = mapKeys(vectors, name => split(inputs[name]!));
      const numbers = mapKeys(of.numbers, name => inputs[name]!);
      const data = mapKeys(loss.shape.specs, name => inputs[name]!);
      return of.fn(data, params, numbers);
    },
  }));
  const inputs: Arrays = {
    ...loss.data,
    ...mapKeys(vectors, name => array(vectors[name]!)),
    ...scalars(of.numbers),
  };
  const outputs = program.run(inputs);
  return Object.fromEntries(Object.entries(outputs).map(([name, values]) => [name, [...values]])) as Record<
    Output,
    number[]
  >;
}

const mapKeys = <T>(of: object, to: (name: string) => T): Record<string, T> =>
  Object.fromEntries(Object.keys(of).map(name => [name, to(name)]));

export interface Moved {
  /** The loss at the perturbed weights. */
  readonly loss: number;
  /** What the optimiser is handed. */
  readonly gradient: readonly number[];
}

/** What an objective on weights does at a point; `rules` is what it was made of. */
export function moveOn<Hyper>(
  rules: object,
  make: () => ClassifierObjective<Hyper>,
  at: AtWeights,
  hyper: { readonly [name in keyof Hyper]: number },
  vectors: { readonly noise?: Vector; readonly sigma2?: Vector } = {},
): Moved {
  const found = run({
    rules,
    name: 'move',
    at,
    vectors: vectors as Record<string, Vector>,
    numbers: hyper,
    fn: (data, { point, ...rest }, numbers) => {
      // a number of the caller's became a scalar input of the same name
      const scalars = numbers as unknown as Hyper;
      const { loss, grads } = direction(
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

/** A prior N(0, prior I), and the number of examples. */
export interface Prior {
  readonly prior: number;
  readonly examples: number;
}

export interface Slopes {
  readonly loss: number;
  readonly mean: readonly number[];
  readonly sigma2: readonly number[];
}

const outputs = ({ loss, mean, sigma2 }: PosteriorGradients) => ({
  loss,
  mean: join(mean),
  sigma2: join(sigma2),
});

const hyperOf = ({ prior, examples }: Tensors) => ({ prior: prior!, examples: examples! });

const slopes = (found: Record<'loss' | 'mean' | 'sigma2', number[]>): Slopes => ({
  ...found,
  loss: found.loss[0]!,
});

/** One sample of MFVI: its objective and the gradients that Algorithm 1 steps along. */
export const meanFieldOn = (
  rules: MeanFieldRules,
  at: AtWeights,
  sigma2: Vector,
  noise: Vector,
  prior: Prior,
): Slopes =>
  slopes(
    run({
      rules,
      name: 'mean field',
      at,
      vectors: { sigma2, noise },
      numbers: { ...prior },
      fn: (data, { point, sigma2: s, noise: eta }, numbers) =>
        outputs(
          meanFieldGradients(
            rules,
            lossOf(at.loss, data),
            { mean: point!, sigma2: s! },
            eta!,
            hyperOf(numbers),
          ),
        ),
    }),
  );

export interface Updated {
  readonly mean: readonly number[];
  readonly sigma2: readonly number[];
}

const joined = ({ mean, sigma2 }: WeightPosterior) => ({ mean: join(mean), sigma2: join(sigma2) });

/** One update of Algorithm 1 from one noise, both learning rates alike. */
export const meanFieldUpdate = (
  rules: MeanFieldRules,
  at: AtWeights,
  sigma2: Vector,
  noise: Vector,
  prior: Prior,
  rate: number,
): Updated =>
  run({
    rules,
    name: 'mean field update',
    at,
    vectors: { sigma2, noise },
    numbers: { ...prior, rate },
    fn: (data, { point, sigma2: s, noise: eta }, { rate: by, ...numbers }) => {
      const posterior = { mean: point!, sigma2: s! };
      const grads = meanFieldGradients(rules, lossOf(at.loss, data), posterior, eta!, hyperOf(numbers));
      return joined(updatePosterior(rules, posterior, grads, { mean: by!, sigma2: by! }));
    },
  });

/** The estimates of an evolution strategy from one noise. */
export const evolutionOn = (
  rules: EvolutionRules,
  at: AtWeights,
  sigma2: Vector,
  noise: Vector,
  mirrored: boolean,
): Updated =>
  run({
    rules,
    name: `evolution ${mirrored}`,
    at,
    vectors: { sigma2, noise },
    numbers: {},
    fn: (data, { point, sigma2: s, noise: eta }) =>
      joined(evolutionGradients(rules, lossOf(at.loss, data), { mean: point!, sigma2: s! }, eta!, mirrored)),
  });

export interface VariationalSlopes extends Slopes {
  /** Eq. (56), the approximated objective. */
  readonly objective: number;
}

/** The objective of eq. (56), and the gradients that Algorithm 3 steps along. */
export function variationalSamOn(
  rules: VariationalSamRules,
  at: AtWeights,
  sigma2: Vector,
  prior: Prior,
): VariationalSlopes {
  const found = run({
    rules,
    name: 'variational SAM',
    at,
    vectors: { sigma2 },
    numbers: { ...prior },
    fn: (data, { point, sigma2: s }, numbers) => {
      const [net, posterior] = [classifierOf(at.loss, data), { mean: point!, sigma2: s! }];
      const hyper = hyperOf(numbers);
      return {
        ...outputs(variationalSamGradients(rules, net, posterior, batch(), hyper)),
        objective: variationalSamLoss(rules, net, posterior, batch(), hyper),
      };
    },
  });
  return { ...slopes(found), objective: found.objective[0]! };
}

/** One update of Algorithm 3, both learning rates alike. */
export const variationalSamUpdate = (
  rules: VariationalSamRules,
  at: AtWeights,
  sigma2: Vector,
  prior: Prior,
  rate: number,
): Updated =>
  run({
    rules,
    name: 'variational SAM update',
    at,
    vectors: { sigma2 },
    numbers: { ...prior, rate },
    fn: (data, { point, sigma2: s }, { rate: by, ...numbers }) => {
      const [net, posterior] = [classifierOf(at.loss, data), { mean: point!, sigma2: s! }];
      const grads = variationalSamGradients(rules, net, posterior, batch(), hyperOf(numbers));
      return joined(updatePosterior(rules, posterior, grads, { mean: by!, sigma2: by! }));
    },
  });
