/** @file The reference graph on which the precision of an engine is measured. */
import * as tf from '@tensorflow/tfjs';
import type { Arrays } from '../program.js';
import type { Specs } from '../spec.js';
import type { Traceable } from '../trace.js';

/** Hidden channels, and hidden units. */
const CHANNELS = 8;
const UNITS = 32;

export const REFERENCE_SPECS: Specs = {
  x: { shape: [4, 8, 8, 3] },
  first: { shape: [3, 3, 3, CHANNELS] },
  second: { shape: [3, 3, CHANNELS, 4] },
  third: { shape: [256, UNITS] },
  fourth: { shape: [UNITS, 8] },
};

/** Convolution, tanh, convolution, softplus, matrix product, tanh, matrix product. */
export const reference: Traceable = ({ x, first, second, third, fourth }) => {
  const wide = tf.tanh(tf.conv2d(x as tf.Tensor4D, first as tf.Tensor4D, 1, 'same'));
  const narrow = tf.softplus(tf.conv2d(wide, second as tf.Tensor4D, 1, 'same'));
  const hidden = tf.tanh(tf.matMul(tf.reshape(narrow, [4, 256]), third as tf.Tensor2D));
  return { y: tf.matMul(hidden, fourth as tf.Tensor2D) };
};

const SIZES = { x: 768, first: 27 * CHANNELS, second: 36 * CHANNELS, third: 256 * UNITS, fourth: UNITS * 8 };

/** Evenly spread numbers around 0 of the given size, exact in float32: the golden-ratio sequence. */
export const spread = (count: number, size: number, seed: number): Float64Array =>
  Float64Array.from({ length: count }, (_, i) =>
    Math.fround(size * (2 * (((i + 1) * 0.6180339887498949 + seed * 0.7548776662466927) % 1) - 1)),
  );

export const REFERENCE_INPUTS: Arrays = {
  x: spread(SIZES.x, 1, 0),
  first: spread(SIZES.first, 0.3, 1),
  second: spread(SIZES.second, 0.2, 2),
  third: spread(SIZES.third, 0.1, 3),
  fourth: spread(SIZES.fourth, 0.3, 4),
};

/** `values` as rows of `columns` numbers, each row backwards. */
const rowsBackwards = (values: Float64Array, columns: number): Float64Array =>
  values.map((_, i) => values[i - (i % columns) + columns - 1 - (i % columns)]!);

/** `values` as blocks of `rows` rows of `columns` numbers, the rows of each block in reverse order. */
function blocksBackwards(values: Float64Array, rows: number, columns: number): Float64Array {
  const block = rows * columns;
  return values.map((_, i) => {
    const [row, column] = [Math.floor((i % block) / columns), i % columns];
    return values[i - (i % block) + (rows - 1 - row) * columns + column]!;
  });
}

/**
 * Inputs with the hidden channels and units numbered backwards: the same function, summed in another order.
 */
export const REORDERED_INPUTS: Arrays = {
  ...REFERENCE_INPUTS,
  first: rowsBackwards(REFERENCE_INPUTS.first!, CHANNELS),
  second: blocksBackwards(REFERENCE_INPUTS.second!, CHANNELS, 4),
  third: rowsBackwards(REFERENCE_INPUTS.third!, UNITS),
  fourth: blocksBackwards(REFERENCE_INPUTS.fourth!, UNITS, 8),
};

/** The Frobenius norm of a difference, relative to that of the right result. */
export function relativeError(got: ArrayLike<number>, right: Float64Array): number {
  const norm = (values: Float64Array): number => Math.hypot(...values);
  return norm(right.map((value, i) => got[i]! - value)) / norm(right);
}
