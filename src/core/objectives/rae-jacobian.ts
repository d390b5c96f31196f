/** @file The regularised autoencoder with a penalty on the decoder's Jacobian (Ghosh et al. 2020, read literally). */
import * as tf from '@tensorflow/tfjs';
import { jacobian } from '../derivatives.js';
import { halfSquaredNorm } from '../gaussian.js';
import { scaledNorm } from '../perturbation.js';
import {
  type Objective,
  type Point,
  pointAt,
  type Reconstruction,
  type Scalar,
  squaredNorm,
  weighted,
} from './objective.js';

export interface RaeJacobianHyper {
  readonly rec: Reconstruction;
  readonly beta: Scalar;
  readonly lambda: Scalar;
  /** Whether the Frobenius norm is penalised or its square: two different methods. */
  readonly power: 1 | 2;
}

export interface RaeJacobianRules {
  /** J_f at the code, [B, D, d]. */
  jacobian(at: Point): tf.Tensor;
  /** |J|_F^power of each sample, [B]. */
  measure(jacobian: tf.Tensor, power: 1 | 2): tf.Tensor;
  /** [B] */
  prior(mean: tf.Tensor): tf.Tensor;
}

export const RAE_JACOBIAN_RULES: RaeJacobianRules = {
  jacobian: at => jacobian(at.decode, at.z),
  measure: (matrix, power) => (power === 1 ? scaledNorm(matrix) : squaredNorm(matrix)),
  prior: halfSquaredNorm,
};

/** rec_i(mu_i) + lambda |J_f(mu_i)|_F^power + beta/2 |mu_i|^2. */
export const makeRaeJacobian = (
  rules: RaeJacobianRules = RAE_JACOBIAN_RULES,
): Objective<RaeJacobianHyper> => ({
  name: 'rae-jacobian',
  usesNoise: false,
  terms: ['reconstruction', 'penalty', 'prior'],
  evaluate(net, params, { x }, { rec, beta, lambda, power }) {
    const { mean } = net.encode(params, x);
    const at = pointAt(net, params, x, rec, mean);
    const reconstruction = tf.mean(at.loss(mean));
    const penalty = tf.mean(rules.measure(rules.jacobian(at), power));
    const prior = tf.mean(rules.prior(mean));
    const loss = weighted(reconstruction, [lambda, penalty], [beta, prior]);
    return { loss, terms: { reconstruction, penalty, prior } };
  },
});
