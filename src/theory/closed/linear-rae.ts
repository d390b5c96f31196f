/**
 * @file The linear regularised autoencoder, min |x - Wz|^2 + beta/2 |z|^2 + lambda |W|_F^2: its optimum in
 * closed form. Data have second moments of eigenvalues `values`, descending, and eigenvectors `vectors`.
 */
import { scale, transpose, type Vector } from '../numerics/matrix.js';
import { formula } from './formula.js';

export interface RaeWeights {
  readonly beta: number;
  readonly lambda: number;
}

const VARIABLES = {
  v: "eigenvalue of the data's second moments",
  beta: 'weight of the code',
  lambda: 'weight of W',
};

export const RAE_STRENGTH = formula(
  'square of a column of W along an eigenvector',
  'max(0, sqrt(beta * v / (2 * lambda)) - beta / 2)',
  VARIABLES,
);

export const RAE_RECONSTRUCTED = formula(
  'share of an eigendirection that is reconstructed',
  'max(0, 1 - sqrt(beta * lambda / (2 * v)))',
  VARIABLES,
);

export const RAE_KEPT = formula(
  'least cost of an eigendirection that is kept',
  '2 * sqrt(beta * lambda / 2 * v) - beta * lambda / 2',
  VARIABLES,
);

/** t = (sqrt(beta value / (2 lambda)) - beta/2)_+, the square of a column of W along an eigenvector. */
export const raeStrength = (value: number, { beta, lambda }: RaeWeights): number =>
  RAE_STRENGTH.evaluate({ v: value, beta, lambda });

/**
 * By how much an eigendirection is reconstructed, t / (t + beta/2) = (1 - sqrt(beta lambda / (2 value)))_+.
 */
export const raeReconstructed = (value: number, { beta, lambda }: RaeWeights): number =>
  value > 0 ? RAE_RECONSTRUCTED.evaluate({ v: value, beta, lambda }) : 0;

export interface RaeOptimum {
  /** [D, latent], columns sqrt(t_i) u_i. */
  readonly weight: number[][];
  /** [latent, D], the best for these weights: sqrt(t_i) / (t_i + beta/2) u_i'. */
  readonly encoder: number[][];
}

/**
 * Columns of squared norms `strengths` along the leading eigendirections, in their order, with the best
 * encoder for them.
 */
export function raeAlong(strengths: Vector, vectors: readonly Vector[], beta: number): RaeOptimum {
  const along = (i: number): Vector => vectors[i] ?? vectors[0]!.map(() => 0);
  return {
    weight: transpose(strengths.map((t, i) => scale(Math.sqrt(t), along(i)))),
    encoder: strengths.map((t, i) => scale(Math.sqrt(t) / (t + beta / 2), along(i))),
  };
}

/** An optimum whose latents are the leading eigendirections; all others are its rotations. */
export const raeOptimum = (
  values: Vector,
  vectors: readonly Vector[],
  latent: number,
  weights: RaeWeights,
): RaeOptimum =>
  raeAlong(
    Array.from({ length: latent }, (_, i) => raeStrength(values[i] ?? 0, weights)),
    vectors,
    weights.beta,
  );

/**
 * The minimum: 2 sqrt(beta lambda value / 2) - beta lambda / 2 for a direction that is kept, value for one
 * that is not.
 */
export const raeMinimum = (values: Vector, latent: number, { beta, lambda }: RaeWeights): number => {
  const threshold = (beta * lambda) / 2;
  return values.reduce(
    (sum, value, i) =>
      sum + (i < latent && value > threshold ? RAE_KEPT.evaluate({ v: value, beta, lambda }) : value),
    0,
  );
};
