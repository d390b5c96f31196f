/** @file Running a function of the trained network over records, batch by batch, on the engine that trained it. */
import type * as tf from '@tensorflow/tfjs';
import type { Autoencoder, Params } from '../../core/net/network.js';
import { evaluated } from '../../core/net/running.js';
import { type OnnxProgram, openOnnx, type Provider } from '../../engine/onnx/session.js';
import type { Specs } from '../../engine/spec.js';
import type { EngineChoice } from '../config.js';
import { evaluatedShapes, graphOf, specsOf, withoutPrefix } from '../graphs.js';
import type { Trained } from './experiment.js';

type Tensors = Readonly<Record<string, tf.Tensor>>;
type Arrays = Readonly<Record<string, Float32Array>>;

/** Outputs [B, ...] or scalars of a batch; batch normalisation takes its running statistics. */
export type OfBatch = (net: Autoencoder, params: Params, inputs: Tensors) => Record<string, tf.Tensor>;

/** Shapes of the inputs for a batch of that size. */
export type InputsOfBatch = (batch: number) => Specs;

/** A function made ready for batches of any size. */
export interface Evaluator {
  run(batch: number, inputs: Arrays): Promise<Record<string, Float32Array>>;
  close(): Promise<void>;
}

/** The other engines have no sessions of their own here; the CPU gives the same numbers, to single precision. */
const providersOf = (engine: EngineChoice): readonly Provider[] =>
  engine === 'webgpu' || engine === 'cuda' ? [engine, 'cpu'] : ['cpu'];

export function openEvaluator(
  { model, network, config, threads }: Trained,
  fn: OfBatch,
  inputsOf: InputsOfBatch,
): Evaluator {
  const programs = new Map<number, OnnxProgram>();
  const parameters = Object.fromEntries(
    Object.entries(network).map(([name, values]) => [name, Float32Array.from(values)]),
  );
  const programFor = async (batch: number): Promise<OnnxProgram> => {
    const known = programs.get(batch);
    if (known !== undefined) return known;
    const traced = graphOf({
      specs: { ...specsOf(evaluatedShapes(model)), ...inputsOf(batch) },
      fn: given =>
        fn(evaluated(model.net, withoutPrefix('statistics', given)), withoutPrefix('param', given), given),
    });
    const made = await openOnnx(traced, { threads, providers: providersOf(config.engine) });
    programs.set(batch, made);
    return made;
  };
  return {
    async run(batch, inputs) {
      const outputs = await (await programFor(batch)).run({ ...parameters, ...inputs });
      return Object.fromEntries(
        Object.entries(outputs).map(([name, tensor]) => [name, tensor.data as Float32Array]),
      );
    },
    async close() {
      await Promise.all([...programs.values()].map(made => made.release()));
    },
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
