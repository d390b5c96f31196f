/**
 * @file Cases of Kumar & Poole's claims at one sample: a decoder's value and Jacobian there, a posterior, and
 * beta.
 */
import type { ActivationName } from '../../../src/core/net/activation.js';
import { denseAutoencoder } from '../../../src/core/net/dense.js';
import type { Autoencoder, PosteriorKind } from '../../../src/core/net/network.js';
import type { LocalModel } from '../../../src/theory/closed/grae.js';
import { draw, fc, mat } from '../../kit.js';
import type { Values } from './step.js';

const known = new Map<string, Autoencoder>();

/**
 * Core's dense autoencoder with an affine encoder and a decoder of the sizes given, the same one each time.
 */
export function affinelyEncoded(
  decoder: readonly number[],
  activation: ActivationName,
  posterior: PosteriorKind = 'cholesky',
): Autoencoder {
  const key = `${decoder} ${activation} ${posterior}`;
  const [latent, data] = [decoder[0]!, decoder.at(-1)!];
  const spec = { encoder: [data], latent, decoder, activation, output: 'identity', posterior } as const;
  const net = known.get(key) ?? denseAutoencoder(spec);
  known.set(key, net);
  return net;
}

/** The one with the affine decoder g(z) = Wz + b. */
export const linearAutoencoder = (data: number, latent: number, kind?: PosteriorKind): Autoencoder =>
  affinelyEncoded([latent, data], 'identity', kind);

/** Data and latents; fewer data than latents, one latent and one datum among them. */
export const SIZES = [
  [3, 2],
  [2, 3],
  [5, 4],
  [4, 1],
  [1, 3],
  [1, 1],
  [3, 3],
] as const satisfies readonly (readonly [number, number])[];

/**
 * U diag(s) V' [rows, columns] with log-uniform singular values; where `deficient`, the last of them is zero.
 */
export function jacobians(rows: number, columns: number, deficient = false): fc.Arbitrary<number[][]> {
  const rank = Math.min(rows, columns);
  return draw
    .record({
      u: draw.orthogonal(rows),
      v: draw.orthogonal(columns),
      s: draw.vector(rank, draw.logUniform({ min: 1 / 32, max: 8 })),
    })
    .map(({ u, v, s }) => {
      const kept = s.map((value, k) => (deficient && k === rank - 1 ? 0 : value));
      const left = u.map(row => kept.map((value, k) => value * row[k]!));
      return mat.multiply(left, mat.transpose(v).slice(0, rank));
    });
}

/** beta from 1e-3 to 1e2. */
export const betas = draw.logUniform({ min: 1e-3, max: 1e2 });

/** An affine decoder at one sample. */
export interface LocalCase {
  /** W [D, d] and b. */
  readonly weight: mat.Matrix;
  readonly bias: mat.Vector;
  readonly mean: mat.Vector;
  readonly x: mat.Vector;
  readonly beta: number;
  /** Some covariance S of the posterior. */
  readonly covariance: mat.Matrix;
}

const casesOf = ([data, latent]: readonly [number, number], deficient: boolean): fc.Arbitrary<LocalCase> =>
  draw.record({
    weight: jacobians(data, latent, deficient),
    bias: draw.vector(data, draw.normal()),
    mean: draw.vector(latent, draw.normal()),
    x: draw.vector(data, draw.normal()),
    beta: betas,
    covariance: draw.spd(latent, 1 / 64, 4).map(({ matrix }) => matrix),
  });

export const localCases = fc.oneof(...SIZES.flatMap(size => [casesOf(size, false), casesOf(size, true)]));

/**
 * Degenerate cases that always run: J = 0, no residual, beta at its ends, a latent that the decoder ignores.
 */
export const LOCAL_EXAMPLES: readonly LocalCase[] = [
  { weight: [[0]], bias: [1], mean: [0.5], x: [1], beta: 0.25, covariance: [[1]] },
  { weight: [[2]], bias: [0], mean: [0.5], x: [1], beta: 1e-3, covariance: [[0.25]] },
  { weight: [[0.125]], bias: [0], mean: [0], x: [1], beta: 100, covariance: [[2]] },
  {
    weight: [1, 2, -1].map(w => [w, 0]),
    bias: [0, 0, 1],
    mean: [1, -2],
    x: [0.5, 1, 0],
    beta: 0.125,
    covariance: mat.combine(
      0.25,
      [
        [1, 1],
        [1, 1],
      ],
      0.25,
      mat.diagonal([1, 3]),
    ),
  },
  { weight: [[1, 2]], bias: [0], mean: [0, 0], x: [0], beta: 1, covariance: mat.diagonal([0.5, 2]) },
];

/** What the closed forms need of a case. */
export const localModel = ({ weight, bias, mean, x }: LocalCase): LocalModel => ({
  residual: mat.subtract(x, mat.add(mat.apply(weight, mean), bias)),
  mean,
  jacobian: weight,
});

/** The network's numbers with the given heads. */
export const valuesOf = (c: LocalCase, heads: Values['params']): Values => ({
  params: { ...heads, 'decoder.0.weight': c.weight.flat(), 'decoder.0.bias': c.bias },
  x: c.x,
  beta: c.beta,
});

export const netOf = ({ weight, mean }: LocalCase): Autoencoder =>
  linearAutoencoder(weight.length, mean.length);

/**
 * The size of the terms, and of what rounding J alone does to the log det: eps |J| / sqrt(beta) in each
 * direction.
 */
export function sizeOf(c: LocalCase): number {
  const { residual, mean } = localModel(c);
  const stretch = Math.sqrt(1 + mat.svd(c.weight, mean.length).values[0]! ** 2 / c.beta);
  return mat.norm(residual) ** 2 + c.beta * (mat.norm(mean) ** 2 + mean.length * stretch);
}
