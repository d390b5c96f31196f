/** @file What UJV-18 is tested on, and its negative controls. */
import * as tf from '@tensorflow/tfjs';
import {
  MEAN_FIELD_RULES,
  type MeanFieldRules,
  PRINTED_MEAN_FIELD_RULES,
} from '../../../../src/core/variational/mean-field.js';
import { type PosteriorRules, plainDescent } from '../../../../src/core/variational/posterior.js';
import * as variationalSam from '../../../../src/core/variational/variational-sam.js';
import { constant } from '../../../../src/engine/ops.js';
import { type Mutant, mutant, wrong } from '../../../kit.js';
import type { Prior } from '../../../subjects/sam/weight-posteriors.js';

export const SUBJECT = {
  meanField: MEAN_FIELD_RULES,
  variational: variationalSam.VARIATIONAL_SAM_RULES,
  /** What the optimiser takes off the mean beside the printed update, per rate. */
  weightDecay: ({ prior, examples }: Prior) => 1 / (examples * prior),
};
export type Subject = typeof SUBJECT;

/** A wrong rule in both algorithms. */
const wrongBoth = (says: string, change: Partial<PosteriorRules>): Mutant<Subject> => {
  const rules = {
    meanField: { ...MEAN_FIELD_RULES, ...change },
    variational: { ...variationalSam.VARIATIONAL_SAM_RULES, ...change },
  };
  return mutant<Subject>(says, s => ({ ...s, ...rules }));
};
const wrongMeanField = (says: string, change: Partial<MeanFieldRules>): Mutant<Subject> => {
  const meanField = { ...MEAN_FIELD_RULES, ...change };
  return mutant<Subject>(says, s => ({ ...s, meanField }));
};
const wrongVariational = (
  says: string,
  change: Partial<variationalSam.VariationalSamRules>,
): Mutant<Subject> => {
  const variational = { ...variationalSam.VARIATIONAL_SAM_RULES, ...change };
  return mutant<Subject>(says, s => ({ ...s, variational }));
};

const PRINTED = {
  meanField: PRINTED_MEAN_FIELD_RULES,
  variational: variationalSam.PRINTED_VARIATIONAL_SAM_RULES,
};

export const MUTANTS: Readonly<Record<string, Mutant<Subject>>> = {
  printed: mutant<Subject>('both algorithms as printed', s => ({ ...s, ...PRINTED })),
  decayMissing: wrongBoth('no decay of the mean', { meanWeight: () => constant(0) }),
  examplesMissing: wrongBoth('N is missing in the decay', { meanWeight: () => constant(1) }),
  varianceNotAveraged: wrongBoth('N is missing in the KL of the variances', {
    varianceWeight: () => constant(1),
  }),
  varianceKlMissing: wrongBoth('no KL of the variances', { varianceWeight: () => constant(0) }),
  plain: wrongBoth('descent on the variances themselves', { updateVariance: plainDescent }),
  clamped: wrongBoth('descent on the variances, clamped at a small number', {
    updateVariance: (sigma2, gradient, rate) =>
      tf.maximum(plainDescent(sigma2, gradient, rate), constant(1e-12)),
  }),
  logWithoutChain: wrongBoth('the gradient by the variance taken for that by its logarithm', {
    updateVariance: (sigma2, gradient, rate) => tf.mul(sigma2, tf.exp(tf.neg(tf.mul(rate, gradient)))),
  }),
  ascent: wrongBoth('the variances move uphill', {
    updateVariance: (sigma2, gradient, rate) =>
      MEAN_FIELD_RULES.updateVariance(sigma2, tf.neg(gradient), rate),
  }),
  priorDeviation: wrongBoth('sigma0 for sigma0^2 in the decay', {
    meanKl: (mean, prior) => MEAN_FIELD_RULES.meanKl(mean, tf.sqrt(prior)),
  }),
  klSign: wrongBoth('log det Sigma with the wrong sign', {
    varianceKl: (sigma2, prior) =>
      tf.add(MEAN_FIELD_RULES.varianceKl(sigma2, prior), tf.sum(tf.log(tf.div(sigma2, prior)))),
  }),
  covarianceForRoot: wrongMeanField('Sigma times the noise', { std: sigma2 => sigma2 }),
  noNoise: wrongMeanField('no noise', { sample: mean => mean }),
  radiusDropped: wrongVariational('no sqrt(p)', { radius: () => 1 }),
  radiusSquared: wrongVariational('p for sqrt(p)', { radius: p => p }),
  ...wrong.formula(SUBJECT, 'weightDecay', {
    decayHalved: ['the weight decay alpha for 2 alpha', ({ prior, examples }) => 1 / (2 * examples * prior)],
    decayPerBatch: ['a weight decay without N', ({ prior }) => 1 / prior],
  }),
  rootMissing: wrongVariational('Sigma for its root in the sharpness', { std: sigma2 => sigma2 }),
};
