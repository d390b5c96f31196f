/**
 * @file The decoder's Jacobian and curvature at the codes of a case, and Gaussian means of the VAE's loss.
 */
import * as tf from '@tensorflow/tfjs';
import { gradient, jacobian } from '../../../src/core/derivatives.js';
import { pointAt } from '../../../src/core/objectives/objective.js';
import type { RaeLossGradientRules } from '../../../src/core/objectives/rae/rae-loss-gradient.js';
import { constant } from '../../../src/engine/ops.js';
import type { AutoencoderCase, Shape } from '../../arbitraries/autoencoders.js';
import { rowsOf } from './jets.js';
import { directionSpec, inputsOf, networkOf, networkProgram } from './network.js';

/** The owner of the programs of this file. */
const JACOBIANS = {};

/** J_f at the code of every sample, D rows of d. */
export function jacobiansOf(c: AutoencoderCase): number[][][] {
  const program = networkProgram(JACOBIANS, c.shape, 'jacobian', ({ net, params, x }) => ({
    jacobian: jacobian(z => net.decode(params, z), net.encode(params, x).mean),
  }));
  return rowsOf(program.run(inputsOf(c)).jacobian!, c.shape.batch).map(flat =>
    rowsOf(flat, flat.length / c.shape.net.latent).map(row => [...row]),
  );
}

/** What rules of the RAE penalise the norm of, one array a sample. */
export function penalisedOf(c: AutoencoderCase, rules: RaeLossGradientRules): Float64Array[] {
  const program = networkProgram(rules, c.shape, 'penalised', ({ net, params, x }) => ({
    penalised: rules.gradient(pointAt(net, params, x, 'sum', net.encode(params, x).mean)),
  }));
  return rowsOf(program.run(inputsOf(c)).penalised!, c.shape.batch);
}

/**
 * Along u, one direction a sample: the part of the error's second derivative that J'J leaves out, and its
 * fourth derivative.
 */
const bendProgram = (shape: Shape) =>
  networkProgram(
    JACOBIANS,
    shape,
    'bend',
    ({ net, params, x, inputs }) => {
      const { mean } = net.encode(params, x);
      const decoded = (t: tf.Tensor): tf.Tensor =>
        net.decode(params, tf.add(mean, tf.mul(t, inputs.direction!)));
      const along = (t: tf.Tensor): tf.Tensor => tf.sum(tf.mul(inputs.residual!, decoded(t)));
      const error = (t: tf.Tensor): tf.Tensor => tf.sum(tf.square(tf.sub(x, decoded(t))));
      const derivative = (f: (t: tf.Tensor) => tf.Tensor, order: number): ((t: tf.Tensor) => tf.Tensor) =>
        order === 0 ? f : t => gradient(derivative(f, order - 1), t);
      const zero = constant(0);
      return { second: derivative(along, 2)(zero), fourth: derivative(error, 4)(zero) };
    },
    { ...directionSpec(shape), residual: { shape: [shape.batch, ...networkOf(shape).data] } },
  );

export interface Bend {
  /** mean_i sum_k r_k u_i' (grad^2 f_k) u_i, r the residual f - x. */
  readonly second: number;
  /** mean_i of d^4/dt^4 |x_i - f(mu_i + t u_i)|^2. */
  readonly fourth: number;
}

/** How the decoder bends along a direction for every sample [B, d]; `residual` is f(mu) - x [B, D]. */
export function bendAlong(c: AutoencoderCase, direction: Float64Array, residual: Float64Array): Bend {
  const { second, fourth } = bendProgram(c.shape).run({ ...inputsOf(c), direction, residual });
  return { second: second![0]! / c.shape.batch, fourth: fourth![0]! / c.shape.batch };
}
