/**
 * @file Linear autoencoders on data with prescribed eigenvalues, and the closed-form optimum as parameters.
 */
import type { Autoencoder } from '../../../src/core/net/network.js';
import type { Energy, Values } from '../../../src/studies/energy.js';
import { type LinearOptimum, linearOptimum } from '../../../src/theory/closed/linear-vae.js';
import { check, draw, fc, mat } from '../../kit.js';
import { linearAutoencoder } from '../vae/local-cases.js';
import { posterior } from '../vae/step.js';

/** Data of rank r in d entries, with more latents than that or as many. */
export interface LinearCase {
  /** Eigenvalues of the second moments, descending: d of them, zeros beyond the rank. */
  readonly values: mat.Vector;
  /** Eigenvectors, a row each. */
  readonly vectors: mat.Matrix;
  readonly latent: number;
  /** The observation variance relative to the least eigenvalue that is not zero. */
  readonly share: number;
  /** Of the latent space. */
  readonly rotation: mat.Matrix;
}

/** Data entries, rank and latents. */
const SIZES = [
  [4, 1, 2],
  [6, 3, 4],
  [5, 2, 2],
  [7, 3, 5],
  [3, 1, 1],
] as const;

/** Eigenvalues in [0.1, 5], descending. */
const eigenvalues = (rank: number): fc.Arbitrary<number[]> =>
  draw.vector(rank, draw.logUniform({ min: 1 / 8, max: 5 })).map(values => values.sort((a, b) => b - a));

export const linearCaseOf = (
  [d, rank, latent]: readonly [number, number, number],
  shares: fc.Arbitrary<number>,
): fc.Arbitrary<LinearCase> =>
  draw.record({
    values: eigenvalues(rank).map(values => [...values, ...mat.zeros(d - rank)]),
    vectors: draw.orthogonal(d),
    latent: fc.constant(latent),
    share: shares,
    rotation: draw.orthogonal(latent),
  });

/** gamma from 1e-6 to 0.9 of the least eigenvalue. */
export const linearCases: fc.Arbitrary<LinearCase> = fc.oneof(
  ...SIZES.map(size => linearCaseOf(size, draw.logUniform({ min: 1e-6, max: 0.9 }))),
);

export const rankOf = ({ values }: LinearCase): number => values.filter(lambda => lambda > 0).length;

export const gammaOf = (c: LinearCase): number => c.share * c.values[rankOf(c) - 1]!;

export const netOf = (
  { values, latent }: LinearCase,
  kind: 'diagonal' | 'cholesky' = 'diagonal',
): Autoencoder => linearAutoencoder(values.length, latent, kind);

/** 2r points +-sqrt(r lambda_i) u_i: of mean zero, with exactly the second moments asked for. */
export function dataOf(c: LinearCase): number[][] {
  const rank = rankOf(c);
  return c.vectors
    .slice(0, rank)
    .flatMap((u, i) => [1, -1].map(sign => mat.scale(sign * Math.sqrt(rank * c.values[i]!), u)));
}

export const optimumOf = (c: LinearCase, tau: number): LinearOptimum =>
  linearOptimum(c.values, c.vectors, c.latent, tau);

/** A case and a weight of the KL term. */
export interface Loaded {
  readonly c: LinearCase;
  /** beta over d / r. */
  readonly load: number;
}

export const loaded = (cases: fc.Arbitrary<LinearCase>, min: number, max = min): fc.Arbitrary<Loaded> =>
  draw.record({ c: cases, load: draw.logUniform({ min, max }) });

export const betaOf = (c: LinearCase, load: number): number => (load * c.values.length) / rankOf(c);

/** Rank 3 in 10 entries, with one latent too many. */
export const EXAMPLE: LinearCase = {
  values: [4, 1.5, 0.6, 0, 0, 0, 0, 0, 0, 0],
  vectors: mat.identity(10),
  latent: 4,
  share: 0.1,
  rotation: mat.identity(4),
};

/** The parameters of a linear autoencoder with one posterior covariance for all data. */
export function parametersOf(
  net: Autoencoder,
  weight: mat.Matrix,
  encoder: mat.Matrix,
  covariance: mat.Matrix,
): Values['params'] {
  const zeros = mat.zeros(net.latent);
  return {
    ...posterior(net, zeros, covariance),
    'mu.weight': encoder.flat(),
    'decoder.0.weight': weight.flat(),
    'decoder.0.bias': mat.zeros(weight.length),
  };
}

/** A linear optimum on the data of a case. */
export const valuesOf = (
  c: LinearCase,
  { weight, encoder, variances }: LinearOptimum,
  gamma: number,
  beta = 1,
): Values => ({
  params: parametersOf(netOf(c), weight, encoder, mat.diagonal(variances)),
  x: dataOf(c).flat(),
  gamma,
  beta,
});

/** The same solution in rotated latents, W R and R'z: every posterior covariance goes along. */
export function rotatedOptimum(
  c: LinearCase,
  { weight, encoder, variances }: LinearOptimum,
  r: mat.Matrix = c.rotation,
) {
  return {
    weight: mat.multiply(weight, r),
    encoder: mat.multiply(mat.transpose(r), encoder),
    covariance: mat.multiply(mat.transpose(r), mat.multiply(mat.diagonal(variances), r)),
  };
}

/** Size of the terms of an energy; with the rounding of residuals of order sqrt(gamma) made from the data. */
export function sizeOf(c: LinearCase, gamma: number, beta = 1): number {
  const logs = 2 + Math.abs(Math.log(gamma)) + Math.abs(Math.log(beta));
  const residuals = Math.sqrt((rankOf(c) * mat.sum(c.values)) / gamma);
  return (c.values.length + 2 * beta * c.latent) * logs + 8 * residuals;
}

/** The gradients in these parameters are zero. */
export const stationary = (found: Energy, names: readonly string[], scale: number) =>
  check.agree(
    Object.fromEntries(
      names.map(name => {
        const gradient = found.gradient(name);
        return [name, [gradient, new Float64Array(gradient.length)] as const];
      }),
    ),
    scale,
  );
