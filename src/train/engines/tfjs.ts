/** @file Stages by a tfjs backend: the same functions, run as they are instead of traced. */
import { setImmediate } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs';
import { type Holder, type Outputs, pick, split } from './holder.js';

type Tensors = Record<string, tf.Tensor>;

/** `backend` must be registered; it is made the current one, and the one before comes back on `close`. */
export async function holdTfjs(
  start: Readonly<Record<string, ArrayLike<number>>>,
  shapes: Readonly<Record<string, readonly number[]>>,
  backend: string,
): Promise<Holder> {
  const before = tf.getBackend();
  if (!(await tf.setBackend(backend))) throw new Error(`the tfjs backend '${backend}' does not start`);
  const tensorsOf = (values: Readonly<Record<string, ArrayLike<number>>>): Tensors =>
    Object.fromEntries(
      Object.entries(values).map(([name, numbers]) => [
        name,
        tf.tensor(Float32Array.from(numbers), [...shapes[name]!]),
      ]),
    );
  let current = tensorsOf(pick(start, Object.keys(shapes)));
  /** Takes tensors in the place of those of the same names. */
  const replace = (next: Tensors): void => {
    const old = current;
    current = { ...current, ...next };
    tf.dispose(Object.keys(next).flatMap(name => (old[name] === next[name] ? [] : [old[name]!])));
  };
  return {
    async open({ fn, specs }) {
      const reads = Object.keys(specs).filter(name => Object.hasOwn(shapes, name));
      return async inputs => {
        await setImmediate(); // a run keeps this thread busy: a signal is heard between two of them
        const outputs = tf.tidy(() => {
          const given = Object.entries(inputs).map(
            ([name, values]) =>
              [
                name,
                tf.tensor(values instanceof Float32Array ? values : Float32Array.from(values), [
                  ...specs[name]!.shape,
                ]),
              ] as const,
          );
          return fn({ ...pick(current, reads), ...Object.fromEntries(given) });
        });
        const [next, others] = split(outputs, shapes);
        replace(next);
        return take(others);
      };
    },
    held: () =>
      Object.fromEntries(
        Object.entries(current).map(([name, tensor]) => [name, tensor.dataSync() as Float32Array]),
      ),
    hold: values => replace(tensorsOf(values)),
    async close() {
      tf.dispose(current);
      await tf.setBackend(before);
    },
  };
}

/** Reads tensors and frees them. */
function take(tensors: Tensors): Outputs {
  const values = Object.entries(tensors).map(
    ([name, tensor]) => [name, tensor.dataSync() as Float32Array] as const,
  );
  tf.dispose(tensors);
  return Object.fromEntries(values);
}
