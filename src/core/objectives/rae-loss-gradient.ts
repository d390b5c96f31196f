/** @file The regularised autoencoder that SAMBA is compared with: a penalty on the norm of the loss gradient (eq. 11-17). */
import * as tf from '@tensorflow/tfjs';
import { gradient } from '../derivatives.js';
import { halfSquaredNorm } from '../gaussian.js';
import { scaledNorm } from '../perturbation.js';
import {
  type Objective,
  type Point,
  pointAt,
  type Reconstruction,
  type Scalar,
  weighted,
} from './objective.js';

export interface RaeLossGradientHyper {
  readonly rec: Reconstruction;
  readonly beta: Scalar;
  readonly lambda: Scalar;
}

export interface RaeLossGradientRules {
  /** What is penalised, [B, ...]: the gradient of rec_i with respect to the code. */
  gradient(at: Point): tf.Tensor;
  /** How it is measured, one number a sample, [B]; its derivative is zero at zero. */
  norm(g: tf.Tensor): tf.Tensor;
  /** [B] */
  prior(mean: tf.Tensor): tf.Tensor;
}

export const RAE_LOSS_GRADIENT_RULES: RaeLossGradientRules = {
  gradient: at => gradient(at.loss, at.z),
  norm: scaledNorm,
  prior: halfSquaredNorm,
};

/** rec_i(mu_i) + lambda |grad_z rec_i(mu_i)| + beta/2 |mu_i|^2. */
export const makeRaeLossGradient = (
  rules: RaeLossGradientRules = RAE_LOSS_GRADIENT_RULES,
): Objective<RaeLossGradientHyper> => ({
  name: 'rae-loss-gradient',
  usesNoise: false,
  terms: ['reconstruction', 'penalty', 'prior'],
  evaluate(net, params, { x }, { rec, beta, lambda }) {
    const { mean } = net.encode(params, x);
    const at = pointAt(net, params, x, rec, mean);
    const reconstruction = tf.mean(at.loss(mean));
    const penalty = tf.mean(rules.norm(rules.gradient(at)));
    const prior = tf.mean(rules.prior(mean));
    const loss = weighted(reconstruction, [lambda, penalty], [beta, prior]);
    return { loss, terms: { reconstruction, penalty, prior } };
  },
});
