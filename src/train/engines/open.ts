/** @file The holder of each engine. */
import type { TrainEngine } from '../config.js';
import { notHere } from '../engine-choice.js';
import { holdFloat64 } from './float64.js';
import type { Holder } from './holder.js';
import { holdOnnx } from './onnx.js';
import { holdTfjs } from './tfjs.js';

export interface HolderOptions {
  readonly engine: TrainEngine;
  readonly threads: number;
}

/**
 * Keeps tensors of these names and shapes on an engine; throws, at the latest when it opens a stage, when the
 * engine does not run here.
 */
export async function openHolder(
  start: Readonly<Record<string, ArrayLike<number>>>,
  shapes: Readonly<Record<string, readonly number[]>>,
  { engine, threads }: HolderOptions,
): Promise<Holder> {
  switch (engine) {
    case 'float64':
      return holdFloat64(start);
    case 'onnx-cpu':
      return holdOnnx(start, shapes, { threads, providers: ['cpu'] });
    case 'webgpu':
    case 'cuda': {
      const holder = holdOnnx(start, shapes, { threads, providers: [engine, 'cpu'] });
      return { ...holder, open: stage => orNotHere(engine, () => holder.open(stage)) };
    }
    case 'tfjs-cpu':
      return await orNotHere(engine, () => holdTfjs(start, shapes, 'cpu'));
    case 'tfjs-node-gpu':
      return await orNotHere(engine, async () => {
        await import(TFJS_NODE_GPU);
        return await holdTfjs(start, shapes, 'tensorflow');
      });
  }
}

/** An optional dependency: a name that the compiler does not try to resolve. */
const TFJS_NODE_GPU: string = '@tensorflow/tfjs-node-gpu';

async function orNotHere<T>(engine: TrainEngine, make: () => Promise<T>): Promise<T> {
  try {
    return await make();
  } catch (error) {
    const reason = (error instanceof Error ? error.message : String(error)).split('\n')[0];
    throw notHere(engine, reason!);
  }
}
