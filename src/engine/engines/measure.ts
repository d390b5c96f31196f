/** @file Runs the reference graph on an engine; throws where the engine is not to be had. */
import { availableParallelism } from 'node:os';
import * as tf from '@tensorflow/tfjs';
import { runEager } from '../eager.js';
import { compileFloat64 } from '../float64/compile.js';
import type { Graph } from '../graph/graph.js';
import { onnxRuntime } from '../onnx/runtime.js';
import { openOnnx, type Provider } from '../onnx/session.js';
import { trace } from '../trace.js';
import {
  REFERENCE_INPUTS,
  REFERENCE_SPECS,
  REORDERED_INPUTS,
  reference,
  relativeError,
} from './reference.js';
import { STEP_INPUTS, STEP_SPECS, step, timed } from './speed.js';

export const ENGINE_NAMES = ['float64', 'onnx-cpu', 'webgpu', 'cuda', 'tfjs-cpu', 'tfjs-node-gpu'] as const;
export type EngineName = (typeof ENGINE_NAMES)[number];

/** What a run of the reference graph told. */
export interface Measurement {
  readonly version: string;
  /** Threads of one operator on the CPU. */
  readonly threads: number;
  /**
   * Relative error on the reference graph against float64; of float64 itself, between two orders of
   * summation.
   */
  readonly precision: number;
  /** Milliseconds of a reference step, of those engines that one would choose for speed. */
  readonly milliseconds?: number;
  /** Worth knowing although the engine runs. */
  readonly note?: string;
}

const traced = (): Graph => trace(reference, REFERENCE_SPECS);
const right = (): Float64Array => compileFloat64(traced()).run(REFERENCE_INPUTS).y!;

async function onnx(provider: Provider): Promise<Measurement> {
  const threads = availableParallelism();
  const program = await openOnnx(traced(), { threads, providers: [provider] });
  const { y } = await program.run(REFERENCE_INPUTS);
  const precision = relativeError(y!.data as Float32Array, right());
  await program.release();
  const stepping = await openOnnx(trace(step, STEP_SPECS), { threads, providers: [provider] });
  const milliseconds = await timed(() => stepping.run(STEP_INPUTS));
  await stepping.release();
  return { version: onnxRuntime().env.versions.node ?? 'unknown', threads, precision, milliseconds };
}

async function eager(backendName: string): Promise<number> {
  const { y } = await runEager(reference, REFERENCE_SPECS, REFERENCE_INPUTS, backendName);
  return relativeError(y!, right());
}

/** tfjs-node's backend, as far as we look into it. */
interface NodeBackend {
  readonly isUsingGpuDevice?: boolean;
}

/** A missing rule does not compile. */
export const MEASURE: { readonly [Name in EngineName]: () => Promise<Measurement> } = {
  async float64() {
    const reordered = compileFloat64(traced()).run(REORDERED_INPUTS).y!;
    return { version: `V8 ${process.versions.v8}`, threads: 1, precision: relativeError(reordered, right()) };
  },
  'onnx-cpu': () => onnx('cpu'),
  webgpu: () => onnx('webgpu'),
  cuda: () => onnx('cuda'),
  async 'tfjs-cpu'() {
    return { version: tf.version.tfjs, threads: 1, precision: await eager('cpu') };
  },
  async 'tfjs-node-gpu'() {
    // registers its backend with the tfjs that we use
    await import('@tensorflow/tfjs-node-gpu');
    const precision = await eager('tensorflow');
    const milliseconds = await timed(() => runEager(step, STEP_SPECS, STEP_INPUTS, 'tensorflow'));
    const backend = tf.engine().registry.tensorflow as NodeBackend | undefined;
    const note =
      backend?.isUsingGpuDevice === true ? {} : { note: 'it sees no CUDA device and runs on the CPU' };
    return { version: tf.version.tfjs, threads: availableParallelism(), precision, milliseconds, ...note };
  },
};
