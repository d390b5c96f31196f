/** @file The operations that core uses beside tfjs's own. Importing this corrects tfjs's gradients. */
import './gradients/register.js';
import * as tf from '@tensorflow/tfjs';

export { constant } from './gradients/constant.js';

/**
 * The value of x as a constant for every gradient (stop-gradient): a second tensor of the same data that no
 * gradient tape has seen. So nothing is computed backwards through x, where a custom gradient would send
 * zeros.
 */
export function detach<T extends tf.Tensor>(x: T): T {
  const engine = tf.engine();
  engine.backend.incRef(x.dataId);
  return engine.makeTensorFromTensorInfo({ dataId: x.dataId, shape: x.shape, dtype: x.dtype }) as T;
}

/**
 * Logarithm of the softmax along the last axis: x - log sum exp x. tfjs's own saves its output for the
 * gradient, so that its second derivative is wrong. The shift by the maximum cancels, hence needs no
 * gradient.
 */
export function logSoftmax(x: tf.Tensor): tf.Tensor {
  const shifted = tf.sub(x, detach(tf.max(x, -1, true)));
  return tf.sub(shifted, tf.log(tf.sum(tf.exp(shifted), -1, true)));
}
