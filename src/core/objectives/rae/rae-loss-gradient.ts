/**
 * @file The regularised autoencoder that SAMBA is compared with: a penalty on the norm of the loss gradient
 * (eq. 11-17).
 */
import * as tf from '@tensorflow/tfjs';
import { detach } from '../../../engine/ops.js';
import { halfSquaredNorm } from '../../gaussian.js';
import { scaledNorm } from '../../perturbation.js';
import { claimsOnly, objective, wrong } from '../define.js';
import { batchNorm, PRIOR_MISTAKES } from '../mistakes.js';
import { type Point, pointAt, squaredNorm, weighted } from '../objective.js';
import { columnSums, decoderJacobian, lossGradient } from './gradients.js';
import { MISREAD, PENALISED, PENALISED_TERMS, type PenalisedHyper } from './rae.js';

export type RaeLossGradientHyper = PenalisedHyper;

export interface RaeLossGradientRules {
  /** What is penalised, [B, ...]: the gradient of rec_i with respect to the code. */
  gradient(at: Point): tf.Tensor;
  /** How it is measured, one number a sample, [B]; its derivative is zero at zero. */
  norm(g: tf.Tensor): tf.Tensor;
  /** [B] */
  prior(mean: tf.Tensor): tf.Tensor;
}

export const RAE_LOSS_GRADIENT_RULES: RaeLossGradientRules = {
  gradient: lossGradient,
  norm: scaledNorm,
  prior: halfSquaredNorm,
};

/** rec_i(mu_i) + lambda |grad_z rec_i(mu_i)| + beta/2 |mu_i|^2. */
export const RAE_LOSS_GRADIENT = objective({
  name: 'rae-loss-gradient',
  loss: 'rec_i(mu_i) + lambda |grad_z rec_i(mu_i)| + beta/2 |mu_i|^2',
  hyper: PENALISED,
  terms: PENALISED_TERMS,
  rules: RAE_LOSS_GRADIENT_RULES,
  evaluate:
    rules =>
    (net, params, { x }, { rec, beta, lambda }: PenalisedHyper) => {
      const { mean } = net.encode(params, x);
      const at = pointAt(net, params, x, rec, mean);
      const reconstruction = tf.mean(at.loss(mean));
      const penalty = tf.mean(rules.norm(rules.gradient(at)));
      const prior = tf.mean(rules.prior(mean));
      const loss = weighted(reconstruction, [lambda, penalty], [beta, prior]);
      return { loss, terms: { reconstruction, penalty, prior } };
    },
  mistakes: {
    squaredPenalty: wrong<RaeLossGradientRules>('the squared norm penalised', { norm: squaredNorm }),
    halfPenalty: wrong<RaeLossGradientRules>('half of the norm penalised', {
      norm: g => tf.mul(scaledNorm(g), 0.5),
    }),
    doubledPenalty: wrong<RaeLossGradientRules>('a factor 2 in the penalty', {
      norm: g => tf.mul(scaledNorm(g), 2),
    }),
    frozenDenominator: wrong<RaeLossGradientRules>(
      'the norm in the denominator of its gradient only half differentiated',
      { norm: g => tf.div(squaredNorm(g), detach(scaledNorm(g))) },
    ),
    constantPenalty: wrong<RaeLossGradientRules>('the penalty not differentiated', {
      norm: g => detach(scaledNorm(g)),
    }),
    batchPenalty: wrong<RaeLossGradientRules>('one norm for the whole batch', { norm: batchNorm }),
    batchMeanPenalty: wrong<RaeLossGradientRules>(
      'one norm for the whole batch of the gradient of the batch mean, as in the released code',
      { norm: g => tf.div(batchNorm(g), g.shape[0]!) },
    ),
    jacobianForGradient: wrong<RaeLossGradientRules>(
      'the Jacobian of the decoder in place of the gradient of the loss',
      { gradient: decoderJacobian },
    ),
    outputGradient: wrong<RaeLossGradientRules>('the gradient of the summed output in place of the loss', {
      gradient: columnSums,
    }),
    squaredJacobian: claimsOnly<RaeLossGradientRules>(
      'the squared Frobenius norm of the Jacobian of the decoder in place of the norm of the gradient of the loss',
      { gradient: decoderJacobian, norm: squaredNorm },
    ),
    ...PRIOR_MISTAKES,
  },
  vector: { terms: PENALISED_TERMS, misread: MISREAD },
});

export const makeRaeLossGradient = RAE_LOSS_GRADIENT.make;
