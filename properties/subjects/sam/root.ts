/** @file A covariance by its lower triangular factor, as the rules of core take it. */
import * as tf from '@tensorflow/tfjs';
import type { CholeskyScale } from '../../../src/core/gaussian.js';

/** The scale of a factor [B, d, d]; nothing here needs its determinant. */
export const rootOf = (factor: tf.Tensor): CholeskyScale => ({
  kind: 'cholesky',
  factor,
  logDiagonal: tf.zeros([factor.shape[0]!, factor.shape[1]!]),
});
