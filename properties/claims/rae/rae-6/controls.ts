/** @file RAE-6: what is tested, and its negative controls. */
import * as tf from '@tensorflow/tfjs';
import { type Mutant, mutant } from '../../../../src/claims/claim.js';
import { SPECTRAL_RULES, type SpectralRules } from '../../../../src/core/net/spectral.js';
import { scaledNorm } from '../../../../src/core/perturbation.js';
import { norm, type Vector } from '../../../../src/theory/numerics/matrix.js';
import { type Convolution, overlap } from './conv-matrices.js';

export interface Subject {
  readonly spectral: SpectralRules;
  /** The norm of a layer W / sigma, from the largest singular value of W and the estimate sigma. */
  readonly normalised: (largest: number, estimate: number) => number;
  /** The estimate after so many iterations, from singular values and the parts of the start along left singular vectors. */
  readonly estimated: (values: Vector, parts: Vector, iterations: number) => number;
  /** The norm of a convolution over that of its kernel, at most. */
  readonly spread: (layer: Convolution) => number;
}

export const SUBJECT: Subject = {
  spectral: SPECTRAL_RULES,
  normalised: (sigma, estimate) => sigma / estimate,
  estimated: (values, parts, iterations) => {
    const weights = values.map((s, k) => parts[k]! * (s / values[0]!) ** (2 * iterations - 1));
    return norm(weights.map((w, k) => w * values[k]!)) / norm(weights);
  },
  spread: layer => overlap(layer),
};

const inRules = (says: string, change: Partial<SpectralRules>): Mutant<Subject> => {
  const spectral = { ...SPECTRAL_RULES, ...change };
  return mutant<Subject>(says, s => ({ ...s, spectral }));
};

export const MUTANTS: Readonly<Record<string, Mutant<Subject>>> = {
  upperBound: mutant('the estimate taken for an upper bound: norms of at most 1', s => ({
    ...s,
    normalised: (sigma, found) => Math.min(1, sigma / found),
  })),
  frobenius: inRules('the Frobenius norm for the spectral norm', {
    estimate: matrix => tf.sum(scaledNorm(tf.reshape(matrix, [1, matrix.size]))),
  }),
  notNormalised: inRules('singular vectors that are not normalised', { unit: v => v }),
  largestEntry: inRules('vectors divided by their largest entry', {
    unit: v => tf.div(v, tf.max(tf.abs(v))),
  }),
  squared: inRules('the squared norm', { estimate: (m, _, v) => tf.sum(tf.square(tf.matMul(m, v))) }),
  detached: inRules('the estimate as a constant of the gradient', {
    estimate: (m, u, v) => SPECTRAL_RULES.estimate(SPECTRAL_RULES.hold(m), u, v),
  }),
  differentiated: inRules('singular vectors that are differentiated', { hold: v => v }),
  averaged: inRules('the mean over rows for the product with u', {
    estimate: (m, _, v) => tf.sum(tf.mean(tf.matMul(m, v), 0)),
  }),
  oneMoreIteration: mutant('an iteration too many in the closed form', s => ({
    ...s,
    estimated: (values, parts, iterations) => s.estimated(values, parts, iterations + 1),
  })),
  halfRate: mutant('(sigma_2 / sigma_1)^2 for its fourth power', s => ({
    ...s,
    estimated: (values, parts, iterations) => s.estimated(values, parts, iterations / 2 + 0.5),
  })),
  oneLipschitz: mutant('1 for any convolution', s => ({ ...s, spread: () => 1 })),
  strideForgotten: mutant('size for size / stride', s => ({ ...s, spread: ({ size }) => size })),
  spreadUnrooted: mutant('the number of overlapping patches without its root', s => ({
    ...s,
    spread: layer => overlap(layer) ** 2,
  })),
};
