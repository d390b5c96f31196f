/**
 * @file Ex-post density estimation with a mixture of Gaussians, fitted by expectation-maximisation (Dempster
 * et al. 1977).
 */

import type { Random } from '../../claims/random.js';
import type { Matrix, Vector } from '../numerics/matrix.js';
import { fitGaussian, type Gaussian } from './gaussian.js';
import { jointLogDensitiesOf, logSumExp, type Mixture } from './mixture.js';

/** The number of components in Ghosh et al. 2020. */
export const COMPONENTS = 10;

/** The two steps, and what is added to a covariance: what an implementation can get wrong. */
export interface EmRules {
  /** p(k | x) of each component, and log p(x). */
  responsibilities(joint: Vector): { readonly shares: Vector; readonly logDensity: number };
  /** The maximum-likelihood Gaussian of weighted points. */
  fit(points: Matrix, weights: Vector): Gaussian;
  /** Something to keep a covariance positive definite, 0 for maximum likelihood. */
  floored(component: Gaussian, floor: number): Gaussian;
}

export const EM_RULES: EmRules = {
  responsibilities: joint => {
    const logDensity = logSumExp(joint);
    return { shares: joint.map(t => Math.exp(t - logDensity)), logDensity };
  },
  fit: fitGaussian,
  floored: ({ mean, covariance }, floor) => ({
    mean,
    covariance: covariance.map((row, i) => row.map((x, j) => (i === j ? x + floor : x))),
  }),
};

export interface EmStep {
  readonly mixture: Mixture;
  /** Of the mixture before the step. */
  readonly logLikelihood: number;
}

/**
 * One iteration: responsibilities of the old mixture, then the best mixture for them, with `floor` on each
 * covariance's diagonal.
 */
export function emStep(points: Matrix, mixture: Mixture, floor = 0, rules: EmRules = EM_RULES): EmStep {
  const joint = jointLogDensitiesOf(mixture);
  const seen = points.map(x => rules.responsibilities(joint(x)));
  const columns = mixture.weights.map((_, k) => seen.map(({ shares }) => shares[k]!));
  const totals = columns.map(column => column.reduce((a, b) => a + b, 0));
  return {
    logLikelihood: seen.reduce((sum, { logDensity }) => sum + logDensity, 0),
    mixture: {
      weights: totals.map(total => total / points.length),
      components: columns.map(column => rules.floored(rules.fit(points, column), floor)),
    },
  };
}

export interface EmOptions {
  /** Added to the diagonal of every covariance; 0 when not said, which fails where a component collapses. */
  readonly floor?: number;
  /** Stops when a step gains less than this per point; 1e-6 when not said. */
  readonly tolerance?: number;
  /** 1000 when not said. */
  readonly iterations?: number;
}

/**
 * The mixture that EM reaches from a start, and the log-likelihoods on the way, the last one being that
 * before the last step.
 */
export function fitMixture(
  points: Matrix,
  start: Mixture,
  { floor = 0, tolerance = 1e-6, iterations = 1000 }: EmOptions = {},
): { readonly mixture: Mixture; readonly logLikelihoods: readonly number[] } {
  let mixture = start;
  const logLikelihoods: number[] = [];
  for (let i = 0; i < iterations; i++) {
    const step = emStep(points, mixture, floor);
    const gain = step.logLikelihood - (logLikelihoods.at(-1) ?? -Infinity);
    logLikelihoods.push(step.logLikelihood);
    mixture = step.mixture;
    if (gain < tolerance * points.length) break;
  }
  return { mixture, logLikelihoods };
}

/** An index drawn with probability proportional to the weights. */
function pick(weights: Vector, random: Random): number {
  let rest = random.uniform() * weights.reduce((a, b) => a + b, 0);
  const found = weights.findIndex(weight => {
    rest -= weight;
    return rest < 0;
  });
  return found < 0 ? weights.findLastIndex(weight => weight > 0) : found;
}

const squaredDistance = (a: Vector, b: Vector): number => a.reduce((sum, x, i) => sum + (x - b[i]!) ** 2, 0);

/**
 * A mixture to start from: centres among the points, each drawn with probability proportional to the squared
 * distance from those before it (k-means++), with equal weights and the covariance of all points: broad, so
 * that no component starts out with a single point.
 */
export function startMixture(points: Matrix, random: Random, components: number = COMPONENTS): Mixture {
  if (!(Number.isInteger(components) && components >= 1 && components <= points.length))
    throw new Error(
      `mixture: the number of components must be from 1 to the ${points.length} points, got ${components}`,
    );
  const centres = [
    points[
      pick(
        points.map(() => 1),
        random,
      )
    ]!,
  ];
  let distances = points.map(x => squaredDistance(x, centres[0]!));
  while (centres.length < components) {
    const last = points[distances.some(x => x > 0) ? pick(distances, random) : 0]!;
    centres.push(last);
    distances = distances.map((known, i) => Math.min(known, squaredDistance(points[i]!, last)));
  }
  const { covariance } = fitGaussian(points);
  return {
    weights: centres.map(() => 1 / components),
    components: centres.map(mean => ({ mean, covariance })),
  };
}
