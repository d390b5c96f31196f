/** @file RAE-6: what is tested, and its negative controls. */
import * as tf from '@tensorflow/tfjs';
import { SPECTRAL_RULES } from '../../../../src/core/net/spectral.js';
import { scaledNorm } from '../../../../src/core/perturbation.js';
import { mat, wrong } from '../../../kit.js';
import { type Convolution, overlap } from './conv-matrices.js';

export const SUBJECT = {
  spectral: SPECTRAL_RULES,
  /** The norm of a layer W / sigma, from the largest singular value of W and the estimate sigma. */
  normalised: (sigma: number, estimate: number) => sigma / estimate,
  /**
   * The estimate after so many iterations, from singular values and the parts of the start along left
   * singular vectors.
   */
  estimated: (values: mat.Vector, parts: mat.Vector, iterations: number) => {
    const weights = values.map((s, k) => parts[k]! * (s / values[0]!) ** (2 * iterations - 1));
    return mat.norm(weights.map((w, k) => w * values[k]!)) / mat.norm(weights);
  },
  /** The norm of a convolution over that of its kernel, at most. */
  spread: (layer: Convolution) => overlap(layer),
};
export type Subject = typeof SUBJECT;

export const MUTANTS = {
  ...wrong.formula(SUBJECT, 'normalised', {
    upperBound: [
      'the estimate taken for an upper bound: norms of at most 1',
      (sigma, found) => Math.min(1, sigma / found),
    ],
  }),
  ...wrong.rules(SUBJECT, 'spectral', {
    frobenius: [
      'the Frobenius norm for the spectral norm',
      { estimate: matrix => tf.sum(scaledNorm(tf.reshape(matrix, [1, matrix.size]))) },
    ],
    notNormalised: ['singular vectors that are not normalised', { unit: v => v }],
    largestEntry: ['vectors divided by their largest entry', { unit: v => tf.div(v, tf.max(tf.abs(v))) }],
    squared: ['the squared norm', { estimate: (m, _, v) => tf.sum(tf.square(tf.matMul(m, v))) }],
    detached: [
      'the estimate as a constant of the gradient',
      { estimate: (m, u, v) => SPECTRAL_RULES.estimate(SPECTRAL_RULES.hold(m), u, v) },
    ],
    differentiated: ['singular vectors that are differentiated', { hold: v => v }],
    averaged: [
      'the mean over rows for the product with u',
      { estimate: (m, _, v) => tf.sum(tf.mean(tf.matMul(m, v), 0)) },
    ],
  }),
  ...wrong.formula(SUBJECT, 'estimated', {
    oneMoreIteration: [
      'an iteration too many in the closed form',
      (values, parts, iterations) => SUBJECT.estimated(values, parts, iterations + 1),
    ],
    halfRate: [
      '(sigma_2 / sigma_1)^2 for its fourth power',
      (values, parts, iterations) => SUBJECT.estimated(values, parts, iterations / 2 + 0.5),
    ],
  }),
  ...wrong.formula(SUBJECT, 'spread', {
    oneLipschitz: ['1 for any convolution', () => 1],
    strideForgotten: ['size for size / stride', ({ size }) => size],
    spreadUnrooted: ['the number of overlapping patches without its root', layer => overlap(layer) ** 2],
  }),
};
