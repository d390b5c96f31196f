/** @file Cases of density estimation: clouds of codes that are not Gaussian, Gaussians and mixtures. */

import type { Gaussian } from '../../../src/theory/density/gaussian.js';
import type { Mixture } from '../../../src/theory/density/mixture.js';
import { draw, fc, mat } from '../../kit.js';
import { rows } from './plain-network.js';

/** `count` codes in d dimensions: skewed along each axis, then sheared and moved. Never in a hyperplane. */
export const clouds = (d: number, count: number): fc.Arbitrary<number[][]> =>
  draw
    .record({
      // without outliers, on which a component of a mixture would collapse
      points: draw.vector(count * d, draw.dyadic({ min: -2, max: 2, bits: 20 })),
      shear: draw.vector(d * d, draw.normal({ std: 1 / 4 })),
      centre: draw.vector(d, draw.normal()),
    })
    .map(({ points, shear, centre }) => {
      const matrix = rows(shear, d).map((row, i) => row.map((x, j) => (i === j ? 1 + Math.abs(x) : x)));
      // a line through the indices keeps shrunk clouds from collapsing
      return rows(points, count).map((x, i) =>
        mat.add(
          centre,
          mat.apply(
            matrix,
            x.map((t, k) => t + (t * t) / 4 + Math.sin((i + 1) * (k + 1))),
          ),
        ),
      );
    });

export const gaussians = (d: number): fc.Arbitrary<Gaussian> =>
  draw.record({
    mean: draw.vector(d, draw.normal()),
    covariance: draw.spd(d, 1 / 4, 4).map(({ matrix }) => matrix),
  });

const normalised = (weights: mat.Vector): number[] => {
  const total = mat.sum(weights);
  return weights.map(w => w / total);
};

export const mixtures = (d: number, count: number): fc.Arbitrary<Mixture> =>
  draw.record({
    weights: draw.vector(count, draw.logUniform({ min: 1 / 4, max: 1 })).map(normalised),
    components: fc.tuple(...Array.from({ length: count }, () => gaussians(d))),
  });

/** An invertible affine map whose singular values lie in [1/4, 4]. */
export interface Affine {
  readonly matrix: mat.Matrix;
  readonly shift: mat.Vector;
  readonly logDeterminant: number;
}

export const affines = (d: number): fc.Arbitrary<Affine> =>
  draw
    .record({
      left: draw.orthogonal(d),
      right: draw.orthogonal(d),
      values: draw.vector(d, draw.logUniform({ min: 1 / 4, max: 4 })),
      shift: draw.vector(d, draw.normal()),
    })
    .map(({ left, right, values, shift }) => ({
      matrix: left.map(row =>
        right.map(other => row.reduce((sum, x, k) => sum + x * values[k]! * other[k]!, 0)),
      ),
      shift,
      logDeterminant: values.reduce((sum, s) => sum + Math.log(s), 0),
    }));

/** A seed for random numbers of one's own. */
export const seeds = draw.dyadic({ min: 0, max: 2 ** 30, bits: 0 });

/** A wrong covariance: second moments. */
export const uncentred = ({ covariance, mean }: Gaussian): Pick<Gaussian, 'covariance'> => ({
  covariance: covariance.map((row, i) => row.map((x, j) => x + mean[i]! * mean[j]!)),
});

/** A wrong covariance: variances alone. */
export const diagonal = ({ covariance }: Gaussian): Pick<Gaussian, 'covariance'> => ({
  covariance: covariance.map((row, i) => row.map((x, j) => (i === j ? x : 0))),
});
