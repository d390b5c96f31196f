/**
 * @file The reference step on which the speed of an engine is measured: two convolutions and their gradients.
 */
import * as tf from '@tensorflow/tfjs';
import type { Specs } from '../spec.js';
import type { Traceable } from '../trace.js';
import { spread } from './reference.js';

const BATCH = 4;
const SIDE = 32;
const CHANNELS = 32;
const FILTER = { shape: [3, 3, CHANNELS, CHANNELS] };

export const STEP_SPECS: Specs = {
  x: { shape: [BATCH, SIDE, SIDE, CHANNELS] },
  first: FILTER,
  second: FILTER,
};

/** The loss and gradients of two convolutions with a softplus between them: 0.4 GFLOP. */
export const step: Traceable = ({ x, first, second }) => {
  const loss = (a: tf.Tensor, b: tf.Tensor): tf.Scalar => {
    const hidden = tf.softplus(tf.conv2d(x as tf.Tensor4D, a as tf.Tensor4D, 1, 'same'));
    return tf.mean(tf.square(tf.conv2d(hidden, b as tf.Tensor4D, 1, 'same')));
  };
  const { value, grads } = tf.valueAndGrads(loss as (...args: tf.Tensor[]) => tf.Scalar)([first!, second!]);
  return { loss: value, first: grads[0]!, second: grads[1]! };
};

export const STEP_INPUTS = {
  x: Float32Array.from(spread(BATCH * SIDE * SIDE * CHANNELS, 1, 0)),
  first: Float32Array.from(spread(9 * CHANNELS * CHANNELS, 0.1, 1)),
  second: Float32Array.from(spread(9 * CHANNELS * CHANNELS, 0.1, 2)),
};

const RUNS = 7;
/** Slow engines are told from fast ones by fewer runs. */
const ENOUGH_MS = 2000;

/**
 * The median time of a run in milliseconds, after a first one, which only counts when it takes too long to go
 * on.
 */
export async function timed(run: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await run();
  const first = performance.now() - began;
  if (first > ENOUGH_MS) return first;
  const times: number[] = [];
  do {
    const start = performance.now();
    await run();
    times.push(performance.now() - start);
  } while (times.length < RUNS && performance.now() - began < ENOUGH_MS);
  return times.sort((a, b) => a - b)[times.length >> 1]!;
}
