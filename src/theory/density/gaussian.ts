/**
 * @file Ex-post density estimation with one Gaussian (Ghosh et al. 2020): fit to codes, density, samples,
 * divergences.
 */

import type { Random } from '../../claims/random.js';
import { cholesky, logDetOfFactor, solveLower } from '../numerics/cholesky.js';
import { add, apply, identity, type Matrix, norm, subtract, type Vector } from '../numerics/matrix.js';

/** N(mean, covariance). */
export interface Gaussian {
  readonly mean: Vector;
  readonly covariance: Matrix;
}

export const standardNormal = (d: number): Gaussian => ({
  mean: new Array<number>(d).fill(0),
  covariance: identity(d),
});

/**
 * The maximum-likelihood Gaussian of points (rows) with weights (all equal when not given): divided by their
 * sum, not by one less.
 */
export function fitGaussian(points: Matrix, weights?: Vector): Gaussian {
  const d = points[0]?.length ?? 0;
  const of = (i: number): number => weights?.[i] ?? 1;
  const total = weights === undefined ? points.length : weights.reduce((a, b) => a + b, 0);
  if (!(total > 0 && d > 0))
    throw new Error(
      `density: a Gaussian needs points with a positive total weight, got ${points.length} of weight ${total} - give codes`,
    );
  const mean = new Array<number>(d).fill(0);
  for (const [i, x] of points.entries()) for (let k = 0; k < d; k++) mean[k]! += (of(i) / total) * x[k]!;
  const covariance = mean.map(() => new Array<number>(d).fill(0));
  for (const [i, x] of points.entries())
    for (let k = 0; k < d; k++) {
      const along = (of(i) / total) * (x[k]! - mean[k]!);
      for (let l = 0; l <= k; l++) covariance[k]![l]! += along * (x[l]! - mean[l]!);
    }
  for (let k = 0; k < d; k++) for (let l = 0; l < k; l++) covariance[l]![k] = covariance[k]![l]!;
  return { mean, covariance };
}

/** log N(x; mean, covariance) as a function of x. Throws where the covariance is not positive definite. */
export function logDensityOf({ mean, covariance }: Gaussian): (x: Vector) => number {
  const factor = cholesky(covariance);
  const constant = logDetOfFactor(factor) + mean.length * Math.log(2 * Math.PI);
  return x => -(norm(solveLower(factor, subtract(x, mean))) ** 2 + constant) / 2;
}

/** A draw: mean + L eta with LL' the covariance. */
export function samplerOf({ mean, covariance }: Gaussian): (random: Random) => number[] {
  const factor = cholesky(covariance);
  return random =>
    add(
      mean,
      apply(
        factor,
        mean.map(() => random.normal()),
      ),
    );
}

/** KL(p || q) = (tr C_q^-1 C_p + |m_p - m_q|^2 in the metric of C_q^-1 - log det C_q^-1 C_p - d) / 2. */
export function klOfGaussians(p: Gaussian, q: Gaussian): number {
  const [lp, lq] = [cholesky(p.covariance), cholesky(q.covariance)];
  const spread = lp.reduce((sum, _, j) => {
    const column = lp.map(row => row[j]!);
    return sum + norm(solveLower(lq, column)) ** 2;
  }, 0);
  const shift = norm(solveLower(lq, subtract(p.mean, q.mean))) ** 2;
  return (spread + shift - p.mean.length + logDetOfFactor(lq) - logDetOfFactor(lp)) / 2;
}

/** The distribution of Ax + b where x has the given one. */
export const affineImage = ({ mean, covariance }: Gaussian, a: Matrix, b: Vector): Gaussian => ({
  mean: add(apply(a, mean), b),
  covariance: a.map(u =>
    a.map(v => u.reduce((sum, x, i) => sum + x * v.reduce((s, y, j) => s + covariance[i]![j]! * y, 0), 0)),
  ),
});
