/**
 * @file The two functions of a run that engines execute: one training step, and the evaluation of a batch.
 */
import * as tf from '@tensorflow/tfjs';
import type { Autoencoder, ParamShapes, Params } from '../core/net/network.js';
import { evaluated } from '../core/net/running.js';
import { type Inputs, noiseShape, reconstruction } from '../core/objectives/objective.js';
import { withoutPrefix, withPrefix } from '../core/prefix.js';
import { trainingStep } from '../core/step.js';
import type { Graph } from '../engine/graph/graph.js';
import { optimise } from '../engine/passes/optimise.js';
import { type Specs, specsOf } from '../engine/spec.js';
import { type Traceable, trace } from '../engine/trace.js';
import type { Model } from './model.js';

type Tensors = Readonly<Record<string, tf.Tensor>>;

/**
 * A function from named tensors to named tensors, with the shapes of its inputs: to be traced, or run as it
 * is.
 */
export interface Stage {
  readonly fn: Traceable;
  readonly specs: Specs;
}

export const graphOf = ({ fn, specs }: Stage): Graph => optimise(trace(fn, specs));

/**
 * Shapes of what a network is evaluated with. Names in a graph and in a checkpoint: `param.NAME`,
 * `statistics.NAME` (of batch normalisation) and, of the optimiser, `state.NAME` are what a run carries from
 * step to step.
 */
export const evaluatedShapes = ({ net }: Pick<Model, 'net'>): ParamShapes => ({
  ...withPrefix('param', net.shapes),
  ...withPrefix('statistics', net.normalised?.statistics ?? {}),
});

/** Shapes of all that a run carries from step to step. */
export const carriedShapes = (model: Model): ParamShapes => ({
  ...evaluatedShapes(model),
  ...withPrefix('state', model.optimiser.stateShapes(model.net.shapes)),
});

const batchSpecs = ({ net, objective }: Model, batch: number): Specs => ({
  x: { shape: [batch, ...net.data] },
  ...(objective.usesNoise && { noise: { shape: [batch, ...noiseShape(objective, net)] } }),
});

const inputsOf = ({ x, noise }: Tensors): Inputs => (noise ? { x: x!, noise } : { x: x! });

/**
 * One training step on a batch of the given size. Inputs `param.*`, `statistics.*`, `state.*`, `x`, `rate`
 * and, where the objective samples, `noise`; outputs `param.*`, `statistics.*`, `state.*`, `loss`, `term.*`
 * and, where the objective counts them, `zeroDirections`.
 */
export function trainingStepOf(model: Model, batch: number): Stage {
  const { objective, net, optimiser } = model;
  const fn = (given: Tensors): Record<string, tf.Tensor> => {
    const { params, statistics, state, loss, terms, zeroDirections } = trainingStep(
      objective,
      net,
      optimiser,
      {
        params: withoutPrefix('param', given),
        statistics: withoutPrefix('statistics', given),
        state: withoutPrefix('state', given),
        inputs: inputsOf(given),
        rate: given.rate!,
        hyper: undefined, // bound to the objective
      },
    );
    return {
      ...withPrefix('param', params),
      ...withPrefix('statistics', statistics),
      ...withPrefix('state', state),
      loss,
      ...withPrefix('term', terms),
      ...(zeroDirections && { zeroDirections }),
    };
  };
  return {
    fn,
    specs: { ...specsOf(carriedShapes(model)), ...batchSpecs(model, batch), rate: { shape: [] } },
  };
}

/**
 * A quantity of a batch beside the loss, a scalar: what an experiment plots. Its network decodes to data,
 * where the objective's decodes to logits of them. Validation reports its mean over records.
 */
export type Measure = (net: Autoencoder, params: Params, inputs: Inputs) => tf.Tensor;

export type Measures = Readonly<Record<string, Measure>>;

/** Mean over the batch of |x - f(mu)|^2: comparable between objectives, unlike their losses. */
export const squaredErrorAtMean: Measure = (net, params, { x }) =>
  tf.mean(reconstruction('sum', x, net.decode(params, net.encode(params, x).mean)));

const toProbabilities = (net: Autoencoder): Autoencoder => ({
  ...net,
  decode: (params, z) => tf.sigmoid(net.decode(params, z)),
});

/**
 * Loss, terms and measures of a batch, batch normalisation with its running statistics.
 * Inputs `param.*`, `statistics.*`, `x`, `noise`; outputs `loss`, `term.*`, `measure.*`.
 */
export function evaluation(model: Model, batch: number, measures: Measures): Stage {
  const { objective } = model;
  const fn = (given: Tensors): Record<string, tf.Tensor> => {
    const net = evaluated(model.net, withoutPrefix('statistics', given));
    const params = withoutPrefix('param', given);
    const inputs = inputsOf(given);
    const { loss, terms } = objective.evaluate(net, params, inputs, undefined);
    const seen = objective.logits ? toProbabilities(net) : net;
    const measured = Object.entries(measures).map(
      ([name, measure]) => [name, measure(seen, params, inputs)] as const,
    );
    return { loss, ...withPrefix('term', terms), ...withPrefix('measure', Object.fromEntries(measured)) };
  };
  return { fn, specs: { ...specsOf(evaluatedShapes(model)), ...batchSpecs(model, batch) } };
}
