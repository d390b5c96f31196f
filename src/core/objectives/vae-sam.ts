/** @file The objectives of the released code of Reizinger & Huszar (repository vae-sam), whose conventions are not the paper's. */
import * as tf from '@tensorflow/tfjs';
import { constant } from '../../engine/ops.js';
import { gradient } from '../derivatives.js';
import { PERTURBATION_RULES, scaledNorm } from '../perturbation.js';
import { type Objective, type Point, pointAt, type Scalar, scalar, weighted } from './objective.js';
import { makeSamba, SAMBA_RULES, type SambaRules } from './samba.js';

export interface VaeSamHyper {
  readonly klCoeff: Scalar;
  /** The fixed variance alpha^2. */
  readonly alpha2: Scalar;
}

/**
 * Mean squared error over all entries at mu + alpha sqrt(d) G_i/|G_i|, plus klCoeff times the mean over all B d entries
 * of the KL divergence. The code's gradient carries 1/B, which the direction does not see.
 */
export const makeVaeSamSamba = (rules: SambaRules = SAMBA_RULES): Objective<VaeSamHyper> => ({
  ...makeSamba(rules),
  name: 'vae-sam-samba',
  evaluate(net, params, inputs, { klCoeff, alpha2 }) {
    const beta = tf.div(scalar(klCoeff), net.latent);
    return makeSamba(rules).evaluate(net, params, inputs, { rec: 'mean', beta, variance: { fixed: alpha2 } });
  },
});

export interface VaeSamLearnedHyper {
  readonly klCoeff: Scalar;
}

/**
 * Where the variance is learned the code whitens the direction by the batch mean of the standard deviations, and scales the
 * step by each sample's own: on its ellipsoid, but not the steepest point there (SAMBA-15).
 */
export const VAE_SAM_LEARNED_RULES: SambaRules = {
  ...SAMBA_RULES,
  whiten: (scale, g) =>
    scale.kind === 'diagonal' ? tf.mul(tf.mean(scale.std, 0, true), g) : PERTURBATION_RULES.whiten(scale, g),
};

/** The same with a learned variance: standard deviations by sample and latent. */
export const makeVaeSamSambaLearned = (
  rules: SambaRules = VAE_SAM_LEARNED_RULES,
): Objective<VaeSamLearnedHyper> => ({
  ...makeSamba(rules),
  name: 'vae-sam-samba-learned',
  evaluate(net, params, inputs, { klCoeff }) {
    const beta = tf.div(scalar(klCoeff), net.latent);
    return makeSamba(rules).evaluate(net, params, inputs, { rec: 'mean', beta, variance: 'learned' });
  },
});

export interface VaeSamRaeRules {
  /** G: the gradient of the mean squared error over the batch, [B, d]. */
  gradient(at: Point): tf.Tensor;
  /** One norm over the whole batch, a scalar; of gradients and of codes. */
  norm(matrix: tf.Tensor): tf.Tensor;
  /** lambda for d latents. */
  coefficient(d: number, alpha2: tf.Tensor): tf.Tensor;
}

export const VAE_SAM_RAE_RULES: VaeSamRaeRules = {
  gradient: at => tf.div(gradient(at.loss, at.z), at.z.shape[0]!),
  norm: matrix => tf.squeeze(scaledNorm(tf.expandDims(matrix, 0))),
  coefficient: (d, alpha2) => tf.mul(constant(Math.sqrt(d)), tf.sqrt(alpha2)),
};

/** Mean squared error over all entries at mu, plus sqrt(alpha2 d) |G|, plus klCoeff |M|/2 with the codes' unsquared norm. */
export const makeVaeSamRae = (rules: VaeSamRaeRules = VAE_SAM_RAE_RULES): Objective<VaeSamHyper> => ({
  name: 'vae-sam-rae',
  usesNoise: false,
  terms: ['reconstruction', 'penalty', 'prior'],
  evaluate(net, params, { x }, { klCoeff, alpha2 }) {
    const { mean } = net.encode(params, x);
    const at = pointAt(net, params, x, 'mean', mean);
    const reconstruction = tf.mean(at.loss(mean));
    const penalty = rules.norm(rules.gradient(at));
    const prior = tf.mul(rules.norm(mean), 0.5);
    const lambda = rules.coefficient(net.latent, scalar(alpha2));
    return {
      loss: weighted(reconstruction, [lambda, penalty], [klCoeff, prior]),
      terms: { reconstruction, penalty, prior },
    };
  },
});
