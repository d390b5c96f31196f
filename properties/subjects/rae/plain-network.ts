/**
 * @file Dense autoencoders by matrix products on numbers: codes, outputs and Jacobians without any automatic
 * differentiation.
 */
import { normalCdf } from '../../../src/claims/statistics.js';
import type { ActivationName } from '../../../src/core/net/activation.js';
import type { AutoencoderCase } from '../../arbitraries/autoencoders.js';
import { mat } from '../../kit.js';
import { rowsOf } from '../network/jets.js';

interface Scalar {
  readonly value: (x: number) => number;
  readonly slope: (x: number) => number;
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

const ACTIVATIONS: Readonly<Record<ActivationName, Scalar>> = {
  identity: { value: x => x, slope: () => 1 },
  tanh: { value: Math.tanh, slope: x => 1 / Math.cosh(x) ** 2 },
  sigmoid: { value: sigmoid, slope: x => sigmoid(x) * sigmoid(-x) },
  softplus: { value: x => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))), slope: sigmoid },
  sin: { value: Math.sin, slope: Math.cos },
  gelu: {
    value: x => x * normalCdf(x),
    slope: x => normalCdf(x) + (x * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI),
  },
  relu: { value: x => Math.max(x, 0), slope: x => (x > 0 ? 1 : 0) },
  leakyRelu: { value: x => (x > 0 ? x : 0.01 * x), slope: x => (x > 0 ? 1 : 0.01) },
  elu: { value: x => (x > 0 ? x : Math.expm1(x)), slope: x => (x > 0 ? 1 : Math.exp(x)) },
};

/** A matrix of so many rows. */
export const rows = (flat: ArrayLike<number>, count: number): number[][] =>
  rowsOf(Float64Array.from(flat), count).map(row => [...row]);

/** The matrix [out, in] of a layer. */
export const weightOf = ({ params }: AutoencoderCase, name: string): number[][] =>
  rows(params[`${name}.weight`]!, params[`${name}.bias`]!.length);

interface Passed {
  readonly value: number[];
  readonly jacobian: mat.Matrix;
}

/** Through layers, the activation after those that `activated` says. */
function through(
  model: AutoencoderCase,
  names: readonly string[],
  activated: (i: number) => boolean,
  x: mat.Vector,
): Passed {
  const { value, slope } = ACTIVATIONS[model.shape.net.activation];
  return names.reduce<Passed>(
    (at, name, i) => {
      const weight = weightOf(model, name);
      const pre = mat.add(mat.apply(weight, at.value), model.params[`${name}.bias`]!);
      const linear = mat.multiply(weight, at.jacobian);
      if (!activated(i)) return { value: pre, jacobian: linear };
      return { value: pre.map(value), jacobian: linear.map((row, k) => mat.scale(slope(pre[k]!), row)) };
    },
    { value: [...x], jacobian: mat.identity(x.length) },
  );
}

export interface PlainSample {
  readonly x: readonly number[];
  readonly z: readonly number[];
  /** The reconstruction. */
  readonly y: readonly number[];
  /** Of the encoder's mean at x, [d, D]. */
  readonly encoderJacobian: mat.Matrix;
  /** Of the decoder at z, [D, d]. */
  readonly decoderJacobian: mat.Matrix;
}

const layers = (prefix: string, sizes: readonly number[]): string[] =>
  sizes.slice(1).map((_, i) => `${prefix}.${i}`);

/** The layers of the decoder, first to last. */
export const decoderLayers = ({ shape }: AutoencoderCase): string[] => layers('decoder', shape.net.decoder);

/** The decoder at a code. */
export function decodePlain(model: AutoencoderCase, z: mat.Vector): Passed {
  const names = decoderLayers(model);
  return through(model, names, i => i < names.length - 1, z);
}

/** Every sample of a case. */
export function plainSamples(model: AutoencoderCase): PlainSample[] {
  const { net, batch } = model.shape;
  const encoder = layers('encoder', net.encoder);
  return rowsOf(Float64Array.from(model.x), batch).map(row => {
    const x = [...row];
    const encoded = through(model, [...encoder, 'mu'], i => i < encoder.length, x);
    const decoded = decodePlain(model, encoded.value);
    return {
      x,
      z: encoded.value,
      y: decoded.value,
      encoderJacobian: encoded.jacobian,
      decoderJacobian: decoded.jacobian,
    };
  });
}
