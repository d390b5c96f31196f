/** @file The runner of each engine. */
import { notHere } from './engine-choice.js';
import { openFloat64Runner } from './float64-runner.js';
import type { Model } from './model.js';
import { openOnnxRunner } from './onnx-runner.js';
import type { Carried, Runner, RunnerOptions } from './runner.js';
import { openTfjsRunner } from './tfjs-runner.js';

/** Makes the step ready to run, from the given parameters and state; throws when the engine does not run here. */
export async function openRunner(model: Model, start: Carried, options: RunnerOptions): Promise<Runner> {
  const { engine } = options;
  if (engine === 'float64') return openFloat64Runner(model, start, options);
  if (engine === 'onnx-cpu') return await openOnnxRunner(model, start, options, ['cpu']);
  try {
    switch (engine) {
      case 'webgpu':
      case 'cuda':
        return await openOnnxRunner(model, start, options, [engine, 'cpu']);
      case 'tfjs-cpu':
        return await openTfjsRunner(model, start, options, 'cpu');
      case 'tfjs-node-gpu':
        await import(TFJS_NODE_GPU);
        return await openTfjsRunner(model, start, options, 'tensorflow');
    }
  } catch (error) {
    const reason = (error instanceof Error ? error.message : String(error)).split('\n')[0];
    throw notHere(engine, reason!);
  }
}

/** An optional dependency: a name that the compiler does not try to resolve. */
const TFJS_NODE_GPU: string = '@tensorflow/tfjs-node-gpu';
