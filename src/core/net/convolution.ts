/** @file Convolutions of NHWC images by weights as PyTorch stores them, with its padding or TensorFlow's. */
import * as tf from '@tensorflow/tfjs';
import { type Params, parameter } from './network.js';

/**
 * Rows and columns of zeros on every side (PyTorch), or so many that sizes are divided by the stride, the odd
 * one below and to the right (TensorFlow).
 */
export type Padding = number | 'same';

/**
 * Weights [out, in, kh, kw] -> [kh, kw, in, out]; of a transposed convolution [in, out, kh, kw] -> [kh, kw,
 * out, in].
 */
const kernelOf = (params: Params, name: string): tf.Tensor4D =>
  tf.transpose(parameter(params, `${name}.weight`), [2, 3, 1, 0]) as tf.Tensor4D;

/** x [B, H, W, in] by `NAME.weight` [out, in, kh, kw] -> [B, H', W', out]. */
export const convolve = (
  params: Params,
  name: string,
  x: tf.Tensor,
  stride: number,
  padding: Padding,
): tf.Tensor => tf.conv2d(x as tf.Tensor4D, kernelOf(params, name), stride, padding);

/**
 * x [B, H, W, in] by `NAME.weight` [in, out, kh, kw] -> [B, stride H, stride W, out]: the transpose of the
 * convolution with 'same' padding, as TensorFlow has it.
 */
export function convolveTransposed(params: Params, name: string, x: tf.Tensor, stride: number): tf.Tensor {
  const [batch, height, width] = x.shape as [number, number, number, number];
  const kernel = kernelOf(params, name);
  const shape: tf.Tensor4D['shape'] = [batch, stride * height, stride * width, kernel.shape[2]];
  return tf.conv2dTranspose(x as tf.Tensor4D, kernel, shape, stride, 'same');
}
