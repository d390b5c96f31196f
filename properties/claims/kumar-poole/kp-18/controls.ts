/** @file What KP-18 is tested on, and its negative controls. */
import * as tf from '@tensorflow/tfjs';
import { scaleUp } from '../../../../src/core/gaussian.js';
import { GRAE_RULES, type GraeRules } from '../../../../src/core/objectives/grae/grae.js';
import { GRAE_HADAMARD_RULES } from '../../../../src/core/objectives/grae/grae-hadamard.js';
import {
  BETA_VAE_TAYLOR_RULES,
  type BetaVaeTaylorRules,
} from '../../../../src/core/objectives/vae/beta-vae-taylor.js';
import { VAE_RULES, type VaeRules } from '../../../../src/core/objectives/vae/vae.js';
import { constant } from '../../../../src/engine/ops.js';
import { mat, quad, wrong } from '../../../kit.js';

export interface Subject {
  readonly vae: VaeRules;
  readonly taylor: BetaVaeTaylorRules;
  readonly grae: GraeRules;
  readonly hadamard: GraeRules;
  /** Noises that average a quadratic exactly. */
  readonly points: (d: number) => readonly quad.WeightedPoint[];
  /** The best linear encoder of a linear decoder, [d, D]. */
  readonly encoder: (weight: mat.Matrix, beta: number, d: number) => mat.Matrix;
}

/** (W'W + beta I)^-1 W' = V diag(s / (s^2 + beta)) U'. */
function ridgeEncoder(weight: mat.Matrix, beta: number, d: number): number[][] {
  const { values, right, scaledLeft } = mat.svd(weight, d);
  return right.map((_, i) =>
    weight.map((__, m) =>
      values.reduce((sum, s, k) => sum + (right[k]![i]! * scaledLeft[k]![m]!) / (s ** 2 + beta), 0),
    ),
  );
}

export const SUBJECT: Subject = {
  vae: VAE_RULES,
  taylor: BETA_VAE_TAYLOR_RULES,
  grae: GRAE_RULES,
  hadamard: GRAE_HADAMARD_RULES,
  points: quad.sigmaPoints,
  encoder: ridgeEncoder,
};

const sampleTransposed: VaeRules['sample'] = (mean, s, noise) =>
  s.kind === 'cholesky'
    ? tf.add(mean, tf.squeeze(tf.matMul(s.factor, tf.expandDims(noise, 2), true), [2]))
    : tf.add(mean, scaleUp(s, noise));

const unscaledPoints: Subject['points'] = d =>
  quad.sigmaPoints(d).map(({ point, weight }) => ({ point: mat.scale(1 / Math.sqrt(d), point), weight }));

export const MUTANTS = {
  ...wrong.rules(SUBJECT, 'grae', {
    inverseBeta: [
      'observations of variance 1 / beta instead of beta: log det(I + beta A)',
      { scaled: (j, beta) => tf.mul(j, tf.sqrt(beta)) },
    ],
    missingHalf: ['beta log det', { prefactor: beta => beta }],
    betaDropped: ['log det(I + A)', { scaled: j => j }],
    missingBeta: ['log det / 2, no beta in front', { prefactor: () => constant(0.5) }],
    hadamardForGrae: ['the Hadamard bound for the log det', GRAE_HADAMARD_RULES],
  }),
  ...wrong.rules(SUBJECT, 'hadamard', {
    graeForHadamard: ['the log det for the Hadamard bound: any rotation is accepted', GRAE_RULES],
    rowsForColumns: [
      'rows instead of columns in the Hadamard bound',
      { logDet: a => GRAE_HADAMARD_RULES.logDet(tf.transpose(a, [0, 2, 1])) },
    ],
  }),
  ...wrong.formula(SUBJECT, 'encoder', {
    leastSquares: [
      'the encoder without the prior: beta 1e-3 of what it is',
      (w, beta, d) => ridgeEncoder(w, beta / 1000, d),
    ],
    transposedWeights: [
      'the encoder W^T / beta',
      (w, beta, d) => mat.transpose(w, d).map(row => mat.scale(1 / beta, row)),
    ],
  }),
  ...wrong.rules(SUBJECT, 'vae', {
    covarianceForRoot: [
      'Sigma times the noise instead of its square root',
      { sample: (mean, s, noise) => tf.add(mean, scaleUp(s, scaleUp(s, noise))) },
    ],
    noNoise: ['the mean code only', { sample: mean => mean }],
    factorTransposed: ['the transposed Cholesky factor', { sample: sampleTransposed }],
    betaIgnored: ['the VAE with beta = 1', { weight: () => 1 }],
    betaSquared: ['beta^2 KL', { weight: beta => tf.square(beta) }],
    klWithoutDimension: [
      'KL without - d / 2',
      { kl: (mean, s) => tf.add(VAE_RULES.kl(mean, s), mean.shape[1]! / 2) },
    ],
  }),
  ...wrong.formula(SUBJECT, 'points', {
    oneSample: [
      'one noise instead of the average',
      d => [{ point: Array.from({ length: d }, (_, i) => Math.cos(i + 1)), weight: 1 }],
    ],
    unscaledPoints: ['sigma points of length 1 instead of sqrt(d)', unscaledPoints],
  }),
  ...wrong.rules(SUBJECT, 'taylor', {
    taylorWithoutHalf: ['tr(A S) for tr(A S) / 2', { prefactor: () => 1 }],
  }),
};
