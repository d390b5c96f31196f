/** @file What KP-18 is tested on, and its negative controls. */
import * as tf from '@tensorflow/tfjs';
import { scaleUp } from '../../../../src/core/gaussian.js';
import { GRAE } from '../../../../src/core/objectives/grae/grae.js';
import { GRAE_HADAMARD } from '../../../../src/core/objectives/grae/grae-hadamard.js';
import { BETA_VAE_TAYLOR } from '../../../../src/core/objectives/vae/beta-vae-taylor.js';
import { VAE } from '../../../../src/core/objectives/vae/vae.js';
import { mat, quad, wrong } from '../../../kit.js';
import { known } from '../../../subjects/mistaken.js';

export const SUBJECT = {
  vae: VAE.rules,
  taylor: BETA_VAE_TAYLOR.rules,
  grae: GRAE.rules,
  hadamard: GRAE_HADAMARD.rules,
  /** Noises that average a quadratic exactly. */
  points: (d: number): readonly quad.WeightedPoint[] => quad.sigmaPoints(d),
  /**
   * The best linear encoder of a linear decoder, [d, D]: (W'W + beta I)^-1 W' = V diag(s / (s^2 + beta)) U'.
   */
  encoder: (weight: mat.Matrix, beta: number, d: number): mat.Matrix => {
    const { values, right, scaledLeft } = mat.svd(weight, d);
    return right.map((_, i) =>
      weight.map((__, m) =>
        values.reduce((sum, s, k) => sum + (right[k]![i]! * scaledLeft[k]![m]!) / (s ** 2 + beta), 0),
      ),
    );
  },
};
export type Subject = typeof SUBJECT;

export const MUTANTS = {
  ...wrong.rules(
    SUBJECT,
    'grae',
    known(GRAE, {
      missingHalf: 'penaltyWithoutHalf',
      betaDropped: 'betaMissing',
      missingBeta: 'penaltyWithoutBeta',
      inverseBeta: 'betaMultiplied',
      hadamardForGrae: 'hadamard',
    }),
  ),
  ...wrong.rules(
    SUBJECT,
    'hadamard',
    known(GRAE_HADAMARD, { graeForHadamard: 'logDeterminant', rowsForColumns: 'otherGram' }),
  ),
  ...wrong.formula(SUBJECT, 'encoder', {
    leastSquares: [
      'the encoder without the prior: beta 1e-3 of what it is',
      (w, beta, d) => SUBJECT.encoder(w, beta / 1000, d),
    ],
    transposedWeights: [
      'the encoder W^T / beta',
      (w, beta, d) => mat.transpose(w, d).map(row => mat.scale(1 / beta, row)),
    ],
  }),
  ...wrong.rules(SUBJECT, 'vae', {
    ...known(VAE, {
      covarianceForRoot: 'varianceForDeviation',
      noNoise: 'noNoise',
      betaIgnored: 'betaIgnored',
      klWithoutDimension: 'klWithoutDimension',
    }),
    factorTransposed: [
      'the transposed Cholesky factor',
      {
        sample: (mean, s, noise) =>
          s.kind === 'cholesky'
            ? tf.add(mean, tf.squeeze(tf.matMul(s.factor, tf.expandDims(noise, 2), true), [2]))
            : tf.add(mean, scaleUp(s, noise)),
      },
    ],
    betaSquared: ['beta^2 KL', { weight: beta => tf.square(beta) }],
  }),
  ...wrong.formula(SUBJECT, 'points', {
    oneSample: [
      'one noise instead of the average',
      d => [{ point: Array.from({ length: d }, (_, i) => Math.cos(i + 1)), weight: 1 }],
    ],
    unscaledPoints: [
      'sigma points of length 1 instead of sqrt(d)',
      d =>
        quad
          .sigmaPoints(d)
          .map(({ point, weight }) => ({ point: mat.scale(1 / Math.sqrt(d), point), weight })),
    ],
  }),
  ...wrong.rules(SUBJECT, 'taylor', known(BETA_VAE_TAYLOR, { taylorWithoutHalf: 'penaltyWithoutHalf' })),
};
