/** @file Running core code as it is on a tfjs backend, in float32. */
import './gradients/register.js';
import * as tf from '@tensorflow/tfjs';
import { checkNames } from './graph/names.js';
import { sizeOf } from './graph/shapes.js';
import type { Spec, Specs } from './spec.js';
import type { Traceable } from './trace.js';

/** Numbers by name, row-major; float32 is what they become. */
export type EagerInputs = Readonly<Record<string, Float32Array | Float64Array>>;

function tensorOf(
  name: string,
  { shape, dtype = 'float' }: Spec,
  values: Float32Array | Float64Array,
): tf.Tensor {
  if (values.length !== sizeOf(shape))
    throw new Error(
      `eager: input '${name}' of shape [${shape}] must have ${sizeOf(shape)} numbers, got ${values.length}`,
    );
  return dtype === 'int'
    ? tf.tensor(Int32Array.from(values), [...shape], 'int32')
    : tf.tensor(Float32Array.from(values), [...shape], 'float32');
}

/** Makes a backend the current one; returns the name of the one before. */
async function enter(backendName: string): Promise<string> {
  if (tf.findBackendFactory(backendName) === null)
    throw new Error(
      `eager: the tfjs backend must be registered, got '${backendName}' - import its package first`,
    );
  const previous = tf.getBackend();
  if (!(await tf.setBackend(backendName))) {
    await tf.setBackend(previous);
    throw new Error(`eager: the tfjs backend '${backendName}' does not start on this machine`);
  }
  return previous;
}

/**
 * Runs `fn` once on a tfjs backend ('cpu', or 'tensorflow' where tfjs-node is loaded) and reads its outputs.
 * tfjs's backend and tensors are afterwards as they were before. `fn` is the function that `trace` takes.
 */
export async function runEager(
  fn: Traceable,
  specs: Specs,
  inputs: EagerInputs,
  backendName: string,
): Promise<Record<string, Float32Array>> {
  checkNames('eager', 'input', inputs, specs, true);
  const previous = await enter(backendName);
  // reading at once keeps other users of tfjs, who may wait for us, from changing the backend in between
  tf.engine().startScope();
  try {
    const tensors = Object.entries(specs).map(
      ([name, spec]) => [name, tensorOf(name, spec, inputs[name]!)] as const,
    );
    const outputs = fn(Object.fromEntries(tensors));
    return Object.fromEntries(
      Object.entries(outputs).map(([name, tensor]) => [name, Float32Array.from(tensor.dataSync())]),
    );
  } finally {
    tf.engine().endScope();
    await tf.setBackend(previous);
  }
}
