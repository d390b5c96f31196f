/** @file What an autoencoder is to the objectives, whatever its layers. */
import type * as tf from '@tensorflow/tfjs';
import type { CholeskyScale, DiagonalScale } from '../gaussian.js';

/** Tensors by parameter name; names and shapes are PyTorch's: `encoder.0.weight` [out, in], `mu.bias` [d]. */
export type Params = Readonly<Record<string, tf.Tensor>>;

/** Shapes by parameter name; the order of the keys is the order of the parameters. */
export type ParamShapes = Readonly<Record<string, readonly number[]>>;

/**
 * What the encoder says of the posterior's covariance: nothing, a variance per latent, or a full Cholesky
 * factor.
 */
export type PosteriorKind = 'none' | 'diagonal' | 'cholesky';

/** q(z | x): the posterior mean [B, d], and its scale where the network learns one. */
export interface Posterior {
  readonly mean: tf.Tensor;
  readonly scale: { readonly kind: 'none' } | DiagonalScale | CholeskyScale;
}

/** Mean and (biased) variance of each channel in one batch, [C], and how many values each is taken over. */
export interface Moments {
  readonly mean: tf.Tensor;
  readonly variance: tf.Tensor;
  readonly count: number;
}

/**
 * What batch normalisation normalises with: the statistics of the batch, which `observe` is told at every
 * pass through a layer, or the running statistics `LAYER.running_mean` and `LAYER.running_var` [C].
 */
export type Mode =
  | { readonly kind: 'training'; readonly observe?: (layer: string, moments: Moments) => void }
  | { readonly kind: 'evaluation'; readonly statistics: Params };

/**
 * A network with batch normalisation. Made in training mode, where samples of a batch depend on each other.
 */
export interface Normalised<Net> {
  /** Shapes of the running statistics. */
  readonly statistics: ParamShapes;
  /** The same network in another mode. A network derived from this one must derive this too. */
  inMode(mode: Mode): Net;
}

export interface Autoencoder {
  /** Shape of one sample: [D] or [height, width, channels]. */
  readonly data: readonly number[];
  /** Number of latents, d. */
  readonly latent: number;
  readonly posterior: PosteriorKind;
  readonly shapes: ParamShapes;
  /** Fan-in of the layer that a parameter belongs to, for weights and biases; what initialisation needs. */
  readonly fanIn: Readonly<Record<string, number>>;
  /** Parameters that begin as one number and not at random. */
  readonly initial?: Readonly<Record<string, number>>;
  /** Absent without batch normalisation. */
  readonly normalised?: Normalised<Autoencoder>;
  /** x [B, ...data] -> posterior. */
  encode(params: Params, x: tf.Tensor): Posterior;
  /** z [B, d] -> [B, ...data]. */
  decode(params: Params, z: tf.Tensor): tf.Tensor;
}

/** The parameter of that name; an error names the missing one. */
export function parameter(params: Params, name: string): tf.Tensor {
  const found = params[name];
  if (found === undefined)
    throw new Error(
      `params: "${name}" is missing, got ${Object.keys(params).join(', ') || 'none'} - give all of net.shapes`,
    );
  return found;
}
