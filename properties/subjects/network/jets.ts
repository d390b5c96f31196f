/**
 * @file Derivatives of the reconstruction error along given directions, by repeated differentiation of the
 * network alone.
 *
 * The independent route to the theorems' constants: directions come in as numbers, so nothing has to be
 * detached, and no difference quotient is taken.
 */
import * as tf from '@tensorflow/tfjs';
import { gradient, gradients } from '../../../src/core/derivatives.js';
import { scaleUp } from '../../../src/core/gaussian.js';
import type { Params } from '../../../src/core/net/network.js';
import { constant } from '../../../src/engine/ops.js';
import type { Arrays } from '../../../src/engine/program.js';
import type { AutoencoderCase, Shape } from '../../arbitraries/autoencoders.js';
import {
  CODE,
  collect,
  directionSpec,
  inputsOf,
  lossProgram,
  networkOf,
  networkProgram,
  type Part,
  prefixed,
} from './network.js';

/** The owner of the programs of this file. */
const JETS = {};

/**
 * Along what the codes move: t u_i itself, or Sigma_i^(1/2) t u_i with the encoder's Sigma_i, differentiated
 * through.
 */
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
  networkProgram(
    JETS,
    shape,
    along,
    ({ params, inputs }) => {
      const zero = constant(0);
      const first = (p: Params, t: tf.Tensor): tf.Tensor =>
        gradient(s => meanError(shape, along, p, inputs, s), t);
      const slope = (p: Params): tf.Tensor => gradient(t => first(p, t), zero);
      const second = (p: Params): tf.Tensor => tf.mul(slope(p), constant(0.5));
      const [d1, d2] = [(p: Params) => first(p, zero), second].map(f =>
        gradients(p => ({ loss: f(p), aux: {} }), params),
      );
      return {
        'value.first': d1!.loss,
        'value.second': d2!.loss,
        ...prefixed('first', d1!.grads),
        ...prefixed('second', d2!.grads),
      };
    },
    directionSpec(shape),
  );

/**
 * Taylor coefficients in t of the mean error along a direction, and the gradients of these with the direction
 * held fixed.
 */
export interface Jet {
  /** d/dt and 1/2 d^2/dt^2 of the error itself. */
  readonly value: readonly [number, number];
  /** Gradient of d/dt: H u for the codes. */
  readonly first: (part: Part) => Float64Array;
  /** Gradient of 1/2 d^2/dt^2: T[u, u] / 2 for the codes. */
  readonly second: (part: Part) => Float64Array;
}

const PARTS = ['z', 'phi', 'scale', 'theta'] as const satisfies readonly Part[];

/** The jet of a case along u, one direction a sample [B, d]. */
export function jet(c: AutoencoderCase, direction: Float64Array, along: Along = 'codes'): Jet {
  const outputs = jetProgram(c.shape, along).run({ ...inputsOf(c), direction });
  const parts = (prefix: string): ((part: Part) => Float64Array) => {
    const found = new Map(PARTS.map(part => [part, collect(outputs, prefix, part)]));
    return part => found.get(part)!;
  };
  const value = [outputs['value.first']![0]!, outputs['value.second']![0]!] as const;
  return { value, first: parts('first'), second: parts('second') };
}

const pointProgram = (shape: Shape) =>
  networkProgram(JETS, shape, 'point', ({ net, params, x }) => {
    const { mean } = net.encode(params, x);
    const error = (z: tf.Tensor): tf.Tensor => tf.sum(tf.square(tf.sub(x, net.decode(params, z))), 1);
    return { mean, decoded: net.decode(params, mean), errors: error(mean), gradient: gradient(error, mean) };
  });

/**
 * mu [B, d], f(mu) [B, D], |x_i - f(mu_i)|^2 [B], and its gradient, one a sample [B, d]: not divided by B.
 */
export type AtCode = Readonly<Record<'mean' | 'decoded' | 'errors' | 'gradient', Float64Array>>;

const known = new WeakMap<AutoencoderCase, AtCode>();

function measure(c: AutoencoderCase, inputs: Arrays): AtCode {
  const outputs = Object.entries(pointProgram(c.shape).run(inputs));
  return Object.fromEntries(outputs.map(([name, values]) => [name, values.slice()])) as AtCode;
}

/** What is known of a case at its codes, or at these moved by `offset` [B, d]. */
export function atCode(c: AutoencoderCase, offset?: Float64Array): AtCode {
  if (offset !== undefined) return measure(c, { ...inputsOf(c), [CODE]: offset });
  const found = known.get(c) ?? measure(c, inputsOf(c));
  known.set(c, found);
  return found;
}

/** J_mu' v: a gradient with respect to the codes [B, d] carried back to the encoder. */
export function throughEncoder(c: AutoencoderCase, direction: Float64Array): Float64Array {
  const program = lossProgram(
    JETS,
    c.shape,
    'pull back',
    ({ net, params, x, inputs }) => ({ loss: tf.sum(tf.mul(inputs.direction!, net.encode(params, x).mean)) }),
    directionSpec(c.shape),
  );
  return collect(program.run({ ...inputsOf(c), direction }), 'grad', 'phi');
}

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
