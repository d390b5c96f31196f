/** @file Wrong steps of SAMBA and of the released code that makes the same one. */
import * as tf from '@tensorflow/tfjs';
import { constant, detach } from '../../../engine/ops.js';
import { scaleUp, whiten } from '../../gaussian.js';
import { PERTURBATION_RULES, type PerturbationRules } from '../../perturbation.js';
import { claimsOnly, diagnosisOnly, type WrongRules, wrong } from '../define.js';
import { batchNorm } from '../mistakes.js';

interface StepRules extends PerturbationRules {
  point(mean: tf.Tensor, step: tf.Tensor): tf.Tensor;
}

/**
 * What is added to a norm. The 1e-12 of common code shows only where a gradient is about as small, which no
 * claim draws: the same mistake with 1e-3 is one that checks can see.
 */
const [EPSILON, TINY] = [1e-3, 1e-12];

/** The direction is made of the gradient itself; for Sigma = alpha^2 I that is the same one. */
const raw: Partial<StepRules> = { whiten: (_scale, g) => g };

export const STEP_MISTAKES = {
  covarianceForRoot: wrong<StepRules>('Sigma in place of sqrt(Sigma) in front of the direction', {
    outer: (scale, eta) => scaleUp(scale, scaleUp(scale, eta)),
  }),
  rootMissing: wrong<StepRules>('no sqrt(Sigma) in front of the direction', { outer: (_scale, eta) => eta }),
  noDetach: wrong<StepRules>('the direction not detached', { detach: (w, norm) => [w, norm] }),
  detachNormOnly: wrong<StepRules>('only the norm of the direction detached', {
    detach: (w, norm) => [w, detach(norm)],
  }),
  detachDirectionOnly: wrong<StepRules>('only the numerator of the direction detached', {
    detach: (w, norm) => [detach(w), norm],
  }),
  rootDimensionMissing: wrong<StepRules>('the factor sqrt(d) missing', { radius: () => constant(1) }),
  dimensionForRoot: wrong<StepRules>('d in place of sqrt(d)', { radius: d => constant(d) }),
  halfRadius: wrong<StepRules>('half the radius', { radius: d => constant(Math.sqrt(d) / 2) }),
  batchNorm: wrong<StepRules>('one norm for the whole batch', { norm: w => tf.expandDims(batchNorm(w), 1) }),
  unnormalised: wrong<StepRules>('the direction not normalised', { normalise: w => w }),
  dividedBySquare: wrong<StepRules>('g/|g|^2 in place of g/|g|', {
    normalise: (w, norm) => PERTURBATION_RULES.normalise(PERTURBATION_RULES.normalise(w, norm), norm),
  }),
  epsilonInDenominator: wrong<StepRules>('1e-3 added to the norm', {
    norm: w => tf.add(PERTURBATION_RULES.norm(w), constant(EPSILON)),
  }),
  tinyEpsilon: diagnosisOnly<StepRules>('1e-12 added to the norm', {
    norm: w => tf.add(PERTURBATION_RULES.norm(w), constant(TINY)),
  }),
  absoluteSumNorm: wrong<StepRules>('the sum of absolute values as the norm', {
    norm: w => tf.sum(tf.abs(w), 1, true),
  }),
  largestEntryNorm: wrong<StepRules>('the largest entry as the norm', {
    norm: w => tf.max(tf.abs(w), 1, true),
  }),
  signStep: wrong<StepRules>('the signs of the gradient as the direction', {
    normalise: w => tf.div(tf.sign(w), constant(Math.sqrt(w.shape[1]!))),
  }),
  signFlip: wrong<StepRules>('a step downhill', { point: (mean, step) => tf.sub(mean, step) }),
  noStep: wrong<StepRules>('the loss at the unperturbed code', { point: mean => mean }),
  rawGradient: claimsOnly<StepRules>('g in place of g/|g|, not whitened', { ...raw, normalise: w => w }),
  rawDividedBySquare: claimsOnly<StepRules>('g/|g|^2 in place of g/|g|, not whitened', {
    ...raw,
    normalise: (w, norm) => PERTURBATION_RULES.normalise(PERTURBATION_RULES.normalise(w, norm), norm),
  }),
  rawEpsilon: claimsOnly<StepRules>('1e-3 added to |g|, not whitened', {
    ...raw,
    norm: w => tf.add(PERTURBATION_RULES.norm(w), constant(EPSILON)),
  }),
} satisfies Record<string, WrongRules<StepRules>>;

/** Rules that matter where each latent has a variance of its own, or the variance is learned. */
export const COVARIANCE_MISTAKES = {
  notWhitened: wrong<StepRules>('the direction of g in place of sqrt(Sigma) g', { whiten: (_scale, g) => g }),
  whitenedTwice: wrong<StepRules>('the direction of Sigma g in place of sqrt(Sigma) g', {
    whiten: (scale, g) => whiten(scale, whiten(scale, g)),
  }),
  outerDetached: wrong<StepRules>('sqrt(Sigma) in front of the direction detached', {
    outer: (scale, eta) => detach(scaleUp(scale, eta)),
  }),
} satisfies Record<string, WrongRules<StepRules>>;
