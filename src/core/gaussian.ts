/**
 * @file Gaussian posteriors: how a covariance acts on vectors, and its divergence from the standard normal.
 */
import * as tf from '@tensorflow/tfjs';
import { constant } from '../engine/ops.js';

/** Sigma = std^2 I, the same for every sample; `std` is a scalar. */
export interface IsotropicScale {
  readonly kind: 'isotropic';
  readonly std: tf.Tensor;
  readonly logVariance: tf.Tensor;
}

/** Sigma_i = diag(std_i^2); both [B, d]. */
export interface DiagonalScale {
  readonly kind: 'diagonal';
  readonly std: tf.Tensor;
  readonly logVariance: tf.Tensor;
}

/** Sigma_i = L_i L_i^T with `factor` L lower-triangular [B, d, d] and `logDiagonal` log L_kk [B, d]. */
export interface CholeskyScale {
  readonly kind: 'cholesky';
  readonly factor: tf.Tensor;
  readonly logDiagonal: tf.Tensor;
}

/** A square root L of a covariance Sigma = L L^T. */
export type Scale = IsotropicScale | DiagonalScale | CholeskyScale;

/** The isotropic scale of a variance given as a number or as a scalar tensor. */
export function isotropic(variance: number | tf.Tensor): IsotropicScale {
  if (typeof variance !== 'number')
    return { kind: 'isotropic', std: tf.sqrt(variance), logVariance: tf.log(variance) };
  if (!(variance > 0) || !Number.isFinite(variance))
    throw new Error(
      `variance: must be positive and finite, got ${variance} - give sigma^2, not its logarithm`,
    );
  return {
    kind: 'isotropic',
    std: constant(Math.sqrt(variance)),
    logVariance: constant(Math.log(variance)),
  };
}

/** The diagonal scale of log variances [B, d]. */
export const diagonal = (logVariance: tf.Tensor): DiagonalScale => ({
  kind: 'diagonal',
  std: tf.exp(tf.mul(logVariance, 0.5)),
  logVariance,
});

/**
 * The Cholesky scale of `entries` [B, d(d+1)/2]: first the d logarithms of the diagonal, then the strictly
 * lower triangle row by row.
 */
export function cholesky(entries: tf.Tensor, d: number): CholeskyScale {
  const batch = entries.shape[0]!;
  const logDiagonal = tf.slice(entries, [0, 0], [batch, d]);
  const rows = [tf.zeros([batch, d])];
  for (let row = 1, begin = d; row < d; begin += row, row++) {
    const lower = tf.slice(entries, [0, begin], [batch, row]);
    rows.push(
      tf.pad(lower, [
        [0, 0],
        [0, d - row],
      ]),
    );
  }
  const lower = tf.reshape(tf.concat(rows, 1), [batch, d, d]);
  const factor = tf.add(lower, tf.mul(tf.expandDims(tf.exp(logDiagonal), 2), identity(d)));
  return { kind: 'cholesky', factor, logDiagonal };
}

/** The identity matrix [d, d]. */
export function identity(d: number): tf.Tensor {
  const values = new Float64Array(d * d);
  for (let i = 0; i < d; i++) values[i * d + i] = 1;
  return constant(values, [d, d]);
}

const timesVector = (matrix: tf.Tensor, vector: tf.Tensor, transpose: boolean): tf.Tensor =>
  tf.squeeze(tf.matMul(matrix, tf.expandDims(vector, 2), transpose), [2]);

/** L v for v [B, d]: from whitened coordinates to those of the latent space. */
export const scaleUp = (scale: Scale, v: tf.Tensor): tf.Tensor =>
  scale.kind === 'cholesky' ? timesVector(scale.factor, v, false) : tf.mul(scale.std, v);

/** L^T g for a gradient g [B, d]: the gradient in whitened coordinates. */
export const whiten = (scale: Scale, g: tf.Tensor): tf.Tensor =>
  scale.kind === 'cholesky' ? timesVector(scale.factor, g, true) : tf.mul(scale.std, g);

/** J L for a Jacobian J [B, D, d]. */
export function scaleColumns(jacobian: tf.Tensor, scale: Scale): tf.Tensor {
  if (scale.kind === 'cholesky') return tf.matMul(jacobian, scale.factor);
  return tf.mul(jacobian, scale.kind === 'diagonal' ? tf.expandDims(scale.std, 1) : scale.std);
}

/** tr Sigma, of shape [B] or scalar. */
export function trace(scale: Scale, d: number): tf.Tensor {
  if (scale.kind === 'cholesky') return tf.sum(tf.square(scale.factor), [1, 2]);
  return scale.kind === 'diagonal' ? tf.sum(tf.square(scale.std), 1) : tf.mul(tf.square(scale.std), d);
}

/** log det Sigma, of shape [B] or scalar. */
export function logDeterminant(scale: Scale, d: number): tf.Tensor {
  if (scale.kind === 'cholesky') return tf.mul(tf.sum(scale.logDiagonal, 1), 2);
  return scale.kind === 'diagonal' ? tf.sum(scale.logVariance, 1) : tf.mul(scale.logVariance, d);
}

/** KL(N(mean, Sigma) || N(0, I)) = 1/2 (|mean|^2 + tr Sigma - d - log det Sigma) of each sample, [B]. */
export function gaussianKl(mean: tf.Tensor, scale: Scale): tf.Tensor {
  const d = mean.shape[1]!;
  const spread = tf.sub(tf.sub(trace(scale, d), d), logDeterminant(scale, d));
  return tf.mul(tf.add(tf.sum(tf.square(mean), 1), spread), 0.5);
}

/** 1/2 |mean|^2 of each sample, [B]. */
export const halfSquaredNorm = (mean: tf.Tensor): tf.Tensor => tf.mul(tf.sum(tf.square(mean), 1), 0.5);
