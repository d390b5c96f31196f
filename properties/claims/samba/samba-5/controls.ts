/** @file Negative controls of SAMBA-5: wrong Jacobian penalties and wrong noise. */
import * as tf from '@tensorflow/tfjs';
import { vjp } from '../../../../src/core/derivatives.js';
import { scaleUp } from '../../../../src/core/gaussian.js';
import {
  RAE_JACOBIAN_RULES,
  type RaeJacobianRules,
} from '../../../../src/core/objectives/rae/rae-jacobian.js';
import { VAE_RULES, type VaeRules } from '../../../../src/core/objectives/vae/vae.js';
import { mutant } from '../../../kit.js';
import type { Penalties } from '../../../subjects/sam/penalties.js';

const inJacobian = (says: string, replaced: Partial<RaeJacobianRules>) => {
  const jacobian = { ...RAE_JACOBIAN_RULES, ...replaced };
  return mutant<Penalties>(says, subject => ({ ...subject, jacobian }));
};

const inVae = (says: string, replaced: Partial<VaeRules>) => {
  const vae = { ...VAE_RULES, ...replaced };
  return mutant<Penalties>(says, subject => ({ ...subject, vae }));
};

export const PENALTY_CONTROLS = {
  summedOutputs: inJacobian('the gradient of the summed outputs for the Jacobian, as one library has it', {
    jacobian: at => tf.expandDims(vjp(at.decode, at.z, tf.onesLike(at.decode(at.z))), 1),
  }),
  largestEntry: inJacobian('the largest entry for the Frobenius norm', {
    measure: j => tf.max(tf.abs(tf.reshape(j, [j.shape[0]!, -1])), 1),
  }),
  powerForgotten: inJacobian('the norm is penalised where its square is asked for', {
    measure: j => RAE_JACOBIAN_RULES.measure(j, 1),
  }),
};

export const NOISE_CONTROLS = {
  noiseByVariance: inVae('the noise is scaled by Sigma', {
    sample: (mean, s, noise) => tf.add(mean, scaleUp(s, scaleUp(s, noise))),
  }),
  noNoise: inVae('the noise is left out', { sample: mean => mean }),
};
