/** @file Losses with a diagonal covariance, which is what training has for weights. */
import { draw, fc, mat } from '../../kit.js';
import { quadraticLoss, ridgeLoss } from './losses.js';
import type { Case } from './ridge-cases.js';
import type { AtWeights } from './weights.js';

export interface DiagonalCase<F> extends Case<F> {
  /** The diagonal of Sigma. */
  readonly variances: readonly number[];
}

/** A function with the covariance diag(variances). */
export const diagonalCase = <F>(f: F, variances: readonly number[]): DiagonalCase<F> => ({
  f,
  variances,
  sigma: { matrix: mat.diagonal(variances), spectrum: variances, basis: mat.identity(variances.length) },
});

/** Variances between 1/4 and 4, never all alike but by chance. */
export const withVariances = <F>(
  f: (p: number) => fc.Arbitrary<F>,
  dimensions = [2, 3, 5],
): fc.Arbitrary<DiagonalCase<F>> =>
  fc.oneof(
    ...dimensions.map(p =>
      draw
        .record({ f: f(p), variances: draw.vector(p, draw.logUniform({ min: 1 / 4, max: 4 })) })
        .map(({ f, variances }) => diagonalCase(f, variances)),
    ),
  );

export const atRidge = ({ ridge, point }: draw.RidgeCase): AtWeights => ({ loss: ridgeLoss(ridge), point });

/** A quadratic at the origin, which is where it is expanded. */
export const atQuadratic = (f: draw.Quadratic): AtWeights => ({
  loss: quadraticLoss(f),
  point: f.gradient.map(() => 0),
});

/** A saddle: with the gradient zero there is no direction to go. */
export const saddle = (
  gradient: readonly number[],
  matrix: mat.Matrix = mat.diagonal([3, -2]),
): draw.Quadratic => ({
  kind: 'indefinite',
  offset: 1,
  gradient,
  matrix,
  spectrum: [],
  basis: [],
});

/** The curvature of a saddle whose axes are not the weights'. */
export const TURNED_SADDLE: mat.Matrix = [
  [3, 1],
  [1, -2],
];

/** A function with the covariance I. */
export const plainCase = (f: draw.RidgeCase): DiagonalCase<draw.RidgeCase> =>
  diagonalCase(f, new Array<number>(f.point.length).fill(1));

/** Exponentials with positive coefficients. */
export const convexRidges = (p: number): fc.Arbitrary<draw.RidgeCase> =>
  draw.ridges(p, ['exp']).map(({ ridge, point }) => ({
    ridge: { ...ridge, terms: ridge.terms.map(term => ({ ...term, c: Math.abs(term.c) })) },
    point,
  }));

/** The same function of D^-1 w, D the diagonal of units. */
export const inUnits = ({ ridge, point }: draw.RidgeCase, units: readonly number[]): draw.RidgeCase => ({
  ridge: {
    ...ridge,
    terms: ridge.terms.map(term => ({ ...term, a: term.a.map((x, i) => x * units[i]!) })),
  },
  point: point.map((x, i) => x / units[i]!),
});

/** L(w) = sin(w_1) + sin(w_2) / 2, pinned. */
export const SINES: draw.RidgeCase = {
  ridge: {
    kind: 'sin',
    terms: [
      { c: 1, a: [1, 0], b: 0 },
      { c: 0.5, a: [0, 1], b: 0 },
    ],
  },
  point: [0.5, -0.75],
};
