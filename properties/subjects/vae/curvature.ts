/**
 * @file Second derivatives of what an observation costs, at a code: by core's Hessian-vector products, and in
 * their parts.
 */
import * as tf from '@tensorflow/tfjs';
import { jacobian } from '../../../src/core/derivatives.js';
import { hessian } from '../../../src/core/hessian.js';
import { type Autoencoder, parameter } from '../../../src/core/net/network.js';
import { reconstruction } from '../../../src/core/objectives/objective.js';
import { bernoulliLoss } from '../../../src/core/objectives/vae/bernoulli.js';
import { programOf } from '../../../src/engine/float64/program-of.js';
import type { mat } from '../../kit.js';

/** Unit variance, or logits. */
export type Observation = 'gaussian' | 'bernoulli';

const LOSSES: Readonly<Record<Observation, (x: tf.Tensor, decoded: tf.Tensor) => tf.Tensor>> = {
  gaussian: (x, decoded) => reconstruction('half', x, decoded),
  bernoulli: bernoulliLoss,
};

/** What an observation costs at a code, to second order. */
export interface Curvature {
  /** -log p(x | z), without the normaliser of a Gaussian. */
  readonly loss: number;
  /** Its Hessian with respect to the code. */
  readonly hessian: mat.Matrix;
  /** g(z) */
  readonly output: mat.Vector;
  readonly jacobian: mat.Matrix;
  /** sum_m weight_m Hess g_m */
  readonly contracted: (weights: mat.Vector) => mat.Matrix;
}

const rows = (flat: Float64Array, columns: number): number[][] =>
  Array.from({ length: flat.length / columns }, (_, i) => [...flat.subarray(i * columns, (i + 1) * columns)]);

/** At the code z; `params` are the decoder's. */
export function curvatureAt(
  net: Autoencoder,
  observation: Observation,
  params: Readonly<Record<string, mat.Vector>>,
  x: mat.Vector,
  z: mat.Vector,
): Curvature {
  const entries = net.data[0]!;
  const program = programOf(LOSSES, net, observation, () => ({
    specs: {
      ...Object.fromEntries(Object.keys(params).map(name => [name, { shape: net.shapes[name]! }])),
      x: { shape: [1, entries] },
      z: { shape: [1, net.latent] },
      weights: { shape: [1, entries] },
    },
    fn: inputs => {
      const at = parameter(inputs, 'z');
      const decode = (code: tf.Tensor): tf.Tensor => net.decode(inputs, code);
      const loss = (code: tf.Tensor): tf.Tensor => LOSSES[observation](parameter(inputs, 'x'), decode(code));
      return {
        loss: loss(at),
        hessian: hessian(loss, at),
        output: decode(at),
        jacobian: jacobian(decode, at),
        contracted: hessian(code => tf.sum(tf.mul(parameter(inputs, 'weights'), decode(code)), 1), at),
      };
    },
  }));
  const run = (weights: mat.Vector): Record<string, Float64Array> => {
    const inputs = Object.entries({ ...params, x, z, weights });
    return program.run(Object.fromEntries(inputs.map(([name, values]) => [name, Float64Array.from(values)])));
  };
  const found = run(x.map(() => 0));
  return {
    loss: found.loss![0]!,
    hessian: rows(found.hessian!, net.latent),
    output: [...found.output!],
    jacobian: rows(found.jacobian!, net.latent),
    contracted: weights => rows(run(weights).contracted!, net.latent),
  };
}

/** 1 / (1 + exp(-a)) */
export const sigmoid = (a: number): number => 1 / (1 + Math.exp(-a));
