/** @file What KP-11 is tested on, and its negative controls. */
import * as tf from '@tensorflow/tfjs';
import * as betaVaeTaylor from '../../../../src/core/objectives/vae/beta-vae-taylor.js';
import { BERNOULLI_TAYLOR_RULES } from '../../../../src/core/objectives/vae/beta-vae-taylor-bernoulli.js';
import { type Mutant, mat, wrong } from '../../../kit.js';
import { mistaken } from '../../../subjects/mistaken.js';
import { type Observation, sigmoid } from '../../../subjects/vae/curvature.js';

const means = (observation: Observation, output: mat.Vector): mat.Vector =>
  observation === 'gaussian' ? output : output.map(sigmoid);

export const SUBJECT = {
  /** J' diag(w) J */
  outer: (j: mat.Matrix, w: mat.Vector): mat.Matrix =>
    mat.multiply(
      mat.transpose(j),
      j.map((row, m) => mat.scale(w[m]!, row)),
    ),
  /** d log p / d g */
  score: (observation: Observation, x: mat.Vector, output: mat.Vector): mat.Vector =>
    mat.subtract(x, means(observation, output)),
  /** -d^2 log p / d g^2 */
  weights: (observation: Observation, output: mat.Vector): mat.Vector =>
    output.map(a => (observation === 'gaussian' ? 1 : sigmoid(a) * sigmoid(-a))),
  /** -Hess log p from its Gauss-Newton part and sum_m score_m Hess g_m. */
  together: (gaussNewton: mat.Matrix, contracted: mat.Matrix): mat.Matrix =>
    mat.combine(1, gaussNewton, -1, contracted),
  taylor: betaVaeTaylor.BETA_VAE_TAYLOR_RULES,
  bernoulli: BERNOULLI_TAYLOR_RULES,
};
export type Subject = typeof SUBJECT;

const inTaylor = (s: Subject, taylor: betaVaeTaylor.BetaVaeTaylorRules): Subject => ({ ...s, taylor });

export const MUTANTS = {
  ...wrong.formula(SUBJECT, 'outer', {
    wrongGram: [
      "JJ' where that has the same shape",
      (j, w) => (j.length === j[0]!.length ? SUBJECT.outer(mat.transpose(j), w) : SUBJECT.outer(j, w)),
    ],
  }),
  ...wrong.formula(SUBJECT, 'together', {
    firstPartOnly: ['the second part dropped', a => a],
    residualSign: ['the residual with the other sign', (a, r) => mat.combine(1, a, 1, r)],
  }),
  ...wrong.formula(SUBJECT, 'weights', {
    curvatureOfProbability: [
      'weights 1 for logits, as if they were Gaussian means',
      (_, output) => output.map(() => 1),
    ],
  }),
  ...wrong.formula(SUBJECT, 'score', {
    scoreOfLogits: ['x - a for the score of logits', (_, x, output) => mat.subtract(x, output)],
  }),
  taylorWithoutHalf: mistaken(betaVaeTaylor.BETA_VAE_TAYLOR.mistakes.penaltyWithoutHalf, inTaylor),
  taylorFactorIgnored: mistaken(betaVaeTaylor.BETA_VAE_TAYLOR.mistakes.penaltyWithoutVariance, inTaylor),
  ...wrong.rules(SUBJECT, 'bernoulli', {
    bernoulliWithoutHalf: ['the same for Bernoulli observations', { prefactor: () => 1 }],
    bernoulliUnweighted: ['tr(J^T J S) for logits', { curvature: logits => tf.onesLike(logits) }],
    bernoulliDeviation: [
      'the standard deviation of a bit for its variance',
      { curvature: logits => tf.sqrt(SUBJECT.bernoulli.curvature(logits)) },
    ],
  }),
} satisfies Readonly<Record<string, Mutant<Subject>>>;
