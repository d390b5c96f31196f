/**
 * @file The generalised regularised autoencoder: what the beta-VAE with optimal covariances amounts to (Kumar
 * & Poole 2020, eq. 13).
 */
import * as tf from '@tensorflow/tfjs';
import { constant, detach } from '../../../engine/ops.js';
import { jacobian } from '../../derivatives.js';
import { halfSquaredNorm } from '../../gaussian.js';
import { logDetIdentityPlusGram, logHadamardBound } from '../../log-determinant.js';
import { objective, type WrongRules, wrong } from '../define.js';
import { type Fields, type HyperOf, POSITIVE_BETA } from '../fields.js';
import { PRIOR_MISTAKES } from '../mistakes.js';
import { type Objective, type Point, pointAt, scalar, weighted } from '../objective.js';

export const GRAE_FIELDS = { beta: POSITIVE_BETA } as const satisfies Fields;

export const GRAE_TERMS = ['reconstruction', 'penalty', 'prior'] as const;

type GraeHyper = HyperOf<typeof GRAE_FIELDS>;

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

/** Wrong with the log det and with its bound. */
export const GRAE_MISTAKES = {
  penaltyWithoutHalf: wrong<GraeRules>('beta in place of beta/2 in front of the penalty', {
    prefactor: beta => beta,
  }),
  penaltyWithoutBeta: wrong<GraeRules>('1/2 in place of beta/2 in front of the penalty', {
    prefactor: () => constant(0.5),
  }),
  betaMissing: wrong<GraeRules>('J in place of J/sqrt(beta)', { scaled: matrix => matrix }),
  betaForRoot: wrong<GraeRules>('J/beta in place of J/sqrt(beta)', {
    scaled: (matrix, beta) => tf.div(matrix, beta),
  }),
  betaMultiplied: wrong<GraeRules>('J sqrt(beta) in place of J/sqrt(beta)', {
    scaled: (matrix, beta) => tf.mul(matrix, tf.sqrt(beta)),
  }),
  firstOrder: wrong<GraeRules>('the trace in place of the log det: its first order', {
    logDet: a => tf.sum(tf.square(a), [1, 2]),
  }),
  otherGram: wrong<GraeRules>('rows of the Jacobian in place of columns in the bound', {
    logDet: a => tf.sum(tf.log1p(tf.sum(tf.square(a), 2)), 1),
  }),
  jacobianDetached: wrong<GraeRules>('the Jacobian detached', {
    jacobian: at => detach(GRAE_RULES.jacobian(at)),
  }),
  ...PRIOR_MISTAKES,
} satisfies Record<string, WrongRules<GraeRules>>;

/**
 * 1/2 |x_i - f(mu_i)|^2 + beta/2 |mu_i|^2 + beta/2 log det(I + J_f^T J_f / beta), or with another measure of
 * J_f.
 */
export const evaluateGrae =
  (rules: GraeRules): Objective<GraeHyper>['evaluate'] =>
  (net, params, { x }, hyper) => {
    const beta = scalar(hyper.beta);
    const { mean } = net.encode(params, x);
    const at = pointAt(net, params, x, 'half', mean);
    const reconstruction = tf.mean(at.loss(mean));
    const penalty = tf.mean(rules.logDet(rules.scaled(rules.jacobian(at), beta)));
    const prior = tf.mean(rules.prior(mean));
    const loss = weighted(reconstruction, [rules.prefactor(beta), penalty], [beta, prior]);
    return { loss, terms: { reconstruction, penalty, prior } };
  };

export const GRAE = objective({
  name: 'grae',
  loss: '1/2 |x - f(mu_i)|^2 + beta/2 |mu_i|^2 + beta/2 log det(I + J^T J / beta)',
  hyper: GRAE_FIELDS,
  needs: { jacobian: true },
  terms: GRAE_TERMS,
  rules: GRAE_RULES,
  evaluate: evaluateGrae,
  mistakes: {
    hadamard: wrong<GraeRules>('the Hadamard bound in place of the log det', { logDet: logHadamardBound }),
    ...GRAE_MISTAKES,
  },
  vector: { terms: ['penalty'] },
});

export const makeGrae = GRAE.make;
