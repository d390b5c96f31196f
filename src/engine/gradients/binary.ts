/** @file Gradients of elementwise kernels of two or three arguments, with broadcasting. */
import * as tf from '@tensorflow/tfjs';
import { constant } from './constant.js';
import { binary, filled, unbroadcast } from './gradient.js';

/** Comparisons are flat. */
const flat = (kernelName: string): tf.GradConfig => ({
  kernelName,
  inputsToSave: ['a', 'b'],
  gradFunc: (_, saved) => ({ a: () => filled(saved[0]!.shape, 0), b: () => filled(saved[1]!.shape, 0) }),
});

const twiceDifference = (dy: tf.Tensor, a: tf.Tensor, b: tf.Tensor): tf.Tensor =>
  tf.mul(dy, tf.mul(2, tf.sub(a, b)));

/**
 * b a^(b-1). At a = b = 0 the power would be infinite and times 0 NaN, which spoils x^2 from the third
 * derivative on.
 */
function powBase(dy: tf.Tensor, a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  const ended = tf.logicalAnd(tf.equal(a, 0), tf.equal(b, 0));
  return tf.mul(dy, tf.mul(b, tf.pow(a, tf.where(ended, 1, tf.sub(b, 1)))));
}

/** a^b log a, taken as 0 where a is not positive. */
function powExponent(dy: tf.Tensor, a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  const positive = tf.greater(a, 0);
  const log = tf.log(tf.where(positive, a, 1));
  return tf.mul(dy, tf.mul(tf.pow(a, b), log));
}

// A tie goes to a, as in tfjs.
const masked = (dy: tf.Tensor, mask: tf.Tensor): tf.Tensor => tf.where(mask, dy, tf.zerosLike(dy));

/** Chooses instead of multiplying by a mask, so that an infinite dy on the side not taken does no harm. */
const select: tf.GradConfig = {
  kernelName: 'Select',
  inputsToSave: ['condition', 't', 'e'],
  gradFunc: (dys, saved) => {
    const dy = dys as tf.Tensor;
    const [condition, t, e] = saved as [tf.Tensor, tf.Tensor, tf.Tensor];
    return {
      condition: () => filled(condition.shape, 0),
      t: () => unbroadcast(tf.where(condition, dy, tf.zerosLike(dy)), t.shape),
      e: () => unbroadcast(tf.where(condition, tf.zerosLike(dy), dy), e.shape),
    };
  },
};

/**
 * y = (x - mean) rsqrt(variance + eps) scale + offset, every operand broadcast. tfjs needs the scale to be
 * given.
 */
const batchNorm: tf.GradConfig = {
  kernelName: 'FusedBatchNorm',
  inputsToSave: ['x', 'mean', 'variance', 'scale'],
  gradFunc: (dys, saved, attrs) => {
    const dy = dys as tf.Tensor;
    const [x, mean, variance, scale] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
    const inverse = tf.rsqrt(tf.add(variance, constant(attrs.varianceEpsilon as number)));
    const normal = tf.mul(tf.sub(x, mean), inverse);
    const slope = tf.mul(dy, tf.mul(inverse, scale));
    return {
      x: () => slope,
      mean: () => unbroadcast(tf.neg(slope), mean.shape),
      variance: () => unbroadcast(tf.mul(-0.5, tf.mul(tf.mul(slope, normal), inverse)), variance.shape),
      scale: () => unbroadcast(tf.mul(dy, normal), scale.shape),
      offset: () => unbroadcast(dy, scale.shape),
    };
  },
};

export const BINARY_GRADIENTS: readonly tf.GradConfig[] = [
  ...['Greater', 'GreaterEqual', 'Less', 'LessEqual', 'Equal', 'NotEqual', 'LogicalAnd', 'LogicalOr'].map(
    flat,
  ),
  binary(
    'Maximum',
    (dy, a, b) => masked(dy, tf.greaterEqual(a, b)),
    (dy, a, b) => masked(dy, tf.less(a, b)),
  ),
  binary(
    'Minimum',
    (dy, a, b) => masked(dy, tf.lessEqual(a, b)),
    (dy, a, b) => masked(dy, tf.greater(a, b)),
  ),
  binary('SquaredDifference', twiceDifference, (dy, a, b) => twiceDifference(dy, b, a)),
  binary('Pow', powBase, powExponent),
  select,
  batchNorm,
];
