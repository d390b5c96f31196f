/** @file Gradients of kernels that move values. */
import * as tf from '@tensorflow/tfjs';
import { filled, unary } from './gradient.js';

const listOf = (dys: tf.Tensor | tf.Tensor[]): tf.Tensor[] => (Array.isArray(dys) ? dys : [dys]);

/** Sums the copies: dy with an axis of the repetitions before each repeated axis. */
function tileGradient(dy: tf.Tensor, x: tf.Tensor, reps: readonly number[]): tf.Tensor {
  const shape: number[] = [];
  const axes: number[] = [];
  x.shape.forEach((n, i) => {
    if (reps[i] !== 1) {
      axes.push(shape.length);
      shape.push(reps[i]!);
    }
    if (n !== 1 || reps[i] === 1) shape.push(n);
  });
  return tf.reshape(tf.sum(tf.reshape(dy, shape), axes), x.shape);
}

/** Adds each row of dy to the row it came from: a product with the one-hot matrix of the indices. */
function gatherGradient(dy: tf.Tensor, x: tf.Tensor, indices: tf.Tensor, axis: number): tf.Tensor {
  const depth = x.shape[axis]!;
  const outer = x.shape.slice(0, axis).reduce((a, b) => a * b, 1);
  const rows = tf.reshape(dy, [outer, indices.size, -1]);
  // tfjs refuses a depth of 1, where every index is 0.
  const dx =
    depth === 1
      ? tf.sum(rows, 1, true)
      : tf.matMul(tf.cast(tf.oneHot(tf.reshape(indices, [-1]), depth), 'float32'), rows, true);
  return tf.reshape(dx, x.shape);
}

const gather: tf.GradConfig = {
  kernelName: 'GatherV2',
  inputsToSave: ['x', 'indices'],
  gradFunc: (dy, saved, attrs) => {
    const [x, indices] = saved as [tf.Tensor, tf.Tensor];
    if (attrs.batchDims !== 0) throw new Error(`gather: gradients need batchDims 0, got ${attrs.batchDims}`);
    const [axis] = tf.util.parseAxisParam(attrs.axis as number, x.shape) as [number];
    return {
      x: () => gatherGradient(dy as tf.Tensor, x, indices, axis),
      indices: () => filled(indices.shape, 0),
    };
  },
};

/** Each pixel's gradient is the sum over its copies. */
function resizeGradient(dy: tf.Tensor, images: tf.Tensor): tf.Tensor {
  const [n, h, w, c] = images.shape as [number, number, number, number];
  const [, rows, columns] = dy.shape as [number, number, number, number];
  if (rows % h !== 0 || columns % w !== 0)
    throw new Error(
      `resizeNearestNeighbor: gradients need whole factors, got [${h},${w}] to [${rows},${columns}]`,
    );
  return tf.sum(tf.reshape(dy, [n, h, rows / h, w, columns / w, c]), [2, 4]);
}

export const SHAPE_GRADIENTS: readonly tf.GradConfig[] = [
  unary('Tile', (dy, x, { reps }) => tileGradient(dy, x, reps as number[])),
  unary('ResizeNearestNeighbor', resizeGradient, 'images'),
  gather,
  // tfjs hands over a lone tensor, not a list, when there is only one part.
  {
    kernelName: 'SplitV',
    gradFunc: (dys, _, { axis }) => ({ x: () => tf.concat(listOf(dys), axis as number) }),
  },
  {
    kernelName: 'Unpack',
    gradFunc: (dys, _, { axis }) => ({ value: () => tf.stack(listOf(dys), axis as number) }),
  },
];
