/** @file RAE-4: what is tested, and its negative controls. */
import * as tf from '@tensorflow/tfjs';
import { RAE_JACOBIAN } from '../../../../src/core/objectives/rae/rae-jacobian.js';
import { RAE_L2, type RaeL2Rules } from '../../../../src/core/objectives/rae/rae-l2.js';
import { VAE } from '../../../../src/core/objectives/vae/vae.js';
import { mat, wrong } from '../../../kit.js';
import { known } from '../../../subjects/mistaken.js';

/** Weights alone: what noise amounts to. */
const KERNELS: RaeL2Rules = RAE_L2.mistakes.weightsOnly.rules;

export const SUBJECT = {
  /** Weights and biases, as core decays them. */
  l2: RAE_L2.rules,
  kernels: KERNELS,
  jacobian: RAE_JACOBIAN.rules,
  vae: VAE.rules,
  /** A bound of |J|^2 by the squared norms of all layers. */
  product: (squares: mat.Vector) => squares.reduce((a, b) => a * b, 1),
  /** A bound of that by their sum alone. */
  power: (squares: mat.Vector) => (mat.sum(squares) / squares.length) ** squares.length,
  /** Our lambda for PyTorch's weight_decay. */
  fromTorch: (weightDecay: number) => weightDecay / 2,
};
export type Subject = typeof SUBJECT;

export const MUTANTS = {
  ...wrong.rules(SUBJECT, 'kernels', {
    halfDecay: ['half of the sum of squares', { decay: params => tf.mul(KERNELS.decay(params), 0.5) }],
  }),
  ...wrong.formula(SUBJECT, 'kernels', {
    biasesDecayed: ['the biases too, where noise is asked for', SUBJECT.l2],
  }),
  ...wrong.rules(
    SUBJECT,
    'l2',
    known(RAE_L2, {
      biasesSpared: 'weightsOnly',
      unsquared: 'decayUnsquared',
      halfCore: 'decayHalf',
      encoderToo: 'allParameters',
    }),
  ),
  ...wrong.rules(SUBJECT, 'jacobian', known(RAE_JACOBIAN, { meanJacobian: 'meanPenalty' })),
  ...wrong.rules(SUBJECT, 'vae', known(VAE, { varianceForDeviation: 'varianceForDeviation' })),
  ...wrong.formula(SUBJECT, 'product', {
    lastLayer: ['the last layer alone for the product', squares => squares.at(-1)!],
    rootOfProduct: ['norms for squared norms in the product', squares => Math.sqrt(SUBJECT.product(squares))],
  }),
  ...wrong.formula(SUBJECT, 'power', {
    sumForPower: ['the mean of the |W|^2 for its power', squares => mat.sum(squares) / squares.length],
  }),
  ...wrong.formula(SUBJECT, 'fromTorch', { torchUnhalved: ['lambda = weight_decay', decay => decay] }),
};
