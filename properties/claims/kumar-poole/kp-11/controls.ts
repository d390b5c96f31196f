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
import { type Mutant, mat, mutant } from '../../../kit.js';
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
const withBernoulli = (change: Partial<BernoulliTaylorRules>) => {
  const bernoulli = { ...SUBJECT.bernoulli, ...change };
  return (s: Subject): Subject => ({ ...s, bernoulli });
};

export const MUTANTS = {
  wrongGram: mutant("JJ' where that has the same shape", s => ({
    ...s,
    outer: (j, w) => (j.length === j[0]!.length ? SUBJECT.outer(mat.transpose(j), w) : SUBJECT.outer(j, w)),
  })),
  firstPartOnly: mutant('the second part dropped', s => ({ ...s, together: a => a })),
  residualSign: mutant('the residual with the other sign', s => ({
    ...s,
    together: (a, r) => mat.combine(1, a, 1, r),
  })),
  curvatureOfProbability: mutant('weights 1 for logits, as if they were Gaussian means', s => ({
    ...s,
    weights: (_, output) => output.map(() => 1),
  })),
  scoreOfLogits: mutant('x - a for the score of logits', s => ({
    ...s,
    score: (_, x, output) => mat.subtract(x, output),
  })),
  taylorWithoutHalf: mistaken(BETA_VAE_TAYLOR.mistakes.penaltyWithoutHalf, inTaylor),
  taylorFactorIgnored: mistaken(BETA_VAE_TAYLOR.mistakes.penaltyWithoutVariance, inTaylor),
  bernoulliWithoutHalf: mutant('the same for Bernoulli observations', withBernoulli({ prefactor: () => 1 })),
  bernoulliUnweighted: mutant(
    'tr(J^T J S) for logits',
    withBernoulli({ curvature: logits => tf.onesLike(logits) }),
  ),
  bernoulliDeviation: mutant(
    'the standard deviation of a bit for its variance',
    withBernoulli({ curvature: logits => tf.sqrt(SUBJECT.bernoulli.curvature(logits)) }),
  ),
} satisfies Readonly<Record<string, Mutant<Subject>>>;
