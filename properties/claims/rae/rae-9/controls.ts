/** @file RAE-9: what is tested, and its negative controls. */
import { type Mutant, mutant } from '../../../../src/claims/claim.js';
import type { Random } from '../../../../src/claims/random.js';
import { klOfCovariances } from '../../../../src/theory/closed/gaussian.js';
import { EM_RULES, type EmRules } from '../../../../src/theory/density/em.js';
import { fitGaussian, type Gaussian } from '../../../../src/theory/density/gaussian.js';
import { type Mixture, mixtureSamplerOf } from '../../../../src/theory/density/mixture.js';
import type { Matrix, Vector } from '../../../../src/theory/numerics/matrix.js';

export interface Subject {
  readonly rules: EmRules;
  readonly sampler: (mixture: Mixture) => (random: Random) => number[];
  /** By how much a step with a floor may lower the log-likelihood of n points, given the mixture after it. */
  readonly loss: (n: number, after: Mixture, floor: number) => number;
  /** What a tenth of a component's standard deviation on a datum gains, in d dimensions. */
  readonly perDecade: (d: number) => number;
}

const lowered = ({ covariance }: Gaussian, floor: number): Matrix =>
  covariance.map((row, i) => row.map((x, j) => (i === j ? x - floor : x)));

export const SUBJECT: Subject = {
  rules: EM_RULES,
  sampler: mixtureSamplerOf,
  loss: (n, { weights, components }, floor) =>
    n *
    components.reduce((sum, c, k) => sum + weights[k]! * klOfCovariances(lowered(c, floor), c.covariance), 0),
  perDecade: d => d * Math.log(10),
};

const inRules = (says: string, change: Partial<EmRules>): Mutant<Subject> => {
  const rules = { ...EM_RULES, ...change };
  return mutant<Subject>(says, s => ({ ...s, rules }));
};
const inFit = (
  says: string,
  change: (fit: Gaussian, weights: Vector) => Partial<Gaussian>,
): Mutant<Subject> =>
  inRules(says, {
    fit: (points, weights) => {
      const found = fitGaussian(points, weights);
      return { ...found, ...change(found, weights) };
    },
  });

export const MUTANTS: Readonly<Record<string, Mutant<Subject>>> = {
  unbiased: inFit('covariances divided by N - 1', ({ covariance }, weights) => {
    const total = weights.reduce((a, b) => a + b, 0);
    return { covariance: covariance.map(row => row.map(x => (x * total) / (total - 1))) };
  }),
  uncentred: inFit('second moments for covariances', ({ covariance, mean }) => ({
    covariance: covariance.map((row, i) => row.map((x, j) => x + mean[i]! * mean[j]!)),
  })),
  diagonal: inFit('variances alone', ({ covariance }) => ({
    covariance: covariance.map((row, i) => row.map((x, j) => (i === j ? x : 0))),
  })),
  hidden: inRules('something added to every covariance unasked, as scikit-learn does', {
    floored: (component, floor) => EM_RULES.floored(component, floor + 1e-6),
  }),
  hardAssignment: inRules('each point to its likeliest component alone', {
    responsibilities: joint => {
      const found = EM_RULES.responsibilities(joint);
      const best = joint.indexOf(Math.max(...joint));
      return { ...found, shares: joint.map((_, k) => (k === best ? 1 : 1e-9)) };
    },
  }),
  equalShares: inRules('responsibilities that ignore the densities', {
    responsibilities: joint => ({
      ...EM_RULES.responsibilities(joint),
      shares: joint.map(() => 1 / joint.length),
    }),
  }),
  softened: inRules('responsibilities from the roots of the densities', {
    responsibilities: joint => EM_RULES.responsibilities(joint.map(t => t / 2)),
  }),
  noLoss: mutant('a floor counted as monotone', s => ({ ...s, loss: () => 0 })),
  lossOfPoint: mutant('the loss of one point for that of all', s => ({
    ...s,
    loss: (_, after, floor) => SUBJECT.loss(1, after, floor),
  })),
  floorIgnored: inRules('no floor', { floored: component => component }),
  perDecadeOnce: mutant('log 10 in every dimension', s => ({ ...s, perDecade: () => Math.log(10) })),
  covarianceForFactor: mutant('the covariance for its Cholesky factor in the sampler', s => ({
    ...s,
    sampler: ({ weights, components }) =>
      mixtureSamplerOf({
        weights,
        components: components.map(c => ({
          mean: c.mean,
          covariance: c.covariance.map(u =>
            c.covariance.map(v => u.reduce((sum, x, k) => sum + x * v[k]!, 0)),
          ),
        })),
      }),
  })),
  weightsIgnored: mutant('components drawn with equal weights', s => ({
    ...s,
    sampler: ({ components }) =>
      mixtureSamplerOf({ weights: components.map(() => 1 / components.length), components }),
  })),
  firstComponent: mutant('the first component alone', s => ({
    ...s,
    sampler: ({ components }) => mixtureSamplerOf({ weights: [1], components: components.slice(0, 1) }),
  })),
};
