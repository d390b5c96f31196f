/** @file Known mistakes in the objectives of regularised autoencoders. */
import * as tf from '@tensorflow/tfjs';
import { gradient, jacobian } from '../../core/derivatives.js';
import { logDetIdentityPlusGram, logHadamardBound } from '../../core/log-determinant.js';
import { GRAE_RULES, type GraeRules } from '../../core/objectives/grae.js';
import { type Point, squaredNorm } from '../../core/objectives/objective.js';
import { RAE_JACOBIAN_RULES, type RaeJacobianRules } from '../../core/objectives/rae-jacobian.js';
import { RAE_L2_RULES, type RaeL2Rules } from '../../core/objectives/rae-l2.js';
import type { RaeLossGradientRules } from '../../core/objectives/rae-loss-gradient.js';
import { VAE_SAM_RAE_RULES, type VaeSamRaeRules } from '../../core/objectives/vae-sam.js';
import { scaledNorm } from '../../core/perturbation.js';
import { constant, detach } from '../../engine/ops.js';
import type { ObjectiveOf } from '../metadata.js';
import { misread, type WrongRules, wrong } from './mistake.js';
import { batchNorm, otherReconstruction, PRIOR_MISTAKES, unused } from './parts.js';

type Reconstructed = 'rae-loss-gradient' | 'rae-jacobian' | 'rae-l2';

const conventions = <K extends Reconstructed>() => ({
  ...PRIOR_MISTAKES,
  betaUnused: unused<ObjectiveOf<K>, 'beta'>('beta'),
  lambdaUnused: unused<ObjectiveOf<K>, 'lambda'>('lambda'),
  recSum: otherReconstruction<ObjectiveOf<K>>('sum'),
  recHalf: otherReconstruction<ObjectiveOf<K>>('half'),
  recMean: otherReconstruction<ObjectiveOf<K>>('mean'),
});

const decoderJacobian = (at: Point): tf.Tensor => jacobian(at.decode, at.z);

/** J^T 1, [B, d]: what a gradient of the summed output gives. */
const columnSums = (at: Point): tf.Tensor => gradient(z => tf.sum(at.decode(z), 1), at.z);

const PENALTY_MISTAKES = {
  squaredPenalty: wrong<RaeLossGradientRules>('the squared norm penalised', { norm: squaredNorm }),
  halfPenalty: wrong<RaeLossGradientRules>('half of the norm penalised', {
    norm: g => tf.mul(scaledNorm(g), 0.5),
  }),
  doubledPenalty: wrong<RaeLossGradientRules>('a factor 2 in the penalty', {
    norm: g => tf.mul(scaledNorm(g), 2),
  }),
  frozenDenominator: wrong<RaeLossGradientRules>(
    'the norm in the denominator of its gradient only half differentiated',
    {
      norm: g => tf.div(squaredNorm(g), detach(scaledNorm(g))),
    },
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
    {
      gradient: decoderJacobian,
    },
  ),
  outputGradient: wrong<RaeLossGradientRules>('the gradient of the summed output in place of the loss', {
    gradient: columnSums,
  }),
} satisfies Record<string, WrongRules<RaeLossGradientRules>>;

export const RAE_LOSS_GRADIENT_MISTAKES = { ...PENALTY_MISTAKES, ...conventions<'rae-loss-gradient'>() };

export const RAE_JACOBIAN_MISTAKES = {
  otherPower: wrong<RaeJacobianRules>('the squared norm in place of the norm, or the other way round', {
    measure: (matrix, power) => RAE_JACOBIAN_RULES.measure(matrix, power === 1 ? 2 : 1),
  }),
  halfPenalty: wrong<RaeJacobianRules>('half of the penalty', {
    measure: (matrix, power) => tf.mul(RAE_JACOBIAN_RULES.measure(matrix, power), 0.5),
  }),
  meanPenalty: wrong<RaeJacobianRules>('the mean of the squared entries in place of their sum', {
    measure: (matrix, power) => {
      const mean = tf.div(matrix, constant(Math.sqrt(matrix.size / matrix.shape[0]!)));
      return RAE_JACOBIAN_RULES.measure(mean, power);
    },
  }),
  constantPenalty: wrong<RaeJacobianRules>('the penalty not differentiated', {
    measure: (matrix, power) => detach(RAE_JACOBIAN_RULES.measure(matrix, power)),
  }),
  columnSums: wrong<RaeJacobianRules>('the gradient of the summed output in place of the Jacobian', {
    jacobian: at => tf.expandDims(columnSums(at), 1),
  }),
  gradientForJacobian: wrong<RaeJacobianRules>('the gradient of the loss in place of the Jacobian', {
    jacobian: at => tf.expandDims(gradient(at.loss, at.z), 1),
  }),
  squaredOutput: wrong<RaeJacobianRules>('the gradient of the squared output in place of the Jacobian', {
    jacobian: at =>
      tf.expandDims(
        gradient(z => squaredNorm(at.decode(z)), at.z),
        1,
      ),
  }),
  ...conventions<'rae-jacobian'>(),
};

const decayOf =
  (keep: (name: string) => boolean): RaeL2Rules['decay'] =>
  params =>
    tf.addN(
      Object.entries(params)
        .filter(([name]) => keep(name))
        .map(([, w]) => tf.sum(tf.square(w))),
    );

export const RAE_L2_MISTAKES = {
  weightsOnly: wrong<RaeL2Rules>('weight decay without the biases', {
    decay: decayOf(name => name.startsWith('decoder.') && name.endsWith('.weight')),
  }),
  allParameters: wrong<RaeL2Rules>('weight decay on the encoder too', { decay: decayOf(() => true) }),
  decayHalf: wrong<RaeL2Rules>('weight decay with a 1/2', {
    decay: params => tf.mul(RAE_L2_RULES.decay(params), 0.5),
  }),
  decayUnsquared: wrong<RaeL2Rules>('the norm of the decoder in place of the sum of squares', {
    decay: params => tf.sqrt(RAE_L2_RULES.decay(params)),
  }),
  ...conventions<'rae-l2'>(),
};

const GRAE_BOTH = {
  penaltyWithoutHalf: wrong<GraeRules>('beta in place of beta/2 in front of the penalty', {
    prefactor: beta => beta,
  }),
  penaltyWithoutBeta: wrong<GraeRules>('1/2 in place of beta/2 in front of the penalty', {
    prefactor: () => constant(0.5),
  }),
  betaMissing: wrong<GraeRules>('J in place of J/sqrt(beta)', { scaled: matrix => matrix }),
  betaForRoot: wrong<GraeRules>('J/beta in place of J/sqrt(beta)', {
    scaled: (matrix, beta) => tf.div(matrix, beta),
  }),
  betaMultiplied: wrong<GraeRules>('J sqrt(beta) in place of J/sqrt(beta)', {
    scaled: (matrix, beta) => tf.mul(matrix, tf.sqrt(beta)),
  }),
  firstOrder: wrong<GraeRules>('the trace in place of the log det: its first order', {
    logDet: a => tf.sum(tf.square(a), [1, 2]),
  }),
  otherGram: wrong<GraeRules>('rows of the Jacobian in place of columns in the bound', {
    logDet: a => tf.sum(tf.log1p(tf.sum(tf.square(a), 2)), 1),
  }),
  jacobianDetached: wrong<GraeRules>('the Jacobian detached', {
    jacobian: at => detach(GRAE_RULES.jacobian(at)),
  }),
  ...PRIOR_MISTAKES,
} satisfies Record<string, WrongRules<GraeRules>>;

export const GRAE_MISTAKES = {
  hadamard: wrong<GraeRules>('the Hadamard bound in place of the log det', { logDet: logHadamardBound }),
  ...GRAE_BOTH,
  betaUnused: unused<ObjectiveOf<'grae'>, 'beta'>('beta'),
};

export const GRAE_HADAMARD_MISTAKES = {
  logDeterminant: wrong<GraeRules>('the log det in place of its Hadamard bound', {
    logDet: logDetIdentityPlusGram,
  }),
  ...GRAE_BOTH,
  betaUnused: unused<ObjectiveOf<'grae-hadamard'>, 'beta'>('beta'),
};

export const VAE_SAM_RAE_MISTAKES = {
  sampleNorm: wrong<VaeSamRaeRules>('the mean of one norm a sample in place of one norm over the batch', {
    norm: matrix => tf.mean(scaledNorm(matrix)),
  }),
  squaredNorm: wrong<VaeSamRaeRules>('squared norms', { norm: matrix => tf.sum(tf.square(matrix)) }),
  gradientOfSum: wrong<VaeSamRaeRules>('the gradient of the sum over the batch in place of the mean', {
    gradient: at => gradient(at.loss, at.z),
  }),
  gradientDetached: wrong<VaeSamRaeRules>('the gradient not differentiated', {
    gradient: at => detach(VAE_SAM_RAE_RULES.gradient(at)),
  }),
  rootDimensionMissing: wrong<VaeSamRaeRules>('the factor sqrt(d) missing', {
    coefficient: (_d, alpha2) => tf.sqrt(alpha2),
  }),
  dimensionForRoot: wrong<VaeSamRaeRules>('d in place of sqrt(d)', {
    coefficient: (d, alpha2) => tf.mul(tf.sqrt(alpha2), d),
  }),
  varianceForDeviation: wrong<VaeSamRaeRules>('alpha2 in place of alpha', {
    coefficient: (d, alpha2) => tf.mul(alpha2, constant(Math.sqrt(d))),
  }),
  coefficientUnused: unused<ObjectiveOf<'vae-sam-rae'>, 'klCoeff'>('klCoeff'),
  coefficientDoubled: misread<ObjectiveOf<'vae-sam-rae'>>('|M| without its 1/2', objective => ({
    ...objective,
    klCoeff: 2 * objective.klCoeff,
  })),
};
