/** @file What UJV-5 is tested on, and its negative controls. */
import * as tf from '@tensorflow/tfjs';
import * as evolutionStrategy from '../../../../src/core/variational/evolution-strategy.js';
import { MEAN_FIELD_RULES, type MeanFieldRules } from '../../../../src/core/variational/mean-field.js';
import { constant } from '../../../../src/engine/ops.js';
import { type Mutant, mat, mutant } from '../../../kit.js';

/** A square root of Sigma, and how it changes where Sigma changes by a symmetric matrix. */
export interface Root {
  readonly factor: (sigma: mat.Matrix) => number[][];
  readonly derivative: (sigma: mat.Matrix, change: mat.Matrix) => number[][];
}

export interface Subject {
  readonly meanField: MeanFieldRules;
  readonly evolution: evolutionStrategy.EvolutionRules;
  readonly natural: evolutionStrategy.EvolutionRules;
  readonly triangular: Root;
  readonly symmetric: Root;
  /**
   * The score estimate of the gradient by Sigma from one value L(mu + xi), given Sigma^-1 xi and Sigma^-1.
   */
  readonly score: (value: number, whitened: mat.Vector, precision: mat.Matrix) => number[][];
}

/** L Phi(L^-1 dSigma L^-T), Phi the lower triangle with half of the diagonal. */
const triangular = (diagonalPart: number): Root => ({
  factor: mat.cholesky,
  derivative: (sigma, change) => {
    const factor = mat.cholesky(sigma);
    const half = mat.transpose(mat.transpose(change).map(column => mat.solveLower(factor, column)));
    const inner = half.map(row => mat.solveLower(factor, row));
    const phi = inner.map((row, i) => row.map((x, j) => (j < i ? x : j === i ? diagonalPart * x : 0)));
    return mat.multiply(factor, phi);
  },
});

/** In the eigenbasis: dSigma_ij / (root_i + root_j). */
const symmetric = (denominator: (a: number, b: number) => number): Root => ({
  factor: sigma => inBasis(sigma, (values, i, j) => (i === j ? Math.sqrt(values[i]!) : 0)),
  derivative: (sigma, change) => {
    const { vectors } = mat.symmetricEigen(sigma);
    return inBasis(
      sigma,
      (values, i, j) =>
        mat.form(vectors[i]!, change, vectors[j]!) /
        denominator(Math.sqrt(values[i]!), Math.sqrt(values[j]!)),
    );
  },
});

function inBasis(sigma: mat.Matrix, entry: (values: mat.Vector, i: number, j: number) => number): number[][] {
  const { values, vectors } = mat.symmetricEigen(sigma);
  const inner = values.map((_, i) => values.map((_, j) => entry(values, i, j)));
  return mat.multiply(mat.transpose(vectors), mat.multiply(inner, vectors));
}

export const SUBJECT: Subject = {
  meanField: MEAN_FIELD_RULES,
  evolution: evolutionStrategy.EVOLUTION_RULES,
  natural: evolutionStrategy.NATURAL_EVOLUTION_RULES,
  triangular: triangular(1 / 2),
  symmetric: symmetric((a, b) => a + b),
  score: (value, whitened, precision) =>
    mat.combine(value / 2, mat.outer(whitened, whitened), -value / 2, precision),
};

const inEvolution = (says: string, change: Partial<evolutionStrategy.EvolutionRules>) => {
  const evolution = { ...evolutionStrategy.EVOLUTION_RULES, ...change };
  return mutant<Subject>(says, s => ({ ...s, evolution }));
};
const inNatural = (says: string, change: Partial<evolutionStrategy.EvolutionRules>) => {
  const natural = { ...evolutionStrategy.NATURAL_EVOLUTION_RULES, ...change };
  return mutant<Subject>(says, s => ({ ...s, natural }));
};
const inMeanField = (says: string, change: Partial<MeanFieldRules>) => {
  const meanField = { ...MEAN_FIELD_RULES, ...change };
  return mutant<Subject>(says, s => ({ ...s, meanField }));
};
const other = (says: string, change: Partial<Subject>) => mutant<Subject>(says, s => ({ ...s, ...change }));

const { varianceScore } = evolutionStrategy.EVOLUTION_RULES;

export const MUTANTS: Readonly<Record<string, Mutant<Subject>>> = {
  deviationMissing: inEvolution('eta for eta / sigma', { meanScore: (_, noise) => noise }),
  varianceForDeviation: inEvolution('eta / sigma^2 for eta / sigma', {
    meanScore: (std, noise) => tf.div(noise, tf.square(std)),
  }),
  oneMissing: inEvolution('eta^2 for eta^2 - 1', {
    varianceScore: (std, noise) => tf.div(tf.square(noise), tf.mul(constant(2), tf.square(std))),
  }),
  halfMissing: inEvolution('the score of the variances without 1/2', {
    varianceScore: (std, noise) => tf.mul(constant(2), varianceScore(std, noise)),
  }),
  deviationScore: inEvolution('the score of the deviations for that of the variances', {
    varianceScore: (std, noise) => tf.div(tf.sub(tf.square(noise), constant(1)), std),
  }),
  scoreSign: inEvolution('the mean moves the wrong way', {
    meanScore: (std, noise) => tf.neg(tf.div(noise, std)),
  }),
  mirrorNotHalved: inEvolution('the mirrored pair is not halved', { mirrorWeight: 1 }),
  covarianceForRoot: inEvolution('Sigma times the noise instead of its square root', {
    sample: (mean, std, noise) => tf.add(mean, tf.mul(tf.square(std), noise)),
  }),
  fisherTwice: inNatural('sigma^4 for 2 sigma^4', {
    varianceMetric: (gradient, std) => tf.mul(gradient, tf.square(tf.square(std))),
  }),
  fisherInverted: inNatural('the Fisher matrix for its inverse', {
    meanMetric: (gradient, std) => tf.div(gradient, tf.square(std)),
  }),
  fisherRoot: inNatural('sigma for sigma^2', { meanMetric: (gradient, std) => tf.mul(gradient, std) }),
  meanFieldRoot: inMeanField('Sigma times the noise instead of its square root', {
    std: sigma2 => sigma2,
  }),
  meanFieldFrozen: inMeanField('the noise is not scaled by the deviation that is differentiated', {
    sample: (mean, _, noise) => tf.add(mean, noise),
  }),
  triangleWhole: other('the whole diagonal in the derivative of the triangular root', {
    triangular: triangular(1),
  }),
  symmetricDiagonal: other('1 / (2 root_i) for 1 / (root_i + root_j)', {
    symmetric: symmetric(a => 2 * a),
  }),
  precisionMissing: other('the score without -Sigma^-1', {
    score: (value, whitened) => mat.outer(mat.scale(value / 2, whitened), whitened),
  }),
  scoreHalfMissing: other('the score by Sigma without 1/2', {
    score: (value, whitened, precision) =>
      mat.combine(value, mat.outer(whitened, whitened), -value, precision),
  }),
  sameRoot: other('the triangular root taken for the symmetric one', { symmetric: triangular(1 / 2) }),
};
