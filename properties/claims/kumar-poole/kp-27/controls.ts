/** @file What KP-27 is tested on, and its negative controls. */
import * as tf from '@tensorflow/tfjs';
import { type Scale, scaleUp } from '../../../../src/core/gaussian.js';
import { GRAE } from '../../../../src/core/objectives/grae/grae.js';
import { GRAE_HADAMARD } from '../../../../src/core/objectives/grae/grae-hadamard.js';
import { BETA_VAE_TAYLOR } from '../../../../src/core/objectives/vae/beta-vae-taylor.js';
import { VAE } from '../../../../src/core/objectives/vae/vae.js';
import { detach } from '../../../../src/engine/ops.js';
import { wrong } from '../../../kit.js';
import { known } from '../../../subjects/mistaken.js';

export const SUBJECT = {
  vae: VAE.rules,
  taylor: BETA_VAE_TAYLOR.rules,
  grae: GRAE.rules,
  hadamard: GRAE_HADAMARD.rules,
  /** What the gradients add up to, from the mean of Z_j^2 + S_jj. */
  excess: (second: number, beta: number) => -beta * (second - 1),
};
export type Subject = typeof SUBJECT;

/** The same covariance, with nothing differentiated through it. */
function held(scale: Scale): Scale {
  return scale.kind === 'cholesky'
    ? { kind: 'cholesky', factor: detach(scale.factor), logDiagonal: detach(scale.logDiagonal) }
    : { ...scale, std: detach(scale.std), logVariance: detach(scale.logVariance) };
}

export const MUTANTS = {
  ...wrong.rules(SUBJECT, 'vae', {
    ...known(VAE, {
      klSign: 'klLogSign',
      logDeviation: 'klLogDeviation',
      heldCode: 'sampleDetached',
      betaIgnored: 'betaIgnored',
    }),
    priorWithoutHalf: [
      '|h|^2 for |h|^2 / 2 in the KL',
      { kl: (mean, s) => tf.add(VAE.rules.kl(mean, s), tf.mul(tf.sum(tf.square(mean), 1), 0.5)) },
    ],
    heldScale: [
      'no gradient through the covariance of the sample',
      { sample: (mean, s, noise) => tf.add(mean, scaleUp(held(s), noise)) },
    ],
  }),
  ...wrong.rules(SUBJECT, 'taylor', {
    ...known(BETA_VAE_TAYLOR, { taylorFrozenJacobian: 'jacobianDetached' }),
    taylorWithoutHalf: [
      'the KL of half the weight that tr(A S) / 2 needs',
      { kl: (mean, s) => tf.mul(BETA_VAE_TAYLOR.rules.kl(mean, s), 0.5) },
    ],
  }),
  ...wrong.rules(SUBJECT, 'grae', {
    ...known(GRAE, {
      graeMissingHalf: 'penaltyWithoutHalf',
      graeBetaDropped: 'betaMissing',
      graeFrozenJacobian: 'jacobianDetached',
    }),
    graePrior: ['no prior on the code in GRAE', { prior: mean => tf.mul(GRAE.rules.prior(mean), 0) }],
  }),
  ...wrong.rules(
    SUBJECT,
    'hadamard',
    known(GRAE_HADAMARD, { logDetForHadamard: 'logDeterminant', hadamardRows: 'otherGram' }),
  ),
  ...wrong.formula(SUBJECT, 'excess', {
    momentWithoutOne: ['-beta mean(Z_j^2 + S_jj)', (second, beta) => -beta * second],
    oppositeSign: ['beta (mean(Z_j^2 + S_jj) - 1)', (second, beta) => beta * (second - 1)],
  }),
};
