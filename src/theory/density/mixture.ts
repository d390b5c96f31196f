/** @file Mixtures of Gaussians: density and samples. */

import type { Random } from '../../claims/random.js';
import { add, type Matrix, scale, type Vector } from '../numerics/matrix.js';
import { type Gaussian, logDensityOf, samplerOf } from './gaussian.js';

export interface Mixture {
  /** They add up to one. */
  readonly weights: Vector;
  readonly components: readonly Gaussian[];
}

/** log sum exp, free of overflow; -Infinity for nothing but zeros. */
export function logSumExp(terms: Vector): number {
  const largest = Math.max(...terms);
  if (largest === -Infinity) return largest;
  return largest + Math.log(terms.reduce((sum, t) => sum + Math.exp(t - largest), 0));
}

/** log(pi_k N(x; m_k, C_k)) for all k, as a function of x. */
export function jointLogDensitiesOf({ weights, components }: Mixture): (x: Vector) => number[] {
  const densities = components.map(logDensityOf);
  const logs = weights.map(Math.log);
  return x => densities.map((density, k) => logs[k]! + density(x));
}

/** log p(x) as a function of x. */
export function mixtureLogDensityOf(mixture: Mixture): (x: Vector) => number {
  const joint = jointLogDensitiesOf(mixture);
  return x => logSumExp(joint(x));
}

/** The sum of log p(x) over the points. */
export function logLikelihood(mixture: Mixture, points: Matrix): number {
  const density = mixtureLogDensityOf(mixture);
  return points.reduce((sum, x) => sum + density(x), 0);
}

/** A draw: a component by its weight, then a draw of it. */
export function mixtureSamplerOf({ weights, components }: Mixture): (random: Random) => number[] {
  const samplers = components.map(samplerOf);
  return random => {
    let rest = random.uniform();
    const k = weights.findIndex(weight => {
      rest -= weight;
      return rest < 0;
    });
    // rounding may leave nothing: then it was the last
    return samplers.at(k)!(random);
  };
}

/** The Gaussian with a mixture's mean and covariance. */
export function momentsOf({ weights, components }: Mixture): Gaussian {
  const mean = components.map((c, k) => scale(weights[k]!, c.mean)).reduce(add);
  const entry = (i: number, j: number): number =>
    components.reduce(
      (sum, c, k) =>
        sum + weights[k]! * (c.covariance[i]![j]! + (c.mean[i]! - mean[i]!) * (c.mean[j]! - mean[j]!)),
      0,
    );
  return { mean, covariance: mean.map((_, i) => mean.map((__, j) => entry(i, j))) };
}
