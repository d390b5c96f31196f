/**
 * @file Derivatives of the reconstruction error along given directions, by repeated differentiation of the network alone.
 *
 * The independent route to the theorems' constants: directions come in as numbers, so nothing has to be detached, and no
 * difference quotient is taken.
 */
import * as tf from '@tensorflow/tfjs';
import { gradient, gradients } from '../../../src/core/derivatives.js';
import { scaleUp } from '../../../src/core/gaussian.js';
import type { Params } from '../../../src/core/net/network.js';
import { programOf } from '../../../src/engine/float64/program-of.js';
import { constant } from '../../../src/engine/ops.js';
import type { Arrays } from '../../../src/engine/program.js';
import type { AutoencoderCase, Shape } from '../../arbitraries/autoencoders.js';
import { CODE, collect, inputSpecs, inputsOf, networkOf, type Part, paramsOf, prefixed } from './network.js';

/** The owner of the programs of this file. */
const JETS = {};

/** Along what the codes move: t u_i itself, or Sigma_i^(1/2) t u_i with the encoder's Sigma_i, differentiated through. */
export type Along = 'codes' | 'whitened';

/** mean_i |x_i - f(z_i)|^2 at z_i = mu_i + t u_i, or mu_i + Sigma_i^(1/2) t u_i. */
function meanError(shape: Shape, along: Along, params: Params, inputs: Params, t: tf.Tensor): tf.Tensor {
  const net = networkOf(shape);
  const { mean, scale } = net.encode(params, inputs.x!);
  const step = tf.mul(t, inputs.direction!);
  if (along === 'whitened' && scale.kind === 'none')
    throw new Error('jets: the shape must have a scale head');
  const shift = along === 'whitened' && scale.kind !== 'none' ? scaleUp(scale, step) : step;
  const decoded = net.decode(params, tf.add(mean, shift));
  return tf.div(tf.sum(tf.square(tf.sub(inputs.x!, decoded))), constant(shape.batch));
}

const jetProgram = (shape: Shape, along: Along) =>
  programOf(JETS, shape, along, () => ({
    specs: { ...inputSpecs(shape), direction: { shape: networkOf(shape).shapes.code! } },
    fn: inputs => {
      const zero = constant(0);
      const first = (p: Params, t: tf.Tensor): tf.Tensor =>
        gradient(s => meanError(shape, along, p, inputs, s), t);
      const second = (p: Params): tf.Tensor =>
        tf.mul(
          gradient(t => first(p, t), zero),
          constant(0.5),
        );
      const [d1, d2] = [(p: Params) => first(p, zero), second].map(f =>
        gradients(p => ({ loss: f(p), aux: {} }), paramsOf(shape, inputs)),
      );
      return {
        'value.first': d1!.loss,
        'value.second': d2!.loss,
        ...prefixed('first', d1!.grads),
        ...prefixed('second', d2!.grads),
      };
    },
  }));

/** Taylor coefficients in t of the mean error along a direction, and the gradients of these with the direction held fixed. */
export interface Jet {
  /** d/dt and 1/2 d^2/dt^2 of the error itself. */
  readonly value: readonly [number, number];
  /** Gradient of d/dt: H u for the codes. */
  readonly first: (part: Part) => Float64Array;
  /** Gradient of 1/2 d^2/dt^2: T[u, u] / 2 for the codes. */
  readonly second: (part: Part) => Float64Array;
}

/** The jet of a case along u, one direction a sample [B, d]. */
export function jet(of: AutoencoderCase, direction: Float64Array, along: Along = 'codes'): Jet {
  const outputs = jetProgram(of.shape, along).run({ ...inputsOf(of), direction });
  const parts = (prefix: string): Readonly<Record<Part, Float64Array>> => ({
    z: collect(outputs, prefix, 'z'),
    phi: collect(outputs, prefix, 'phi'),
    scale: collect(outputs, prefix, 'scale'),
    theta: collect(outputs, prefix, 'theta'),
  });
  const [first, second] = [parts('first'), parts('second')];
  return {
    value: [outputs['value.first']![0]!, outputs['value.second']![0]!],
    first: part => first[part],
    second: part => second[part],
  };
}

const pointProgram = (shape: Shape) =>
  programOf(JETS, shape, 'point', () => ({
    specs: inputSpecs(shape),
    fn: inputs => {
      const net = networkOf(shape);
      const params = paramsOf(shape, inputs);
      const { mean } = net.encode(params, inputs.x!);
      const error = (z: tf.Tensor): tf.Tensor =>
        tf.sum(tf.square(tf.sub(inputs.x!, net.decode(params, z))), 1);
      return {
        mean,
        decoded: net.decode(params, mean),
        errors: error(mean),
        gradient: gradient(error, mean),
      };
    },
  }));

export interface AtCode {
  /** mu [B, d] */
  readonly mean: Float64Array;
  /** f(mu) [B, D] */
  readonly decoded: Float64Array;
  /** |x_i - f(mu_i)|^2 [B] */
  readonly errors: Float64Array;
  /** grad_z of the errors, one a sample [B, d]: not divided by B. */
  readonly gradient: Float64Array;
}

const known = new WeakMap<AutoencoderCase, AtCode>();

function measure(of: AutoencoderCase, inputs: Arrays): AtCode {
  const { mean, decoded, errors, gradient: g } = pointProgram(of.shape).run(inputs);
  return { mean: mean!.slice(), decoded: decoded!.slice(), errors: errors!.slice(), gradient: g!.slice() };
}

/** What is known of a case at its codes, or at these moved by `offset` [B, d]. */
export function atCode(of: AutoencoderCase, offset?: Float64Array): AtCode {
  if (offset !== undefined) return measure(of, { ...inputsOf(of), [CODE]: offset });
  const found = known.get(of) ?? measure(of, inputsOf(of));
  known.set(of, found);
  return found;
}

const pullBackProgram = (shape: Shape) =>
  programOf(JETS, shape, 'pull back', () => ({
    specs: { ...inputSpecs(shape), direction: { shape: networkOf(shape).shapes.code! } },
    fn: inputs => {
      const dot = (params: Params): tf.Tensor =>
        tf.sum(tf.mul(inputs.direction!, networkOf(shape).encode(params, inputs.x!).mean));
      return prefixed(
        'grad',
        gradients(params => ({ loss: dot(params), aux: {} }), paramsOf(shape, inputs)).grads,
      );
    },
  }));

/** J_mu' v: a gradient with respect to the codes [B, d] carried back to the encoder. */
export const throughEncoder = (of: AutoencoderCase, direction: Float64Array): Float64Array =>
  collect(pullBackProgram(of.shape).run({ ...inputsOf(of), direction }), 'grad', 'phi');

/** The 2-norm of an array. */
export const norm = (a: Float64Array): number => Math.hypot(...a);

/** The rows of a [B, d] array. */
export const rowsOf = (flat: Float64Array, batch: number): Float64Array[] =>
  Array.from({ length: batch }, (_, i) =>
    flat.slice((i * flat.length) / batch, ((i + 1) * flat.length) / batch),
  );

/** Each row divided by its norm; zero rows stay. */
export function unitRows(flat: Float64Array, batch: number): Float64Array {
  const rows = rowsOf(flat, batch).map(row => {
    const length = Math.hypot(...row);
    return length === 0 ? row : row.map(x => x / length);
  });
  return Float64Array.from(rows.flatMap(row => [...row]));
}
