/** @file What KP-12 is tested on, and its negative controls. */
import * as tf from '@tensorflow/tfjs';
import * as betaVaeBernoulli from '../../../../src/core/objectives/vae/beta-vae-bernoulli.js';
import * as betaVaeTaylorBernoulli from '../../../../src/core/objectives/vae/beta-vae-taylor-bernoulli.js';
import { type Mutant, wrong } from '../../../kit.js';
import { mistaken } from '../../../subjects/mistaken.js';

export const SUBJECT = {
  /** d^2 log p / d g^2 for the probability g. */
  second: (x: number, g: number) => -x / g ** 2 - (1 - x) / (1 - g) ** 2,
  /** Eq. (6) over the Hessian, for x = 1, a sigmoid output and a logit linear in the code. */
  ratio: (g: number) => (1 - g) / g,
  /** The cosine of the Jacobian's columns for two white pixels with a diagonal Hessian. */
  cosine: (p: number, q: number) => {
    const [v, w] = [p * (1 - p), q * (1 - q)];
    return (v - w) / (v + w);
  },
  vae: betaVaeBernoulli.BERNOULLI_VAE_RULES,
  taylor: betaVaeTaylorBernoulli.BERNOULLI_TAYLOR_RULES,
};
export type Subject = typeof SUBJECT;

export const printedSecond = (x: number, g: number): number => -1 / (1 - x - g) ** 2;

const inVae = (s: Subject, vae: betaVaeBernoulli.BernoulliVaeRules): Subject => ({ ...s, vae });

const inTaylor = (s: Subject, taylor: betaVaeTaylorBernoulli.BernoulliTaylorRules): Subject => ({
  ...s,
  taylor,
});

export const MUTANTS = {
  ...wrong.formula(SUBJECT, 'second', {
    printed: ['the printed second derivative', printedSecond],
    residual: ['-1 / (x - g)^2', (x, g) => -1 / (x - g) ** 2],
  }),
  ...wrong.formula(SUBJECT, 'ratio', {
    exactAtGoodFit: ['eq. (6) taken to be the Hessian at a good fit', () => 1],
    inverted: ['g / (1 - g)', g => g / (1 - g)],
  }),
  ...wrong.formula(SUBJECT, 'cosine', {
    orthogonal: ['columns that are orthogonal, as section 5.1 has it', () => 0],
    squaredWeights: [
      'the squares of the weights',
      (p, q) => ((p * (1 - p)) ** 2 - (q * (1 - q)) ** 2) / ((p * (1 - p)) ** 2 + (q * (1 - q)) ** 2),
    ],
  }),
  ...wrong.rules(SUBJECT, 'vae', {
    probabilities: [
      'probabilities where logits are meant',
      { loss: (x, a) => SUBJECT.vae.loss(x, tf.sigmoid(a)) },
    ],
    negative: ['the negative of the data', { loss: (x, a) => SUBJECT.vae.loss(x, tf.neg(a)) }],
  }),
  noNoise: mistaken(betaVaeBernoulli.BETA_VAE_BERNOULLI.mistakes.noNoise, inVae),
  betaIgnored: mistaken(betaVaeBernoulli.BETA_VAE_BERNOULLI.mistakes.betaIgnored, inVae),
  gaussianWeights: mistaken(
    betaVaeTaylorBernoulli.BETA_VAE_TAYLOR_BERNOULLI.mistakes.curvatureMissing,
    inTaylor,
  ),
  ...wrong.rules(SUBJECT, 'taylor', {
    probabilityWeights: [
      'weights 1 / (p (1 - p)), those of probabilities',
      { curvature: a => tf.div(1, SUBJECT.taylor.curvature(a)) },
    ],
    taylorLoss: [
      'the Taylor objective with half a squared error',
      { loss: (x, a) => tf.mul(tf.sum(tf.square(tf.sub(x, a)), 1), 0.5) },
    ],
  }),
  withoutHalf: mistaken(
    betaVaeTaylorBernoulli.BETA_VAE_TAYLOR_BERNOULLI.mistakes.penaltyWithoutHalf,
    inTaylor,
  ),
} satisfies Readonly<Record<string, Mutant<Subject>>>;
