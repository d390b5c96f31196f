/** @file log det(I + A^T A) from an orthogonalisation of A, never from the Gram matrix. */
import * as tf from '@tensorflow/tfjs';
import { identity } from './gaussian.js';

/**
 * log det(I + A^T A) of each matrix of a batch, A [B, D, d] -> [B].
 *
 * Modified Gram-Schmidt on the columns of [A; I] without normalisation: log det is the sum of the logarithms
 * of the squared norms of the orthogonal columns. Entry k of the lower block of column k stays exactly 1, so
 * that each squared norm is 1 + q_k with q_k a sum of squares: log1p(q_k) keeps its relative precision when A
 * is small, and nothing is divided by less than 1. Every derivative exists.
 */
export function logDetIdentityPlusGram(a: tf.Tensor): tf.Tensor {
  const [batch, data, d] = a.shape as [number, number, number];
  // rows here are the columns of the formula: slices of rows are contiguous
  let upper = tf.transpose(a, [0, 2, 1]);
  let lower = tf.broadcastTo(identity(d), [batch, d, d]);
  const logs: tf.Tensor[] = [];
  for (let k = 0; k < d; k++) {
    const u = tf.slice(upper, [0, 0, 0], [batch, 1, data]);
    const v = tf.slice(lower, [0, 0, 0], [batch, 1, d]);
    const before = tf.slice(v, [0, 0, 0], [batch, 1, k]);
    const q = tf.add(tf.sum(tf.square(u), [1, 2], true), tf.sum(tf.square(before), [1, 2], true));
    logs.push(tf.log1p(tf.reshape(q, [batch])));
    const left = d - k - 1;
    if (left === 0) break;
    upper = tf.slice(upper, [0, 1, 0], [batch, left, data]);
    lower = tf.slice(lower, [0, 1, 0], [batch, left, d]);
    const products = tf.add(tf.matMul(upper, u, false, true), tf.matMul(lower, v, false, true));
    const coefficients = tf.div(products, tf.add(q, 1));
    upper = tf.sub(upper, tf.matMul(coefficients, u));
    lower = tf.sub(lower, tf.matMul(coefficients, v));
  }
  return tf.addN(logs);
}

/**
 * Hadamard's bound on the same: the sum of log(1 + |column|^2), [B]; equal where the columns are orthogonal.
 */
export const logHadamardBound = (a: tf.Tensor): tf.Tensor => tf.sum(tf.log1p(tf.sum(tf.square(a), 1)), 1);
