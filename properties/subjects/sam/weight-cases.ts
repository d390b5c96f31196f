/** @file Losses with a diagonal covariance, which is what training has for weights. */
import { draw, fc, mat } from '../../kit.js';
import { ridgeLoss } from './losses.js';
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
