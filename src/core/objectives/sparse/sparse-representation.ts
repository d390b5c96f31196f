/**
 * @file The deterministic objective of the sparse-representation analysis (Dai, Wenliang & Wipf 2021, eq. 7).
 */
import * as tf from '@tensorflow/tfjs';
import type { Penalty } from '../../penalties.js';
import { type Objective, pointAt } from '../objective.js';

export interface SparseRepresentationHyper {
  /** Of the mean squared error of an entry. */
  readonly g: Penalty;
  /** Of the mean square of each latent. */
  readonly h: Penalty;
}

export interface SparseRepresentationRules {
  /** What g is a function of, a scalar, from the squared errors [B] and the entries D of a sample. */
  error(errors: tf.Tensor, entries: number): tf.Tensor;
  /** What h is a function of: the mean over the samples of each latent's square, [d] of [B, d]. */
  energy(codes: tf.Tensor): tf.Tensor;
  /** The penalties [d] of all latents as one number. */
  total(penalties: tf.Tensor, entries: number): tf.Tensor;
}

export const SPARSE_REPRESENTATION_RULES: SparseRepresentationRules = {
  error: (errors, entries) => tf.div(tf.mean(errors), entries),
  energy: codes => tf.mean(tf.square(codes), 0),
  total: (penalties, entries) => tf.div(tf.sum(penalties), entries),
};

/**
 * g(1/(D n) sum_i |x_i - f(z_i)|^2) + 1/D sum_k h(1/n sum_i z_ik^2), z_i the encoder's means; the batch is
 * the data set.
 */
export const makeSparseRepresentation = (
  rules: SparseRepresentationRules = SPARSE_REPRESENTATION_RULES,
): Objective<SparseRepresentationHyper> => ({
  name: 'sparse-representation',
  usesNoise: false,
  terms: ['reconstruction', 'fit', 'penalty'],
  evaluate(net, params, { x }, { g, h }) {
    const { mean } = net.encode(params, x);
    const errors = pointAt(net, params, x, 'sum', mean).loss(mean);
    const entries = net.data.reduce((a, b) => a * b, 1);
    const fit = g(rules.error(errors, entries));
    const penalty = rules.total(h(rules.energy(mean)), entries);
    return { loss: tf.add(fit, penalty), terms: { reconstruction: tf.mean(errors), fit, penalty } };
  },
});
