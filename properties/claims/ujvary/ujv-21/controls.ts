/** @file What UJV-21 is tested on, and its negative controls. */
import * as tf from '@tensorflow/tfjs';
import { MEAN_FIELD_RULES } from '../../../../src/core/variational/mean-field.js';
import {
  VARIATIONAL_SAM_RULES,
  type VariationalSamRules,
} from '../../../../src/core/variational/variational-sam.js';
import { constant } from '../../../../src/engine/ops.js';
import {
  variationalSamCovariance,
  variationalSamVariances,
} from '../../../../src/theory/closed/variational-sam.js';
import { type Mutant, mat, mutant } from '../../../kit.js';
import type { Prior } from '../../../subjects/sam/weight-posteriors.js';

export const SUBJECT = {
  variational: VARIATIONAL_SAM_RULES,
  meanField: MEAN_FIELD_RULES,
  /** The stationary variances for a gradient held fixed, and the stationary full covariance. */
  variances: variationalSamVariances,
  covariance: variationalSamCovariance,
  /** The stationary variance of MFVI on a quadratic. */
  meanFieldVariance: (curvature: number, { prior, examples }: Prior) =>
    1 / (1 / prior + examples * curvature),
};
export type Subject = typeof SUBJECT;

const inVariational = (says: string, change: Partial<VariationalSamRules>) => {
  const variational = { ...VARIATIONAL_SAM_RULES, ...change };
  return mutant<Subject>(says, s => ({ ...s, variational }));
};
const wrong = (says: string, change: Partial<Subject>) => mutant<Subject>(says, s => ({ ...s, ...change }));

export const MUTANTS: Readonly<Record<string, Mutant<Subject>>> = {
  radiusDropped: inVariational('no sqrt(p)', { radius: () => 1 }),
  radiusSquared: inVariational('p for sqrt(p)', { radius: p => p }),
  covarianceForRoot: inVariational('|Sigma g| for |Sigma^(1/2) g|', { std: sigma2 => sigma2 }),
  fixedCovariance: inVariational('the sharpness does not see Sigma', {
    std: sigma2 => tf.onesLike(sigma2),
  }),
  examplesMissing: inVariational('the KL not divided by N', {
    meanWeight: () => constant(1),
    varianceWeight: () => constant(1),
  }),
  klSign: inVariational('log det Sigma with the wrong sign', {
    varianceKl: (sigma2, prior) =>
      tf.add(VARIATIONAL_SAM_RULES.varianceKl(sigma2, prior), tf.sum(tf.log(tf.div(sigma2, prior)))),
  }),
  klMissing: inVariational('no KL of the variances', { varianceWeight: () => constant(0) }),
  decayMissing: inVariational('no KL of the mean', { meanWeight: () => constant(0) }),
  growing: inVariational('the step goes up', {
    updateVariance: (sigma2, gradient, rate) =>
      tf.add(sigma2, tf.mul(rate, tf.add(gradient, constant(0.125)))),
  }),
  frozenRoot: wrong('p for sqrt(p) in the closed form', {
    variances: (g, prior) =>
      variationalSamVariances(g, { ...prior, examples: prior.examples * Math.sqrt(g.length) }),
  }),
  curvatureForSlope: wrong('the variances of MFVI', {
    variances: (g, { prior, examples }) => g.map(() => 1 / (1 / prior + examples)),
  }),
  fullWithoutFour: wrong('sqrt(c^2 + 1/sigma0^2) in the closed form', {
    covariance: (g, { prior, examples }) => {
      const c = examples * Math.sqrt(g.length) * mat.norm(g);
      const x = (c + Math.sqrt(c * c + 1 / prior)) / 2;
      const unit = mat.scale(1 / mat.norm(g), g);
      return mat.combine(prior, mat.identity(g.length), x ** -2 - prior, mat.outer(unit, unit));
    },
  }),
  fullDiagonal: wrong('the diagonal of the full covariance', {
    covariance: (g, prior) => mat.diagonal(variationalSamCovariance(g, prior).map((row, i) => row[i]!)),
  }),
  halfCurvature: wrong('half of the curvature in MFVI', {
    meanFieldVariance: (curvature, prior) => SUBJECT.meanFieldVariance(curvature / 2, prior),
  }),
};
