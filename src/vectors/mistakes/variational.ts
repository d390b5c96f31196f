/** @file Known mistakes in the objectives with a posterior covariance. */
import * as tf from '@tensorflow/tfjs';
import { scaleColumns, scaleUp, whiten } from '../../core/gaussian.js';
import type { BetaVaeTaylorRules } from '../../core/objectives/beta-vae-taylor.js';
import { BETA_VAE_TAYLOR_RULES } from '../../core/objectives/beta-vae-taylor.js';
import type { GammaVaeRules } from '../../core/objectives/gamma-vae.js';
import { GAMMA_VAE_RULES } from '../../core/objectives/gamma-vae.js';
import { SAMBA_RULES, type SambaRules } from '../../core/objectives/samba.js';
import type { VaeRules } from '../../core/objectives/vae.js';
import { constant, detach } from '../../engine/ops.js';
import type { AutoencoderFields, ObjectiveOf, VectorVariance } from '../metadata.js';
import { misread, type WrongRules, wrong } from './mistake.js';
import { batchNorm, KL_MISTAKES, otherReconstruction, unused } from './parts.js';

/** Rules of the SAMBA step, as the negative controls of the claims replace them. */
const STEP_MISTAKES = {
  covarianceForRoot: wrong<SambaRules>('Sigma in place of sqrt(Sigma) in front of the direction', {
    outer: (scale, eta) => scaleUp(scale, scaleUp(scale, eta)),
  }),
  rootMissing: wrong<SambaRules>('no sqrt(Sigma) in front of the direction', { outer: (_scale, eta) => eta }),
  noDetach: wrong<SambaRules>('the direction not detached', { detach: (w, norm) => [w, norm] }),
  detachNormOnly: wrong<SambaRules>('only the norm of the direction detached', {
    detach: (w, norm) => [w, detach(norm)],
  }),
  detachDirectionOnly: wrong<SambaRules>('only the numerator of the direction detached', {
    detach: (w, norm) => [detach(w), norm],
  }),
  rootDimensionMissing: wrong<SambaRules>('the factor sqrt(d) missing', { radius: () => constant(1) }),
  dimensionForRoot: wrong<SambaRules>('d in place of sqrt(d)', { radius: d => constant(d) }),
  halfRadius: wrong<SambaRules>('half the radius', { radius: d => constant(Math.sqrt(d) / 2) }),
  batchNorm: wrong<SambaRules>('one norm for the whole batch', { norm: w => tf.expandDims(batchNorm(w), 1) }),
  unnormalised: wrong<SambaRules>('the direction not normalised', { normalise: w => w }),
  dividedBySquare: wrong<SambaRules>('g/|g|^2 in place of g/|g|', {
    normalise: (w, norm) => SAMBA_RULES.normalise(SAMBA_RULES.normalise(w, norm), norm),
  }),
  epsilonInDenominator: wrong<SambaRules>('1e-12 added to the norm', {
    norm: w => tf.add(SAMBA_RULES.norm(w), constant(1e-12)),
  }),
  absoluteSumNorm: wrong<SambaRules>('the sum of absolute values as the norm', {
    norm: w => tf.sum(tf.abs(w), 1, true),
  }),
  largestEntryNorm: wrong<SambaRules>('the largest entry as the norm', {
    norm: w => tf.max(tf.abs(w), 1, true),
  }),
  signStep: wrong<SambaRules>('the signs of the gradient as the direction', {
    normalise: w => tf.div(tf.sign(w), constant(Math.sqrt(w.shape[1]!))),
  }),
  signFlip: wrong<SambaRules>('a step downhill', { point: (mean, step) => tf.sub(mean, step) }),
  noStep: wrong<SambaRules>('the loss at the unperturbed code', { point: mean => mean }),
} satisfies Record<string, WrongRules<SambaRules>>;

/** Rules that matter where each latent has a variance of its own, or the variance is learned. */
const COVARIANCE_MISTAKES = {
  notWhitened: wrong<SambaRules>('the direction of g in place of sqrt(Sigma) g', {
    whiten: (_scale, g) => g,
  }),
  whitenedTwice: wrong<SambaRules>('the direction of Sigma g in place of sqrt(Sigma) g', {
    whiten: (scale, g) => whiten(scale, whiten(scale, g)),
  }),
  outerDetached: wrong<SambaRules>('sqrt(Sigma) in front of the direction detached', {
    outer: (scale, eta) => detach(scaleUp(scale, eta)),
  }),
} satisfies Record<string, WrongRules<SambaRules>>;

const SAMPLE_MISTAKES = {
  varianceForDeviation: wrong<VaeRules>('sigma^2 in place of sigma in front of the noise', {
    sample: (mean, scale, noise) => tf.add(mean, scaleUp(scale, scaleUp(scale, noise))),
  }),
  deviationMissing: wrong<VaeRules>('no sigma in front of the noise', {
    sample: (mean, _scale, noise) => tf.add(mean, noise),
  }),
  noNoise: wrong<VaeRules>('no noise', { sample: mean => mean }),
  deviationDetached: wrong<VaeRules>('sigma in front of the noise detached', {
    sample: (mean, scale, noise) => tf.add(mean, detach(scaleUp(scale, noise))),
  }),
  sampleDetached: wrong<VaeRules>('the sample detached: no reparametrisation', {
    sample: (mean, scale, noise) => detach(tf.add(mean, scaleUp(scale, noise))),
  }),
} satisfies Record<string, WrongRules<VaeRules>>;

/** alpha2 read as alpha, or the other way round. */
const otherVariance = <Objective extends { readonly variance: VectorVariance }>(
  says: string,
  change: (alpha2: number) => number,
) =>
  misread<Objective>(says, objective =>
    objective.variance === 'learned'
      ? null
      : { ...objective, variance: { fixed: change(objective.variance.fixed) } },
  );

const variance = <Objective extends { readonly variance: VectorVariance }>() => ({
  fixedIsDeviation: otherVariance<Objective>('alpha2 taken as the standard deviation', alpha2 => alpha2 ** 2),
  fixedIsRoot: otherVariance<Objective>('the square root of alpha2 taken as the variance', Math.sqrt),
});

const reconstructions = <Objective extends { readonly rec: 'sum' | 'half' | 'mean' }>() => ({
  recSum: otherReconstruction<Objective>('sum'),
  recHalf: otherReconstruction<Objective>('half'),
  recMean: otherReconstruction<Objective>('mean'),
});

type Of<K extends keyof AutoencoderFields> = ObjectiveOf<K>;

export const VAE_MISTAKES = {
  ...SAMPLE_MISTAKES,
  ...KL_MISTAKES,
  ...variance<Of<'vae'>>(),
  ...reconstructions<Of<'vae'>>(),
  betaUnused: unused<Of<'vae'>, 'beta'>('beta'),
};

export const SAMBA_MISTAKES = {
  ...STEP_MISTAKES,
  ...COVARIANCE_MISTAKES,
  ...KL_MISTAKES,
  ...variance<Of<'samba'>>(),
  ...reconstructions<Of<'samba'>>(),
  betaUnused: unused<Of<'samba'>, 'beta'>('beta'),
};

export const GAMMA_VAE_MISTAKES = {
  ...SAMPLE_MISTAKES,
  ...KL_MISTAKES,
  normaliserMissing: wrong<GammaVaeRules>('D log gamma missing', {
    normaliser: (_, gamma) => tf.mul(gamma, 0),
  }),
  normaliserHalf: wrong<GammaVaeRules>('D/2 log gamma in place of D log gamma', {
    normaliser: (entries, gamma) => tf.mul(GAMMA_VAE_RULES.normaliser(entries, gamma), 0.5),
  }),
  klHalved: wrong<GammaVaeRules>('the KL term with a 1/2 that this objective does not have', {
    weight: () => 1,
  }),
  gammaIsDeviation: misread<Of<'gamma-vae'>>('gamma taken as the standard deviation', objective => ({
    ...objective,
    gamma: objective.gamma ** 2,
  })),
  gammaUnused: unused<Of<'gamma-vae'>, 'gamma'>('gamma'),
};

export const TAYLOR_MISTAKES = {
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
  ...KL_MISTAKES,
  ...variance<Of<'beta-vae-taylor'>>(),
  betaUnused: unused<Of<'beta-vae-taylor'>, 'beta'>('beta'),
};

export const VAE_SAM_SAMBA_MISTAKES = {
  ...STEP_MISTAKES,
  ...KL_MISTAKES,
  coefficientUnused: unused<Of<'vae-sam-samba'>, 'klCoeff'>('klCoeff'),
  alphaIsDeviation: misread<Of<'vae-sam-samba'>>('alpha2 taken as the standard deviation', objective => ({
    ...objective,
    alpha2: objective.alpha2 ** 2,
  })),
};
