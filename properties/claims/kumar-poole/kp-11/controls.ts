/** @file What KP-11 is tested on, and its negative controls. */
import * as tf from '@tensorflow/tfjs';
import {
  BETA_VAE_TAYLOR,
  BETA_VAE_TAYLOR_RULES,
  type BetaVaeTaylorRules,
} from '../../../../src/core/objectives/vae/beta-vae-taylor.js';
import {
  BERNOULLI_TAYLOR_RULES,
  type BernoulliTaylorRules,
} from '../../../../src/core/objectives/vae/beta-vae-taylor-bernoulli.js';
import { type Mutant, mat, wrong } from '../../../kit.js';
import { mistaken } from '../../../subjects/mistaken.js';
import { type Observation, sigmoid } from '../../../subjects/vae/curvature.js';

export interface Subject {
  /** J' diag(w) J */
  readonly outer: (jacobian: mat.Matrix, w: mat.Vector) => mat.Matrix;
  /** d log p / d g */
  readonly score: (observation: Observation, x: mat.Vector, output: mat.Vector) => mat.Vector;
  /** -d^2 log p / d g^2 */
  readonly weights: (observation: Observation, output: mat.Vector) => mat.Vector;
  /** -Hess log p from its Gauss-Newton part and sum_m score_m Hess g_m. */
  readonly together: (gaussNewton: mat.Matrix, contracted: mat.Matrix) => mat.Matrix;
  readonly taylor: BetaVaeTaylorRules;
  readonly bernoulli: BernoulliTaylorRules;
}

const means = (observation: Observation, output: mat.Vector): mat.Vector =>
  observation === 'gaussian' ? output : output.map(sigmoid);

export const SUBJECT: Subject = {
  outer: (j, w) =>
    mat.multiply(
      mat.transpose(j),
      j.map((row, m) => mat.scale(w[m]!, row)),
    ),
  score: (observation, x, output) => mat.subtract(x, means(observation, output)),
  weights: (observation, output) =>
    output.map(a => (observation === 'gaussian' ? 1 : sigmoid(a) * sigmoid(-a))),
  together: (gaussNewton, contracted) => mat.combine(1, gaussNewton, -1, contracted),
  taylor: BETA_VAE_TAYLOR_RULES,
  bernoulli: BERNOULLI_TAYLOR_RULES,
};

const inTaylor = (s: Subject, taylor: BetaVaeTaylorRules): Subject => ({ ...s, taylor });

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
  taylorWithoutHalf: mistaken(BETA_VAE_TAYLOR.mistakes.penaltyWithoutHalf, inTaylor),
  taylorFactorIgnored: mistaken(BETA_VAE_TAYLOR.mistakes.penaltyWithoutVariance, inTaylor),
  ...wrong.rules(SUBJECT, 'bernoulli', {
    bernoulliWithoutHalf: ['the same for Bernoulli observations', { prefactor: () => 1 }],
    bernoulliUnweighted: ['tr(J^T J S) for logits', { curvature: logits => tf.onesLike(logits) }],
    bernoulliDeviation: [
      'the standard deviation of a bit for its variance',
      { curvature: logits => tf.sqrt(SUBJECT.bernoulli.curvature(logits)) },
    ],
  }),
} satisfies Readonly<Record<string, Mutant<Subject>>>;
