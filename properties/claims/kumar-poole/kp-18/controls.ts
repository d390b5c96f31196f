/** @file What KP-18 is tested on, and its negative controls. */

import * as tf from '@tensorflow/tfjs';
import { type Mutant, mutant } from '../../../../src/claims/claim.js';
import { scaleUp } from '../../../../src/core/gaussian.js';
import { GRAE, GRAE_RULES, type GraeRules } from '../../../../src/core/objectives/grae/grae.js';
import { GRAE_HADAMARD_RULES } from '../../../../src/core/objectives/grae/grae-hadamard.js';
import {
  BETA_VAE_TAYLOR_RULES,
  type BetaVaeTaylorRules,
} from '../../../../src/core/objectives/vae/beta-vae-taylor.js';
import { VAE, VAE_RULES, type VaeRules } from '../../../../src/core/objectives/vae/vae.js';
import { svd } from '../../../../src/theory/numerics/eigen.js';
import { sigmaPoints, type WeightedPoint } from '../../../../src/theory/numerics/gauss-hermite.js';
import { type Matrix, scale, transpose } from '../../../../src/theory/numerics/matrix.js';
import { mistaken } from '../../../subjects/mistaken.js';

export interface Subject {
  readonly vae: VaeRules;
  readonly taylor: BetaVaeTaylorRules;
  readonly grae: GraeRules;
  readonly hadamard: GraeRules;
  /** Noises that average a quadratic exactly. */
  readonly points: (d: number) => readonly WeightedPoint[];
  /** The best linear encoder of a linear decoder, [d, D]. */
  readonly encoder: (weight: Matrix, beta: number, d: number) => Matrix;
}

/** (W'W + beta I)^-1 W' = V diag(s / (s^2 + beta)) U'. */
function ridgeEncoder(weight: Matrix, beta: number, d: number): number[][] {
  const { values, right, scaledLeft } = svd(weight, d);
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
  points: sigmaPoints,
  encoder: ridgeEncoder,
};

const inVae = (s: Subject, vae: VaeRules): Subject => ({ ...s, vae });
const withVae = (change: Partial<VaeRules>) => {
  const vae = { ...SUBJECT.vae, ...change };
  return (s: Subject): Subject => ({ ...s, vae });
};
const inGrae = (s: Subject, grae: GraeRules): Subject => ({ ...s, grae });

export const MUTANTS = {
  inverseBeta: mistaken(GRAE.mistakes.betaMultiplied, inGrae),
  missingHalf: mistaken(GRAE.mistakes.penaltyWithoutHalf, inGrae),
  betaDropped: mistaken(GRAE.mistakes.betaMissing, inGrae),
  missingBeta: mistaken(GRAE.mistakes.penaltyWithoutBeta, inGrae),
  hadamardForGrae: mutant('the Hadamard bound for the log det', s => ({ ...s, grae: s.hadamard })),
  graeForHadamard: mutant('the log det for the Hadamard bound: any rotation is accepted', s => ({
    ...s,
    hadamard: s.grae,
  })),
  rowsForColumns: mutant('rows instead of columns in the Hadamard bound', s => ({
    ...s,
    hadamard: { ...s.hadamard, logDet: a => s.hadamard.logDet(tf.transpose(a, [0, 2, 1])) },
  })),
  leastSquares: mutant('the encoder without the prior: beta 1e-3 of what it is', s => ({
    ...s,
    encoder: (w, beta, d) => s.encoder(w, beta / 1000, d),
  })),
  transposedWeights: mutant('the encoder W^T / beta', s => ({
    ...s,
    encoder: (w, beta, d) => transpose(w, d).map(row => scale(1 / beta, row)),
  })),
  covarianceForRoot: mistaken(VAE.mistakes.varianceForDeviation, inVae),
  noNoise: mistaken(VAE.mistakes.noNoise, inVae),
  factorTransposed: mutant(
    'the transposed Cholesky factor',
    withVae({
      sample: (mean, s, noise) =>
        s.kind === 'cholesky'
          ? tf.add(mean, tf.squeeze(tf.matMul(s.factor, tf.expandDims(noise, 2), true), [2]))
          : tf.add(mean, scaleUp(s, noise)),
    }),
  ),
  betaIgnored: mistaken(VAE.mistakes.betaIgnored, inVae),
  betaSquared: mutant('beta^2 KL', withVae({ weight: beta => tf.square(beta) })),
  klWithoutDimension: mistaken(VAE.mistakes.klWithoutDimension, inVae),
  oneSample: mutant('one noise instead of the average', s => ({
    ...s,
    points: d => [{ point: Array.from({ length: d }, (_, i) => Math.cos(i + 1)), weight: 1 }],
  })),
  unscaledPoints: mutant('sigma points of length 1 instead of sqrt(d)', s => ({
    ...s,
    points: d => s.points(d).map(({ point, weight }) => ({ point: scale(1 / Math.sqrt(d), point), weight })),
  })),
  taylorWithoutHalf: mutant('tr(A S) for tr(A S) / 2', s => ({
    ...s,
    taylor: { ...s.taylor, prefactor: () => 1 },
  })),
} satisfies Readonly<Record<string, Mutant<Subject>>>;
