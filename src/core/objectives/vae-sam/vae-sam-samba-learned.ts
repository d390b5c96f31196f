/** @file The same code with a learned variance: standard deviations by sample and latent. */
import * as tf from '@tensorflow/tfjs';
import { PERTURBATION_RULES } from '../../perturbation.js';
import { objective, wrong } from '../define.js';
import { type Fields, type HyperOf, KL_COEFF } from '../fields.js';
import { KL_MISTAKES } from '../mistakes.js';
import { scalar } from '../objective.js';
import { SAMBA, SAMBA_RULES, type SambaRules } from '../samba/samba.js';
import { STEP_MISTAKES } from '../samba/step-mistakes.js';

const hyper = { klCoeff: KL_COEFF } as const satisfies Fields;

/**
 * Where the variance is learned the code whitens the direction by the batch mean of the standard deviations,
 * and scales the step by each sample's own: on its ellipsoid, but not the steepest point there (SAMBA-15).
 */
export const VAE_SAM_LEARNED_RULES: SambaRules = {
  ...SAMBA_RULES,
  whiten: (scale, g) =>
    scale.kind === 'diagonal' ? tf.mul(tf.mean(scale.std, 0, true), g) : PERTURBATION_RULES.whiten(scale, g),
};

export const VAE_SAM_SAMBA_LEARNED = objective({
  name: 'vae-sam-samba-learned',
  loss: 'the same code with a learned variance: the direction is whitened by the batch mean of the standard deviations',
  hyper,
  needs: { learnedVariance: true },
  terms: SAMBA.terms,
  rules: VAE_SAM_LEARNED_RULES,
  evaluate: rules => {
    const samba = SAMBA.make(rules);
    return (net, params, inputs, { klCoeff }: HyperOf<typeof hyper>) => {
      const beta = tf.div(scalar(klCoeff), net.latent);
      return samba.evaluate(net, params, inputs, { rec: 'mean', beta, variance: 'learned' });
    };
  },
  mistakes: {
    ...STEP_MISTAKES,
    whitenedBySample: wrong<SambaRules>("the direction whitened by each sample's own standard deviations", {
      whiten: PERTURBATION_RULES.whiten,
    }),
    ...KL_MISTAKES,
  },
});
