/** @file Steps by a tfjs backend: the same functions, run as they are instead of traced. */
import { setImmediate } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs';
import { sizeOf } from '../engine/graph.js';
import { carriedShapes, evaluation, type Stage, trainingStepOf } from './graphs.js';
import type { Model } from './model.js';
import type { Batch, Carried, Numbers, Runner, RunnerOptions } from './runner.js';

type Tensors = Record<string, tf.Tensor>;

/** `backend` must be registered; it is made the current one, and the one before comes back on `close`. */
export async function openTfjsRunner(
  model: Model,
  start: Carried,
  { batchSize, measures }: RunnerOptions,
  backend: string,
): Promise<Runner> {
  const before = tf.getBackend();
  if (!(await tf.setBackend(backend))) throw new Error(`the tfjs backend '${backend}' does not start`);
  const shapes = carriedShapes(model);
  let current: Tensors = Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [
      name,
      tf.tensor(Float32Array.from(start[name]!), [...shape]),
    ]),
  );
  const run = ({ fn, specs }: Stage, batch: Batch, rate = 0): Tensors =>
    tf.tidy(() => {
      const tensors: Tensors = { ...current, rate: tf.scalar(rate) };
      for (const [name, values] of Object.entries(batch))
        tensors[name] = tf.tensor(values, [...specs[name]!.shape]);
      return fn(tensors);
    });
  const isCarried = (name: string): boolean => Object.hasOwn(shapes, name);
  return {
    async step(batch, rate) {
      await setImmediate(); // the step keeps this thread busy: a signal is heard between two of them
      const outputs = run(trainingStepOf(model, batchSize), batch, rate);
      const [kept, rest] = [pick(outputs, isCarried), pick(outputs, name => !isCarried(name))];
      const old = current;
      current = kept;
      tf.dispose(pick(old, name => old[name] !== kept[name]));
      return takeNumbers(rest);
    },
    async evaluate(batch) {
      return takeNumbers(run(evaluation(model, batch.x.length / sizeOf(model.net.data), measures), batch));
    },
    carried: () =>
      Object.fromEntries(
        Object.entries(current).map(([name, tensor]) => [name, tensor.dataSync() as Float32Array]),
      ),
    async close() {
      tf.dispose(current);
      await tf.setBackend(before);
    },
  };
}

const pick = (tensors: Tensors, wanted: (name: string) => boolean): Tensors =>
  Object.fromEntries(Object.entries(tensors).filter(([name]) => wanted(name)));

/** Reads scalars and frees them. */
function takeNumbers(tensors: Tensors): Numbers {
  const numbers = Object.entries(tensors).map(([name, tensor]) => [name, tensor.dataSync()[0]!] as const);
  tf.dispose(tensors);
  return Object.fromEntries(numbers);
}
