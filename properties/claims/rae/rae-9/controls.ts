/** @file RAE-9: what is tested, and its negative controls. */

import { klOfCovariances } from '../../../../src/theory/closed/gaussian.js';
import { EM_RULES } from '../../../../src/theory/density/em.js';
import { fitGaussian, type Gaussian } from '../../../../src/theory/density/gaussian.js';
import { type Mixture, mixtureSamplerOf } from '../../../../src/theory/density/mixture.js';
import { mat, wrong } from '../../../kit.js';
import * as densityCases from '../../../subjects/rae/density-cases.js';

const lowered = ({ covariance }: Gaussian, floor: number): mat.Matrix =>
  covariance.map((row, i) => row.map((x, j) => (i === j ? x - floor : x)));

export const SUBJECT = {
  rules: EM_RULES,
  sampler: mixtureSamplerOf,
  /** By how much a step with a floor may lower the log-likelihood of n points, given the mixture after it. */
  loss: (n: number, { weights, components }: Mixture, floor: number) =>
    n * mat.sum(components.map((c, k) => weights[k]! * klOfCovariances(lowered(c, floor), c.covariance))),
  /** What a tenth of a component's standard deviation on a datum gains, in d dimensions. */
  perDecade: (d: number) => d * Math.log(10),
};
export type Subject = typeof SUBJECT;

const changed =
  (change: (fit: Gaussian, weights: mat.Vector) => Partial<Gaussian>): typeof EM_RULES.fit =>
  (points, weights) => {
    const found = fitGaussian(points, weights);
    return { ...found, ...change(found, weights) };
  };
const unbiased = changed(({ covariance }, weights) => {
  const total = mat.sum(weights);
  return { covariance: covariance.map(row => row.map(x => (x * total) / (total - 1))) };
});

const { responsibilities } = EM_RULES;
const hard: typeof responsibilities = joint => {
  const best = joint.indexOf(Math.max(...joint));
  return { ...responsibilities(joint), shares: joint.map((_, k) => (k === best ? 1 : 1e-9)) };
};
const equal: typeof responsibilities = joint => ({
  ...responsibilities(joint),
  shares: joint.map(() => 1 / joint.length),
});

export const MUTANTS = {
  ...wrong.rules(SUBJECT, 'rules', {
    unbiased: ['covariances divided by N - 1', { fit: unbiased }],
    uncentred: ['second moments for covariances', { fit: changed(densityCases.uncentred) }],
    diagonal: ['variances alone', { fit: changed(densityCases.diagonal) }],
    hidden: [
      'something added to every covariance unasked, as scikit-learn does',
      { floored: (component, floor) => EM_RULES.floored(component, floor + 1e-6) },
    ],
    hardAssignment: ['each point to its likeliest component alone', { responsibilities: hard }],
    equalShares: ['responsibilities that ignore the densities', { responsibilities: equal }],
    softened: [
      'responsibilities from the roots of the densities',
      { responsibilities: joint => responsibilities(joint.map(t => t / 2)) },
    ],
    floorIgnored: ['no floor', { floored: component => component }],
  }),
  ...wrong.formula(SUBJECT, 'loss', {
    noLoss: ['a floor counted as monotone', () => 0],
    lossOfPoint: [
      'the loss of one point for that of all',
      (_, after, floor) => SUBJECT.loss(1, after, floor),
    ],
  }),
  ...wrong.formula(SUBJECT, 'perDecade', {
    perDecadeOnce: ['log 10 in every dimension', () => Math.log(10)],
  }),
  ...wrong.formula(SUBJECT, 'sampler', {
    covarianceForFactor: [
      'the covariance for its Cholesky factor in the sampler',
      ({ weights, components }) =>
        mixtureSamplerOf({
          weights,
          components: components.map(({ mean, covariance }) => ({
            mean,
            covariance: mat.multiply(covariance, mat.transpose(covariance)),
          })),
        }),
    ],
    weightsIgnored: [
      'components drawn with equal weights',
      ({ components }) =>
        mixtureSamplerOf({ weights: components.map(() => 1 / components.length), components }),
    ],
    firstComponent: [
      'the first component alone',
      ({ components }) => mixtureSamplerOf({ weights: [1], components: components.slice(0, 1) }),
    ],
  }),
};
