/**
 * @file Spectral normalisation of a decoder (Miyato et al. 2018; Ghosh et al. 2020, RAE-SN): weights over an
 * estimate of their largest singular value.
 */
import * as tf from '@tensorflow/tfjs';
import { detach } from '../../engine/ops.js';
import { mapParams } from '../derivatives.js';
import { scaledNorm } from '../perturbation.js';
import { type Autoencoder, type Normalised, type Params, parameter } from './network.js';

/**
 * Prefix of the vector that the power iteration of a weight starts from: a parameter whose gradient is zero.
 */
export const START = 'spectral.';

/** Everything about the estimate that an implementation can get wrong, one function each. */
export interface SpectralRules {
  /**
   * The matrix [n, m] whose singular value is estimated: weight [n, ...] with all but the first dimension as
   * one. The first are the outputs of a dense layer or convolution, the inputs of a transposed convolution.
   */
  matrix(weight: tf.Tensor): tf.Tensor;
  /** v / |v|, and 0 for 0. */
  unit(v: tf.Tensor): tf.Tensor;
  /** What of the singular vectors is a constant for the gradient. */
  hold(v: tf.Tensor): tf.Tensor;
  /** The estimate, a scalar, from singular vectors u [n, 1] and v [m, 1]. */
  estimate(matrix: tf.Tensor, u: tf.Tensor, v: tf.Tensor): tf.Tensor;
}

const orOne = (x: tf.Tensor): tf.Tensor => tf.add(x, tf.sub(1, tf.step(x)));

export const SPECTRAL_RULES: SpectralRules = {
  matrix: weight => tf.reshape(weight, [weight.shape[0]!, weight.size / weight.shape[0]!]),
  unit: v => tf.div(v, orOne(tf.reshape(scaledNorm(tf.reshape(v, [1, v.size])), [1, 1]))),
  hold: detach,
  estimate: (matrix, u, v) => tf.sum(tf.mul(u, tf.matMul(matrix, v))),
};

export interface SpectralSpec {
  /** Power iterations at every evaluation, 1 in the papers. */
  readonly iterations: number;
}

interface Estimate {
  /** At most the largest singular value, whatever the start. */
  readonly sigma: tf.Tensor;
  /** The left singular vector's estimate [n], to start from in the next step. */
  readonly next: tf.Tensor;
}

/** The largest singular value of a weight [n, ...] by power iteration from a vector [n]. */
export function estimateNorm(
  weight: tf.Tensor,
  start: tf.Tensor,
  { iterations }: SpectralSpec,
  rules: SpectralRules = SPECTRAL_RULES,
): Estimate {
  if (!Number.isInteger(iterations) || iterations < 1)
    throw new Error(
      `spectral normalisation: iterations must be a positive integer, got ${iterations} - take 1`,
    );
  const matrix = rules.matrix(weight);
  let u = tf.reshape(detach(start), [start.size, 1]);
  let v = u;
  for (let i = 0; i < iterations; i++) {
    v = rules.unit(tf.matMul(matrix, u, true));
    u = rules.unit(tf.matMul(matrix, v));
  }
  const sigma = rules.estimate(matrix, rules.hold(u), rules.hold(v));
  return { sigma, next: tf.reshape(u, [start.size]) };
}

/** The decoder's weights: matrices and kernels, not biases or what batch normalisation scales with. */
const isNormalised = (name: string, shape: readonly number[]): boolean =>
  name.startsWith('decoder.') && name.endsWith('.weight') && shape.length > 1;

/**
 * The network with each weight W of its decoder replaced by W / sigma(W), and a start vector for each among
 * its parameters.
 */
export function withSpectralNorm(
  net: Autoencoder,
  spec: SpectralSpec,
  rules: SpectralRules = SPECTRAL_RULES,
): Autoencoder {
  const names = Object.entries(net.shapes).filter(([name, shape]) => isNormalised(name, shape));
  const divided = (params: Params): Params =>
    mapParams(params, (weight, name) => {
      const start = params[START + name];
      return start === undefined
        ? weight
        : tf.div(weight, orOne(estimateNorm(weight, start, spec, rules).sigma));
    });
  const derived = ({ statistics, inMode }: Normalised<Autoencoder>): Normalised<Autoencoder> => ({
    statistics,
    inMode: mode => withSpectralNorm(inMode(mode), spec, rules),
  });
  return {
    ...net,
    shapes: {
      ...net.shapes,
      ...Object.fromEntries(names.map(([name, shape]) => [START + name, [shape[0]!]])),
    },
    fanIn: { ...net.fanIn, ...Object.fromEntries(names.map(([name]) => [START + name, 1])) },
    ...(net.normalised !== undefined && { normalised: derived(net.normalised) }),
    decode: (params, z) => net.decode(divided(params), z),
  };
}

/**
 * The parameters with the start vectors that the next step goes on from: one evaluation's iterations further.
 */
export const advanced = (params: Params, spec: SpectralSpec, rules: SpectralRules = SPECTRAL_RULES): Params =>
  mapParams(params, (value, name) =>
    name.startsWith(START)
      ? estimateNorm(parameter(params, name.slice(START.length)), value, spec, rules).next
      : value,
  );
