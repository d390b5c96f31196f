/**
 * @file The regularised autoencoder with a penalty on the decoder's Jacobian (Ghosh et al. 2020, read
 * literally).
 */
import * as tf from '@tensorflow/tfjs';
import { constant, detach } from '../../../engine/ops.js';
import { halfSquaredNorm } from '../../gaussian.js';
import { scaledNorm } from '../../perturbation.js';
import { claimsOnly, objective, wrong } from '../define.js';
import type { Fields, HyperOf } from '../fields.js';
import { PRIOR_MISTAKES } from '../mistakes.js';
import { type Point, pointAt, squaredNorm, weighted } from '../objective.js';
import { columnSums, decoderJacobian, lossGradient, squaredOutputGradient } from './gradients.js';
import { MISREAD, PENALISED, PENALISED_TERMS } from './rae.js';

const hyper = {
  ...PENALISED,
  power: {
    kind: 'oneOf',
    choices: [1, 2],
    says: 'whether the Frobenius norm is penalised or its square: two different methods',
  },
} as const satisfies Fields;

export type RaeJacobianHyper = HyperOf<typeof hyper>;

export interface RaeJacobianRules {
  /** J_f at the code, [B, D, d]. */
  jacobian(at: Point): tf.Tensor;
  /** |J|_F^power of each sample, [B]. */
  measure(jacobian: tf.Tensor, power: 1 | 2): tf.Tensor;
  /** [B] */
  prior(mean: tf.Tensor): tf.Tensor;
}

const measure: RaeJacobianRules['measure'] = (matrix, power) =>
  power === 1 ? scaledNorm(matrix) : squaredNorm(matrix);

export const RAE_JACOBIAN_RULES: RaeJacobianRules = {
  jacobian: decoderJacobian,
  measure,
  prior: halfSquaredNorm,
};

/** rec_i(mu_i) + lambda |J_f(mu_i)|_F^power + beta/2 |mu_i|^2. */
export const RAE_JACOBIAN = objective({
  name: 'rae-jacobian',
  loss: 'rec_i(mu_i) + lambda |J_f(mu_i)|_F^power + beta/2 |mu_i|^2',
  hyper,
  needs: { jacobian: true },
  terms: PENALISED_TERMS,
  rules: RAE_JACOBIAN_RULES,
  evaluate:
    rules =>
    (net, params, { x }, { rec, beta, lambda, power }: RaeJacobianHyper) => {
      const { mean } = net.encode(params, x);
      const at = pointAt(net, params, x, rec, mean);
      const reconstruction = tf.mean(at.loss(mean));
      const penalty = tf.mean(rules.measure(rules.jacobian(at), power));
      const prior = tf.mean(rules.prior(mean));
      const loss = weighted(reconstruction, [lambda, penalty], [beta, prior]);
      return { loss, terms: { reconstruction, penalty, prior } };
    },
  mistakes: {
    otherPower: wrong<RaeJacobianRules>('the squared norm in place of the norm, or the other way round', {
      measure: (matrix, power) => measure(matrix, power === 1 ? 2 : 1),
    }),
    halfPenalty: wrong<RaeJacobianRules>('half of the penalty', {
      measure: (matrix, power) => tf.mul(measure(matrix, power), 0.5),
    }),
    meanPenalty: wrong<RaeJacobianRules>('the mean of the squared entries in place of their sum', {
      measure: (matrix, power) =>
        measure(tf.div(matrix, constant(Math.sqrt(matrix.size / matrix.shape[0]!))), power),
    }),
    constantPenalty: wrong<RaeJacobianRules>('the penalty not differentiated', {
      measure: (matrix, power) => detach(measure(matrix, power)),
    }),
    columnSums: wrong<RaeJacobianRules>('the gradient of the summed output in place of the Jacobian', {
      jacobian: at => tf.expandDims(columnSums(at), 1),
    }),
    gradientForJacobian: wrong<RaeJacobianRules>('the gradient of the loss in place of the Jacobian', {
      jacobian: at => tf.expandDims(lossGradient(at), 1),
    }),
    squaredOutput: wrong<RaeJacobianRules>('the gradient of the squared output in place of the Jacobian', {
      jacobian: at => tf.expandDims(squaredOutputGradient(at), 1),
    }),
    alwaysSquared: claimsOnly<RaeJacobianRules>('the square penalised where the norm is asked for', {
      measure: matrix => measure(matrix, 2),
    }),
    largestEntry: claimsOnly<RaeJacobianRules>('the largest entry in place of the Frobenius norm', {
      measure: (matrix, power) =>
        tf.pow(tf.max(tf.abs(tf.reshape(matrix, [matrix.shape[0]!, -1])), 1), power),
    }),
    batchNorm: claimsOnly<RaeJacobianRules>('one norm for the whole batch', {
      measure: (matrix, power) =>
        tf.tile(measure(tf.reshape(matrix, [1, -1, matrix.shape[2]!]), power), [matrix.shape[0]!]),
    }),
    halfDetached: claimsOnly<RaeJacobianRules>('half of the Jacobian held fixed', {
      measure: (matrix, power) => measure(tf.add(tf.mul(matrix, 0.5), tf.mul(detach(matrix), 0.5)), power),
    }),
    ...PRIOR_MISTAKES,
  },
  vector: { terms: ['penalty'], misread: MISREAD },
});

export const makeRaeJacobian = RAE_JACOBIAN.make;
