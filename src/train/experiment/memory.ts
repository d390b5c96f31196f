/** @file Estimated peak memory of a run, from the live values of the graph of its step. */
import { sizeOf } from '../../engine/graph/graph.js';
import { liveNumbers } from '../../engine/graph/liveness.js';
import type { TrainConfig, TrainEngine } from '../config.js';
import { carriedShapes, graphOf, type Stage, trainingStepOf } from '../graphs.js';
import { modelOf } from '../model.js';

/** Resident memory of a process that has loaded tfjs and ONNX Runtime, before it trains. */
export const PROCESS_BYTES = 256 * 2 ** 20;

/**
 * Peak resident memory is up to 2.6 times the peak of the live values of a step, as measured
 * (docs/experiments.md): validation has buffers of its own, and allocators keep freed pages.
 */
const ROOM = 3;

/** Bytes of the process of a step: live values, the carried state with a copy of it, and the images. */
export function memoryOfStep(
  stage: Stage,
  carried: Readonly<Record<string, readonly number[]>>,
  { engine, imageBytes }: { readonly engine: TrainEngine; readonly imageBytes: number },
): number {
  const bytes = engine === 'float64' ? 8 : 4;
  const held = Object.values(carried).reduce((sum, shape) => sum + sizeOf(shape), 0);
  return PROCESS_BYTES + imageBytes + bytes * (2 * held + ROOM * liveNumbers(graphOf(stage)));
}

/** Of a training run on images of the given shape. */
export function memoryOfTraining(
  config: TrainConfig,
  shape: readonly [number, number, number],
  options: { readonly engine: TrainEngine; readonly imageBytes: number },
): number {
  const model = modelOf(config, shape);
  return memoryOfStep(trainingStepOf(model, config.batchSize), carriedShapes(model), options);
}
