/**
 * @file The beta-VAE's expectation replaced by its second-order, Gauss-Newton Taylor expansion (Kumar & Poole
 * 2020, eq. 7).
 */
import * as tf from '@tensorflow/tfjs';
import { detach } from '../../../engine/ops.js';
import { jacobian } from '../../derivatives.js';
import { gaussianKl, type Scale, scaleColumns } from '../../gaussian.js';
import { objective, type WrongRules, wrong } from '../define.js';
import { BETA, type Fields, type HyperOf, VARIANCE } from '../fields.js';
import { KL_MISTAKES } from '../mistakes.js';
import { type Point, pointAt, scaleOf, squaredNorm, weighted } from '../objective.js';

const hyper = { beta: BETA, variance: VARIANCE } as const satisfies Fields;

export type BetaVaeTaylorHyper = HyperOf<typeof hyper>;

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

/** Wrong in the second-order term, whatever the observations. */
export const SPREAD_MISTAKES = {
  penaltyWithoutHalf: wrong<BetaVaeTaylorRules>('the penalty without its 1/2', { prefactor: () => 1 }),
  penaltyWithoutVariance: wrong<BetaVaeTaylorRules>('the penalty without sigma^2', {
    spread: jacobian => jacobian,
  }),
  penaltyVarianceSquared: wrong<BetaVaeTaylorRules>('sigma^4 in place of sigma^2 in the penalty', {
    spread: (jacobian, scale) => scaleColumns(scaleColumns(jacobian, scale), scale),
  }),
  jacobianDetached: wrong<BetaVaeTaylorRules>('the Jacobian detached', {
    jacobian: at => detach(BETA_VAE_TAYLOR_RULES.jacobian(at)),
  }),
  varianceDetached: wrong<BetaVaeTaylorRules>('sigma in the penalty detached', {
    spread: (jacobian, scale) => {
      const { shape } = jacobian;
      const ones = scaleColumns(tf.add(tf.mul(jacobian, 0), 1), scale);
      return tf.mul(jacobian, detach(tf.reshape(ones, shape)));
    },
  }),
} satisfies Record<string, WrongRules<BetaVaeTaylorRules>>;

/**
 * 1/2 |x_i - f(mu_i)|^2 + 1/2 tr(J^T J Sigma_i) + beta KL_i, for isotropic, diagonal and full covariances.
 */
export const BETA_VAE_TAYLOR = objective({
  name: 'beta-vae-taylor',
  loss: '1/2 |x - f(mu_i)|^2 + 1/2 tr(J^T J Sigma_i) + beta KL_i',
  hyper,
  needs: { jacobian: true },
  terms: ['reconstruction', 'penalty', 'kl'],
  rules: BETA_VAE_TAYLOR_RULES,
  evaluate:
    rules =>
    (net, params, { x }, { beta, variance }: BetaVaeTaylorHyper) => {
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
  mistakes: { ...SPREAD_MISTAKES, ...KL_MISTAKES },
  vector: { terms: ['penalty', 'kl'], misread: ['variance', 'beta'] },
});

export const makeBetaVaeTaylor = BETA_VAE_TAYLOR.make;
