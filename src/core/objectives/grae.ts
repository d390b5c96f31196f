/** @file The generalised regularised autoencoder: what the beta-VAE with optimal covariances amounts to (Kumar & Poole 2020, eq. 13-14). */
import * as tf from '@tensorflow/tfjs';
import { jacobian } from '../derivatives.js';
import { halfSquaredNorm } from '../gaussian.js';
import { logDetIdentityPlusGram, logHadamardBound } from '../log-determinant.js';
import { type Objective, type Point, pointAt, type Scalar, scalar, weighted } from './objective.js';

export interface GraeHyper {
  readonly beta: Scalar;
}

export interface GraeRules {
  /** J_f at the code, [B, D, d]. */
  jacobian(at: Point): tf.Tensor;
  /** The A of log det(I + A^T A): J / sqrt(beta). */
  scaled(jacobian: tf.Tensor, beta: tf.Tensor): tf.Tensor;
  /** log det(I + A^T A), or its bound, of each sample, [B]. */
  logDet(a: tf.Tensor): tf.Tensor;
  /** What the log det is multiplied by. */
  prefactor(beta: tf.Tensor): tf.Tensor;
  /** [B] */
  prior(mean: tf.Tensor): tf.Tensor;
}

export const GRAE_RULES: GraeRules = {
  jacobian: at => jacobian(at.decode, at.z),
  scaled: (matrix, beta) => tf.div(matrix, tf.sqrt(beta)),
  logDet: logDetIdentityPlusGram,
  prefactor: beta => tf.mul(beta, 0.5),
  prior: halfSquaredNorm,
};

export const GRAE_HADAMARD_RULES: GraeRules = { ...GRAE_RULES, logDet: logHadamardBound };

/** 1/2 |x_i - f(mu_i)|^2 + beta/2 |mu_i|^2 + beta/2 log det(I + J_f^T J_f / beta). */
export const makeGrae = (rules: GraeRules = GRAE_RULES, name = 'grae'): Objective<GraeHyper> => ({
  name,
  usesNoise: false,
  terms: ['reconstruction', 'penalty', 'prior'],
  evaluate(net, params, { x }, hyper) {
    const beta = scalar(hyper.beta);
    const { mean } = net.encode(params, x);
    const at = pointAt(net, params, x, 'half', mean);
    const reconstruction = tf.mean(at.loss(mean));
    const penalty = tf.mean(rules.logDet(rules.scaled(rules.jacobian(at), beta)));
    const prior = tf.mean(rules.prior(mean));
    const loss = weighted(reconstruction, [rules.prefactor(beta), penalty], [beta, prior]);
    return { loss, terms: { reconstruction, penalty, prior } };
  },
});

/** The same with sum_k log(1 + |J_f[:, k]|^2 / beta) for the log det. */
export const makeGraeHadamard = (rules: GraeRules = GRAE_HADAMARD_RULES): Objective<GraeHyper> =>
  makeGrae(rules, 'grae-hadamard');
