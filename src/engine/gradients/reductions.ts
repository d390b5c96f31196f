/** @file Gradients of reductions. */
import * as tf from '@tensorflow/tfjs';
import { keptShape, unary } from './gradient.js';

const axesOf = (axis: unknown, shape: number[]): number[] =>
  tf.util.parseAxisParam(axis as number | number[], shape);

/** Spreads dy over the reduced axes. */
const spread = (dy: tf.Tensor, x: tf.Tensor, axes: readonly number[]): tf.Tensor =>
  tf.broadcastTo(tf.reshape(dy, keptShape(x.shape, axes)), x.shape);

/** An extremum's gradient goes to the entries that attain it, in equal parts. */
function extremumGradient(dy: tf.Tensor, x: tf.Tensor, axes: number[], extremum: tf.Tensor): tf.Tensor {
  const attained = tf.cast(tf.equal(x, extremum), 'float32');
  return tf.mul(spread(dy, x, axes), tf.div(attained, tf.sum(attained, axes, true)));
}

export const REDUCTION_GRADIENTS: readonly tf.GradConfig[] = [
  unary('Sum', (dy, x, { axis }) => spread(dy, x, axesOf(axis, x.shape))),
  unary('Mean', (dy, x, { axis }) => {
    const axes = axesOf(axis, x.shape);
    const count = axes.reduce((n, i) => n * x.shape[i]!, 1);
    return spread(tf.div(dy, count), x, axes);
  }),
  unary('Max', (dy, x, { reductionIndices }) => {
    const axes = axesOf(reductionIndices, x.shape);
    return extremumGradient(dy, x, axes, tf.max(x, axes, true));
  }),
  unary('Min', (dy, x, { axis }) => {
    const axes = axesOf(axis, x.shape);
    return extremumGradient(dy, x, axes, tf.min(x, axes, true));
  }),
];
