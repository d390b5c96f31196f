/**
 * @file SAMBA: a variational autoencoder whose noise is replaced by the worst direction (Reizinger & Huszar
 * 2023, eq. 9-10).
 */
import * as tf from '@tensorflow/tfjs';
import { gradient } from '../../derivatives.js';
import { gaussianKl, type Scale } from '../../gaussian.js';
import { PERTURBATION_RULES, type PerturbationRules, perturb } from '../../perturbation.js';
import { objective } from '../define.js';
import { BETA, type Fields, type HyperOf, REC, VARIANCE } from '../fields.js';
import { KL_MISTAKES } from '../mistakes.js';
import { type Point, pointAt, scaleOf, weighted } from '../objective.js';
import { COVARIANCE_MISTAKES, STEP_MISTAKES } from './step-mistakes.js';

const hyper = { rec: REC, beta: BETA, variance: VARIANCE } as const satisfies Fields;

export type SambaHyper = HyperOf<typeof hyper>;

export interface SambaRules extends PerturbationRules {
  /** g_i = grad rec_i at the posterior mean, [B, d]. */
  gradient(at: Point): tf.Tensor;
  /** Where the loss and its outer gradient are taken. */
  point(mean: tf.Tensor, step: tf.Tensor): tf.Tensor;
  /** [B] */
  kl(mean: tf.Tensor, scale: Scale): tf.Tensor;
}

export const SAMBA_RULES: SambaRules = {
  ...PERTURBATION_RULES,
  gradient: at => gradient(at.loss, at.z),
  point: (mean, step) => tf.add(mean, step),
  kl: gaussianKl,
};

/**
 * rec_i(mu_i + sigma_i eta_i) + beta KL_i, eta_i = sqrt(d) (sigma_i g_i)/|sigma_i g_i| detached, sigma_i in
 * front of it not.
 */
export const SAMBA = objective({
  name: 'samba',
  loss: 'rec_i(mu_i + sigma_i eta_i) + beta KL_i, eta_i = sqrt(d) sigma_i g_i / |sigma_i g_i|',
  hyper,
  terms: ['reconstruction', 'kl'],
  rules: SAMBA_RULES,
  evaluate:
    rules =>
    (net, params, { x }, { rec, beta, variance }: SambaHyper) => {
      const posterior = net.encode(params, x);
      const scale = scaleOf(posterior, variance);
      const at = pointAt(net, params, x, rec, posterior.mean);
      const { step, zeroDirections } = perturb(scale, rules.gradient(at), rules);
      const reconstruction = tf.mean(at.loss(rules.point(posterior.mean, step)));
      const kl = tf.mean(rules.kl(posterior.mean, scale));
      return { loss: weighted(reconstruction, [beta, kl]), terms: { reconstruction, kl }, zeroDirections };
    },
  mistakes: { ...STEP_MISTAKES, ...COVARIANCE_MISTAKES, ...KL_MISTAKES },
  vector: { terms: ['reconstruction', 'kl'], misread: ['variance', 'rec', 'beta'] },
});

export const makeSamba = SAMBA.make;
