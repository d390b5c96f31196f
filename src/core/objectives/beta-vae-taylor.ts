/** @file The beta-VAE's expectation replaced by its second-order, Gauss-Newton Taylor expansion (Kumar & Poole 2020, eq. 7). */
import * as tf from '@tensorflow/tfjs';
import { jacobian } from '../derivatives.js';
import { gaussianKl, type Scale, scaleColumns } from '../gaussian.js';
import {
  type Objective,
  type Point,
  pointAt,
  type Scalar,
  scaleOf,
  squaredNorm,
  type Variance,
  weighted,
} from './objective.js';

export interface BetaVaeTaylorHyper {
  readonly beta: Scalar;
  readonly variance: Variance;
}

export interface BetaVaeTaylorRules {
  /** J_f at the code, [B, D, d]. */
  jacobian(at: Point): tf.Tensor;
  /** J L with L L^T = Sigma, [B, D, d]. */
  spread(jacobian: tf.Tensor, scale: Scale): tf.Tensor;
  /** The factor in front of the spread's squared norm. */
  prefactor(): number;
  /** [B] */
  kl(mean: tf.Tensor, scale: Scale): tf.Tensor;
}

export const BETA_VAE_TAYLOR_RULES: BetaVaeTaylorRules = {
  jacobian: at => jacobian(at.decode, at.z),
  spread: scaleColumns,
  prefactor: () => 0.5,
  kl: gaussianKl,
};

/** 1/2 |x_i - f(mu_i)|^2 + 1/2 tr(J^T J Sigma_i) + beta KL_i, for isotropic, diagonal and full covariances. */
export const makeBetaVaeTaylor = (
  rules: BetaVaeTaylorRules = BETA_VAE_TAYLOR_RULES,
): Objective<BetaVaeTaylorHyper> => ({
  name: 'beta-vae-taylor',
  usesNoise: false,
  terms: ['reconstruction', 'penalty', 'kl'],
  evaluate(net, params, { x }, { beta, variance }) {
    const posterior = net.encode(params, x);
    const scale = scaleOf(posterior, variance);
    const at = pointAt(net, params, x, 'half', posterior.mean);
    const reconstruction = tf.mean(at.loss(at.z));
    const spread = squaredNorm(rules.spread(rules.jacobian(at), scale));
    const penalty = tf.mul(tf.mean(spread), rules.prefactor());
    const kl = tf.mean(rules.kl(posterior.mean, scale));
    return {
      loss: weighted(reconstruction, [1, penalty], [beta, kl]),
      terms: { reconstruction, penalty, kl },
    };
  },
});
