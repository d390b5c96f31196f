/** @file The linear beta-VAE with one covariance in the plane, by its matrices. */
import { modQuarter } from '../../../../src/theory/numerics/procrustes.js';
import { mat } from '../../../kit.js';

/** Decoder A, encoder C, and the factor D of the posteriors' covariance DD'. */
export interface Weights {
  readonly a: mat.Matrix;
  readonly c: mat.Matrix;
  readonly d: mat.Matrix;
}

export interface Problem {
  /** Second moments of the data. */
  readonly s: mat.Matrix;
  readonly beta: number;
}

export const T = mat.transpose;
export const times = (...factors: readonly mat.Matrix[]): mat.Matrix => factors.reduce(mat.multiply);

/** The inverse of a 2 x 2 matrix. */
export function inverse(of: mat.Matrix): number[][] {
  const [[p, q], [r, t]] = of as [[number, number], [number, number]];
  const determinant = p * t - q * r;
  return [
    [t / determinant, -q / determinant],
    [-r / determinant, p / determinant],
  ];
}

/** What the encoder and decoder leave of x, as a matrix: I - AC. */
export const residual = ({ a, c }: Weights): mat.Matrix =>
  mat.combine(1, mat.identity(a.length), -1, times(a, c));

/** The beta-VAE with a linear decoder and one covariance, averaged over data and noise. */
export function loss(w: Weights, { s, beta }: Problem): number {
  const { a, c, d } = w;
  const covariance = times(d, T(d));
  const [error, spread] = [residual(w), times(a, covariance, T(a))];
  const kl = mat.trace(times(c, s, T(c))) + mat.trace(covariance) - mat.logDet(covariance) - d.length;
  return (mat.trace(times(error, s, T(error))) + mat.trace(spread) + beta * kl) / 2;
}

export const rotation = (degrees: number): mat.Matrix => {
  const [x, y] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  return [
    [x, -y],
    [y, x],
  ];
};

/** The lower triangle, as of a Cholesky factor. */
export const triangle = (d: mat.Matrix): mat.Matrix => d.map((row, i) => row.map((x, j) => (j > i ? 0 : x)));

/** The angle of the decoder's principal latent, mod 90 degrees. */
export const angleOf = ({ a }: Weights): number => {
  const [[p, q], [, t]] = mat.gram(a) as [[number, number], [number, number]];
  return modQuarter((Math.atan2(2 * q, p - t) * 90) / Math.PI);
};
