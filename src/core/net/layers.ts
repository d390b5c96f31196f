/** @file Layers as data (names, shapes, fan-in) and as functions; what the autoencoders are built from. */
import * as tf from '@tensorflow/tfjs';
import { cholesky, diagonal } from '../gaussian.js';
import { convolve } from './convolution.js';
import { type ParamShapes, type Params, type Posterior, type PosteriorKind, parameter } from './network.js';

/** The parameters of a stack of layers. */
export interface Layout {
  readonly shapes: ParamShapes;
  readonly fanIn: Readonly<Record<string, number>>;
  /** Parameters that begin as one number and not at random. */
  readonly initial?: Readonly<Record<string, number>>;
  /** Shapes of running statistics. */
  readonly statistics?: ParamShapes;
}

const withBias = (name: string, weight: readonly number[], fanIn: number): Layout => ({
  shapes: { [`${name}.weight`]: weight, [`${name}.bias`]: [weight[0]!] },
  fanIn: { [`${name}.weight`]: fanIn, [`${name}.bias`]: fanIn },
});

/** A dense layer: weight [out, in]. */
export const denseLayout = (name: string, inputs: number, outputs: number): Layout =>
  withBias(name, [outputs, inputs], inputs);

/** A 3x3 convolution with a bias: weight [out, in, 3, 3]. */
export const convLayout = (name: string, inputs: number, outputs: number): Layout =>
  withBias(name, [outputs, inputs, 3, 3], 9 * inputs);

/** All of several layouts, in their order. */
export function join(layouts: readonly Layout[]): Layout {
  const merged = <T>(field: (layout: Layout) => Readonly<Record<string, T>> | undefined): Record<string, T> =>
    Object.assign({}, ...layouts.map(field));
  const initial = merged(layout => layout.initial);
  const statistics = merged(layout => layout.statistics);
  return {
    shapes: merged(layout => layout.shapes),
    fanIn: merged(layout => layout.fanIn),
    ...(Object.keys(initial).length > 0 && { initial }),
    ...(Object.keys(statistics).length > 0 && { statistics }),
  };
}

/** x [B, in] -> [B, out]. */
export const dense = (params: Params, name: string, x: tf.Tensor): tf.Tensor =>
  tf.add(tf.matMul(x, parameter(params, `${name}.weight`), false, true), parameter(params, `${name}.bias`));

/**
 * x [B, H, W, in] -> [B, H/stride, W/stride, out], one row and column of zeros on every side as in PyTorch's
 * padding=1.
 */
export const conv = (params: Params, name: string, x: tf.Tensor, stride: 1 | 2): tf.Tensor =>
  tf.add(convolve(params, name, x, stride, 1), parameter(params, `${name}.bias`));

/** Doubles height and width by repetition; tfjs's own resizing has a wrong gradient for batches. */
export function upsample(x: tf.Tensor): tf.Tensor {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const apart = tf.reshape(x, [batch, height, 1, width, 1, channels]);
  return tf.reshape(tf.broadcastTo(apart, [batch, height, 2, width, 2, channels]), [
    batch,
    2 * height,
    2 * width,
    channels,
  ]);
}

/** Feature maps [B, H, W, C] as rows of numbers in PyTorch's order: channels, rows, columns. */
export const flatten = (x: tf.Tensor): tf.Tensor =>
  tf.reshape(tf.transpose(x, [0, 3, 1, 2]), [x.shape[0]!, x.size / x.shape[0]!]);

/** Rows of numbers in PyTorch's order as feature maps [B, height, width, channels]. */
export const unflatten =
  (height: number, width: number, channels: number) =>
  (x: tf.Tensor): tf.Tensor =>
    tf.transpose(tf.reshape(x, [x.shape[0]!, channels, height, width]), [0, 2, 3, 1]);

/** The mean over all pixels: [B, H, W, C] -> [B, C]. */
export const globalPool = (x: tf.Tensor): tf.Tensor => tf.mean(x, [1, 2]);

/**
 * The encoder's heads on `inputs` features: `mu`, and for a learned covariance either `logvar` (log sigma^2)
 * or `cholesky`, d(d+1)/2 entries: log L_11 ... log L_dd, then the strictly lower triangle row by row.
 */
export function headLayout(inputs: number, latent: number, posterior: PosteriorKind): Layout {
  const mean = denseLayout('mu', inputs, latent);
  switch (posterior) {
    case 'none':
      return mean;
    case 'diagonal':
      return join([mean, denseLayout('logvar', inputs, latent)]);
    case 'cholesky':
      return join([mean, denseLayout('cholesky', inputs, (latent * (latent + 1)) / 2)]);
  }
}

export function heads(
  params: Params,
  features: tf.Tensor,
  latent: number,
  posterior: PosteriorKind,
): Posterior {
  const mean = dense(params, 'mu', features);
  switch (posterior) {
    case 'none':
      return { mean, scale: { kind: 'none' } };
    case 'diagonal':
      return { mean, scale: diagonal(dense(params, 'logvar', features)) };
    case 'cholesky':
      return { mean, scale: cholesky(dense(params, 'cholesky', features), latent) };
  }
}

/** Throws unless every number is a positive integer. */
export function checkSizes(what: string, sizes: readonly number[]): void {
  for (const size of sizes)
    if (!Number.isInteger(size) || size < 1)
      throw new Error(`${what}: sizes must be positive integers, got [${sizes.join(', ')}]`);
}
