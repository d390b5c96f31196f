/**
 * @file How smooth a decoder is at the codes of a batch: the gradient of the reconstruction loss, and the
 * Jacobian. The loss is the squared error over the number of entries, mse_i = |x_i - f(z)|^2 / D, whatever
 * the objective has.
 */
import * as tf from '@tensorflow/tfjs';
import { gradient, vjp } from './derivatives.js';
import type { Autoencoder, Params } from './net/network.js';
import { pointAt, reconstruction, squaredNorm } from './objectives/objective.js';
import { scaledNorm } from './perturbation.js';

/** mse_i at the mean code, [B]. */
export const errorAtMean = (net: Autoencoder, params: Params, x: tf.Tensor): tf.Tensor =>
  reconstruction('mean', x, net.decode(params, net.encode(params, x).mean));

/** grad_z mse_i at the mean code, [B, d]. */
export function lossGradient(net: Autoencoder, params: Params, x: tf.Tensor): tf.Tensor {
  const at = pointAt(net, params, x, 'mean', net.encode(params, x).mean);
  return gradient(at.loss, at.z);
}

/** |grad_z mse_i| at the mean code, [B]. */
export const lossGradientNorm = (net: Autoencoder, params: Params, x: tf.Tensor): tf.Tensor =>
  scaledNorm(lossGradient(net, params, x));

/**
 * What figures 2-4 of SAMBA plot as the "decoder Jacobian norm", before the logarithm (SAMBA-29): sqrt(d) /
 * mean_i scale_i with scale_i = sqrt(d) / |s G_i|, G_i = grad_z mse_i / B, s the batch mean of the standard
 * deviations where they are learned and 1 where they are fixed (the figures divide by the fixed one). A
 * scalar: the harmonic mean over the batch of |s G_i|; zero where one of them is.
 */
export function plottedSmoothness(net: Autoencoder, params: Params, x: tf.Tensor): tf.Tensor {
  const { scale } = net.encode(params, x);
  const g = tf.div(lossGradient(net, params, x), x.shape[0]!);
  const weighted = scale.kind === 'diagonal' ? tf.mul(tf.mean(scale.std, 0, true), g) : g;
  return tf.div(1, tf.mean(tf.div(1, scaledNorm(weighted))));
}

/**
 * |J_i' u_i|^2 at the mean code, [B], J_i [D, d] the decoder's Jacobian and u [B, ...data] a probe: for
 * independent signs its mean is the squared Frobenius norm of J_i (Hutchinson 1990). One backward pass;
 * samples must not mix.
 */
export function probedJacobian(net: Autoencoder, params: Params, x: tf.Tensor, probe: tf.Tensor): tf.Tensor {
  const { mean } = net.encode(params, x);
  return squaredNorm(vjp(z => net.decode(params, z), mean, probe));
}
