/** @file What KP-14 is tested on, and its negative controls. */
import * as tf from '@tensorflow/tfjs';
import { GRAE, GRAE_RULES, type GraeRules } from '../../../../src/core/objectives/grae/grae.js';
import * as betaVaeTaylor from '../../../../src/core/objectives/vae/beta-vae-taylor.js';
import { constant } from '../../../../src/engine/ops.js';
import { graeCovariance } from '../../../../src/theory/closed/grae.js';
import { type Mutant, mat, wrong } from '../../../kit.js';
import { mistaken } from '../../../subjects/mistaken.js';

export const SUBJECT = {
  grae: GRAE_RULES,
  taylor: betaVaeTaylor.BETA_VAE_TAYLOR_RULES,
  /** Eq. (11): the covariance that is optimal for a Jacobian. */
  covariance: (j: mat.Matrix, beta: number, d: number) => graeCovariance(j, beta, d),
};
export type Subject = typeof SUBJECT;

const inGrae = (s: Subject, grae: GraeRules): Subject => ({ ...s, grae });

const inTaylor = (s: Subject, taylor: betaVaeTaylor.BetaVaeTaylorRules): Subject => ({ ...s, taylor });

const swap = (a: tf.Tensor): tf.Tensor => tf.transpose(a, [0, 2, 1]);

export const MUTANTS = {
  missingHalf: mistaken(GRAE.mistakes.penaltyWithoutHalf, inGrae),
  missingBeta: mistaken(GRAE.mistakes.penaltyWithoutBeta, inGrae),
  betaSquared: mistaken(GRAE.mistakes.betaForRoot, inGrae),
  betaDropped: mistaken(GRAE.mistakes.betaMissing, inGrae),
  betaInverted: mistaken(GRAE.mistakes.betaMultiplied, inGrae),
  firstOrder: mistaken(GRAE.mistakes.firstOrder, inGrae),
  ...wrong.rules(SUBJECT, 'grae', {
    log10: ['decimal logarithm', { logDet: a => tf.mul(GRAE_RULES.logDet(a), constant(Math.LOG10E)) }],
    noPrior: ['no prior on the code', { prior: mean => tf.mul(GRAE_RULES.prior(mean), 0) }],
    sylvester: [
      "JJ' instead of J'J inside the log det",
      { logDet: a => GRAE_RULES.logDet(swap(a)) },
      "Sylvester: det(I + J'J/beta) = det(I + JJ'/beta) for every J, so value and all derivatives are the same.",
    ],
  }),
  frozenJacobian: mistaken(GRAE.mistakes.jacobianDetached, inGrae),
  priorWithoutHalf: mistaken(GRAE.mistakes.priorWithoutHalf, inGrae),
  taylorWithoutHalf: mistaken(betaVaeTaylor.BETA_VAE_TAYLOR.mistakes.penaltyWithoutHalf, inTaylor),
  taylorFactorIgnored: mistaken(betaVaeTaylor.BETA_VAE_TAYLOR.mistakes.penaltyWithoutVariance, inTaylor),
  ...wrong.rules(SUBJECT, 'taylor', {
    taylorFactorTransposed: [
      "J L' for J L",
      { spread: (j, s) => (s.kind === 'cholesky' ? tf.matMul(j, s.factor, false, true) : j) },
    ],
    klSign: [
      'KL with the log det added',
      {
        kl: (mean, s) =>
          s.kind === 'cholesky'
            ? tf.add(betaVaeTaylor.BETA_VAE_TAYLOR_RULES.kl(mean, s), tf.mul(tf.sum(s.logDiagonal, 1), 2))
            : betaVaeTaylor.BETA_VAE_TAYLOR_RULES.kl(mean, s),
      },
    ],
  }),
  taylorFrozenJacobian: mistaken(betaVaeTaylor.BETA_VAE_TAYLOR.mistakes.jacobianDetached, inTaylor),
  klWithoutDimension: mistaken(betaVaeTaylor.BETA_VAE_TAYLOR.mistakes.klWithoutDimension, inTaylor),
  ...wrong.formula(SUBJECT, 'covariance', {
    noIdentity: [
      'S = beta (A + 1e-3)^-1: the identity of the prior forgotten',
      (j, beta, d) => mat.inverse(mat.combine(1 / beta, mat.gram(j, d), 1e-3 / beta, mat.identity(d))),
    ],
    covarianceBetaDropped: ['S = (I + A)^-1', (j, _, d) => graeCovariance(j, 1, d)],
    covarianceBetaSquared: ['S = (I + A / beta^2)^-1', (j, beta, d) => graeCovariance(j, beta ** 2, d)],
    diagonalOnly: [
      'S = 1 / diag(I + A / beta)',
      (j, beta, d) => mat.gram(j, d).map((row, i) => row.map((x, k) => (i === k ? 1 / (1 + x / beta) : 0))),
    ],
  }),
} satisfies Readonly<Record<string, Mutant<Subject>>>;
