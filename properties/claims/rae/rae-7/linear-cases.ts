/** @file Linear autoencoders on data whose second moments have prescribed eigenvalues. */
import fc from 'fast-check';
import type { Autoencoder } from '../../../../src/core/net/network.js';
import type { RaeOptimum, RaeWeights } from '../../../../src/theory/closed/linear-rae.js';
import {
  type Matrix,
  multiply,
  scale,
  transpose,
  type Vector,
} from '../../../../src/theory/numerics/matrix.js';
import { orthogonal } from '../../../arbitraries/matrix.js';
import { logUniform, normal } from '../../../arbitraries/numbers.js';
import { plainRecord } from '../../../arbitraries/record.js';
import { vector } from '../../../arbitraries/vector.js';
import type { On } from '../../../subjects/rae/step.js';
import { linearAutoencoder } from '../../../subjects/vae/local-cases.js';

export interface LinearCase extends RaeWeights {
  /** Eigenvalues of the data's second moments, descending, as many as data entries. */
  readonly values: Vector;
  /** Eigenvectors, a row each. */
  readonly vectors: Matrix;
  readonly latent: number;
  /** Of the latent space. */
  readonly rotation: Matrix;
  /** Something to change weights and encoder by. */
  readonly nudge: Vector;
}

/** Data entries and latents; more latents than entries, and one of each, among them. */
const SIZES = [
  [4, 2],
  [3, 3],
  [2, 3],
  [1, 1],
] as const;

const casesOf = ([entries, latent]: readonly [number, number]): fc.Arbitrary<LinearCase> =>
  plainRecord({
    values: vector(entries, logUniform({ min: 1 / 16, max: 4 })).map(v => v.sort((a, b) => b - a)),
    vectors: orthogonal(entries),
    latent: fc.constant(latent),
    rotation: orthogonal(latent),
    nudge: vector(2 * entries * latent, normal({ std: 1 / 4 })),
    beta: logUniform({ min: 1 / 16, max: 4 }),
    lambda: logUniform({ min: 1 / 64, max: 1 }),
  });

export const linearCases: fc.Arbitrary<LinearCase> = fc.oneof(...SIZES.map(casesOf));

/** 2 D points +-sqrt(D value_i) u_i: of mean zero, with exactly the second moments asked for. */
const dataOf = ({ values, vectors }: LinearCase): number[] =>
  vectors.flatMap((u, i) => [1, -1].flatMap(sign => scale(sign * Math.sqrt(values.length * values[i]!), u)));

const netOf = ({ values, latent }: LinearCase): Autoencoder =>
  linearAutoencoder(values.length, latent, 'none');

/** A linear autoencoder without biases on the data of a case. */
export const linearOn = (c: LinearCase, { weight, encoder }: RaeOptimum): On => ({
  net: netOf(c),
  values: {
    params: {
      'mu.weight': encoder.flat(),
      'mu.bias': new Array<number>(c.latent).fill(0),
      'decoder.0.weight': weight.flat(),
      'decoder.0.bias': c.values.map(() => 0),
    },
    x: dataOf(c),
  },
});

/** W R and R'z. */
export const rotated = (c: LinearCase, { weight, encoder }: RaeOptimum): RaeOptimum => ({
  weight: multiply(weight, c.rotation),
  encoder: multiply(transpose(c.rotation), encoder),
});

/** Weights and encoder changed by the case's nudge. */
export function nudged(c: LinearCase, { weight, encoder }: RaeOptimum): RaeOptimum {
  const entries = c.values.length;
  const half = entries * c.latent;
  return {
    weight: weight.map((row, m) => row.map((w, k) => w + c.nudge[m * c.latent + k]!)),
    encoder: encoder.map((row, k) => row.map((w, m) => w + c.nudge[half + k * entries + m]!)),
  };
}
