/** @file Cases of density estimation: clouds of codes that are not Gaussian, Gaussians and mixtures. */
import fc from 'fast-check';
import type { Gaussian } from '../../../src/theory/density/gaussian.js';
import type { Mixture } from '../../../src/theory/density/mixture.js';
import { add, apply, type Matrix, type Vector } from '../../../src/theory/numerics/matrix.js';
import { orthogonal, spd } from '../../arbitraries/matrix.js';
import { dyadic, logUniform, normal } from '../../arbitraries/numbers.js';
import { plainRecord } from '../../arbitraries/record.js';
import { vector } from '../../arbitraries/vector.js';
import { rowsOf } from '../network/jets.js';

export const rows = (flat: readonly number[], count: number): number[][] =>
  rowsOf(Float64Array.from(flat), count).map(row => [...row]);

/** `count` codes in d dimensions: skewed along each axis, then sheared and moved. Never in a hyperplane. */
export const clouds = (d: number, count: number): fc.Arbitrary<number[][]> =>
  plainRecord({
    // without outliers, on which a component of a mixture would collapse
    points: vector(count * d, dyadic({ min: -2, max: 2, bits: 20 })),
    shear: vector(d * d, normal({ std: 1 / 4 })),
    centre: vector(d, normal()),
  }).map(({ points, shear, centre }) => {
    const matrix = rows(shear, d).map((row, i) => row.map((x, j) => (i === j ? 1 + Math.abs(x) : x)));
    // a line through the indices keeps shrunk clouds from collapsing
    return rows(points, count).map((x, i) =>
      add(
        centre,
        apply(
          matrix,
          x.map((t, k) => t + (t * t) / 4 + Math.sin((i + 1) * (k + 1))),
        ),
      ),
    );
  });

export const gaussians = (d: number): fc.Arbitrary<Gaussian> =>
  plainRecord({ mean: vector(d, normal()), covariance: spd(d, 1 / 4, 4).map(({ matrix }) => matrix) });

const normalised = (weights: Vector): number[] => {
  const total = weights.reduce((a, b) => a + b, 0);
  return weights.map(w => w / total);
};

export const mixtures = (d: number, count: number): fc.Arbitrary<Mixture> =>
  plainRecord({
    weights: vector(count, logUniform({ min: 1 / 4, max: 1 })).map(normalised),
    components: fc.tuple(...Array.from({ length: count }, () => gaussians(d))),
  });

/** An invertible affine map whose singular values lie in [1/4, 4]. */
export interface Affine {
  readonly matrix: Matrix;
  readonly shift: Vector;
  readonly logDeterminant: number;
}

export const affines = (d: number): fc.Arbitrary<Affine> =>
  plainRecord({
    left: orthogonal(d),
    right: orthogonal(d),
    values: vector(d, logUniform({ min: 1 / 4, max: 4 })),
    shift: vector(d, normal()),
  }).map(({ left, right, values, shift }) => ({
    matrix: left.map(row =>
      right.map(other => row.reduce((sum, x, k) => sum + x * values[k]! * other[k]!, 0)),
    ),
    shift,
    logDeterminant: values.reduce((sum, s) => sum + Math.log(s), 0),
  }));

/** A seed for random numbers of one's own. */
export const seeds = dyadic({ min: 0, max: 2 ** 30, bits: 0 });
