/**
 * @file Running a function of the trained network over records, batch by batch, on the engine that trained
 * it.
 */
import type * as tf from '@tensorflow/tfjs';
import type { Autoencoder, Params } from '../../core/net/network.js';
import { evaluated } from '../../core/net/running.js';
import { withoutPrefix } from '../../core/prefix.js';
import type { Specs } from '../../engine/spec.js';
import { specsOf } from '../../engine/spec.js';
import { bySize, type Outputs } from '../engines/holder.js';
import { openHolder } from '../engines/open.js';
import { evaluatedShapes } from '../graphs.js';
import type { Trained } from './experiment.js';

type Tensors = Readonly<Record<string, tf.Tensor>>;
type Arrays = Readonly<Record<string, Float32Array>>;

/** Outputs [B, ...] or scalars of a batch; batch normalisation takes its running statistics. */
export type OfBatch = (net: Autoencoder, params: Params, inputs: Tensors) => Record<string, tf.Tensor>;

/** Shapes of the inputs for a batch of that size. */
export type InputsOfBatch = (batch: number) => Specs;

/** A function made ready for batches of any size. */
export interface Evaluator {
  run(batch: number, inputs: Arrays): Promise<Outputs>;
  close(): Promise<void>;
}

export async function openEvaluator(
  { model, network, engine, threads }: Trained,
  fn: OfBatch,
  inputsOf: InputsOfBatch,
): Promise<Evaluator> {
  const shapes = evaluatedShapes(model);
  const holder = await openHolder(network, shapes, { engine, threads });
  const stageFor = bySize(holder, batch => ({
    specs: { ...specsOf(shapes), ...inputsOf(batch) },
    fn: given =>
      fn(evaluated(model.net, withoutPrefix('statistics', given)), withoutPrefix('param', given), given),
  }));
  return {
    run: async (batch, inputs) => await (await stageFor(batch))(inputs),
    close: () => holder.close(),
  };
}

/** Shape of a batch of records. */
export const recordsSpec = ({ model }: Trained, batch: number): Specs => ({
  x: { shape: [batch, ...model.net.data] },
});

/** Calls back with every batch of the validation records, in order: its first record, its size, its data. */
export async function overValidation(
  { config, data }: Trained,
  each: (start: number, count: number, x: Float32Array) => Promise<void>,
): Promise<void> {
  const { validation } = data.counts;
  for (let start = 0; start < validation; start += config.batchSize) {
    const count = Math.min(config.batchSize, validation - start);
    await each(start, count, data.validation(start, count));
  }
}
