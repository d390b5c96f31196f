/** @file What an objective is, and the parts that several of them share. */
import * as tf from '@tensorflow/tfjs';
import { constant } from '../../engine/ops.js';
import { isotropic, type Scale } from '../gaussian.js';
import type { Autoencoder, Params, Posterior } from '../net/network.js';

/**
 * A hyper-parameter: a number is a constant of the graph, a scalar tensor is an input that may change from
 * step to step.
 */
export type Scalar = number | tf.Tensor;

/**
 * The tensors of one batch: data [B, ...data] and, where the objective samples, standard normal noise: [B, d]
 * for its codes, or of the data's shape where `noiseOnData` says so.
 */
export interface Inputs {
  readonly x: tf.Tensor;
  readonly noise?: tf.Tensor;
}

/**
 * What a step needs to know; every tensor is a scalar. Terms are batch means without the objective's
 * coefficients.
 */
export interface Evaluation {
  readonly loss: tf.Tensor;
  readonly terms: Readonly<Record<string, tf.Tensor>>;
  /** How many samples had no SAM direction because their gradient was exactly zero. */
  readonly zeroDirections?: tf.Tensor;
}

/** A loss as a pure function of parameters, batch and hyper-parameters. */
export interface Objective<Hyper> {
  readonly name: string;
  readonly usesNoise: boolean;
  /** Its noise is of the data's shape, not of the codes'. */
  readonly noiseOnData?: true;
  /** Keys of `Evaluation.terms`. */
  readonly terms: readonly string[];
  /** The decoder's outputs are logits of probabilities. */
  readonly logits?: true;
  /** The network with what the objective learns beside the network's own parameters. */
  extend?(net: Autoencoder): Autoencoder;
  evaluate(net: Autoencoder, params: Params, inputs: Inputs, hyper: Hyper): Evaluation;
}

/** The shape of one sample's noise. */
export const noiseShape = (
  { noiseOnData }: Pick<Objective<never>, 'noiseOnData'>,
  { data, latent }: Pick<Autoencoder, 'data' | 'latent'>,
): readonly number[] => (noiseOnData ? data : [latent]);

/** How a reconstruction is measured: |x - f|^2, half of it, or it divided by the number of entries D. */
export const RECONSTRUCTIONS = ['sum', 'half', 'mean'] as const;
export type Reconstruction = (typeof RECONSTRUCTIONS)[number];

/** The posterior's covariance: alpha^2 I for all samples, or what the network's heads say. */
export type Variance<N = Scalar> = { readonly fixed: N } | 'learned';

/**
 * Where an objective looks at the decoder: the per-sample loss [B] and the decoder as functions of the code,
 * and the code.
 */
export interface Point {
  readonly loss: (z: tf.Tensor) => tf.Tensor;
  readonly decode: (z: tf.Tensor) => tf.Tensor;
  readonly z: tf.Tensor;
}

export const scalar = (value: Scalar): tf.Tensor => (typeof value === 'number' ? constant(value) : value);

/** Sum of squares over everything but the batch, [B]. */
export const squaredNorm = (x: tf.Tensor): tf.Tensor =>
  tf.sum(
    tf.square(x),
    x.shape.slice(1).map((_, i) => i + 1),
  );

/** rec_i of each sample, [B]. */
export function reconstruction(kind: Reconstruction, x: tf.Tensor, decoded: tf.Tensor): tf.Tensor {
  const squared = squaredNorm(tf.sub(x, decoded));
  switch (kind) {
    case 'sum':
      return squared;
    case 'half':
      return tf.mul(squared, 0.5);
    case 'mean':
      return tf.div(squared, x.size / x.shape[0]!);
  }
}

/** The decoder and the reconstruction loss of a batch around a code. */
export function pointAt(
  net: Autoencoder,
  params: Params,
  x: tf.Tensor,
  kind: Reconstruction,
  z: tf.Tensor,
): Point {
  const decode = (code: tf.Tensor): tf.Tensor => net.decode(params, code);
  return { decode, loss: code => reconstruction(kind, x, decode(code)), z };
}

/** The scale that `variance` asks for; an error when the network has no head for a learned one. */
export function scaleOf(posterior: Posterior, variance: Variance): Scale {
  if (variance !== 'learned') return isotropic(variance.fixed);
  if (posterior.scale.kind === 'none')
    throw new Error(
      'variance: "learned" needs a scale head, got a network with posterior "none" - build it with "diagonal" or "cholesky"',
    );
  return posterior.scale;
}

/** The noise of a batch; an error when it was not given. */
export function noiseOf(inputs: Inputs): tf.Tensor {
  if (inputs.noise === undefined)
    throw new Error('inputs: noise [B, d] is required, got none - this objective samples its codes');
  return inputs.noise;
}

/** base + sum of coefficient * term, the usual shape of a loss. */
export const weighted = (base: tf.Tensor, ...parts: readonly (readonly [Scalar, tf.Tensor])[]): tf.Tensor =>
  parts.reduce((sum, [weight, term]) => tf.add(sum, tf.mul(scalar(weight), term)), base);
