/**
 * @file Second derivatives of ordinary tfjs code as Hessian-vector products; differentiable again to any
 * order.
 */
import * as tf from '@tensorflow/tfjs';
import { gradient, vjp } from './derivatives.js';
import { identity } from './gaussian.js';

/**
 * H v of the sum of f's entries at x, v shaped as x: the gradient of f's gradient weighted by v, H being
 * symmetric. For f: [B, d] -> [B] without mixing of samples: one product a sample.
 */
export const hvp = (f: (x: tf.Tensor) => tf.Tensor, x: tf.Tensor, v: tf.Tensor): tf.Tensor =>
  vjp(at => gradient(f, at), x, v);

/**
 * The Hessian [B, d, d] of each sample of f: [B, d] -> [B] at z, by d Hessian-vector products. Samples must
 * not mix in f.
 */
export function hessian(f: (z: tf.Tensor) => tf.Tensor, z: tf.Tensor): tf.Tensor {
  const [batch, d] = z.shape as [number, number];
  const axes = identity(d);
  const columns = Array.from({ length: d }, (_, k) =>
    hvp(f, z, tf.broadcastTo(tf.slice(axes, [k, 0], [1, d]), [batch, d])),
  );
  return tf.stack(columns, 2);
}
