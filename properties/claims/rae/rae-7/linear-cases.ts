/** @file Linear autoencoders on data whose second moments have prescribed eigenvalues. */

import type { RaeOptimum, RaeWeights } from '../../../../src/theory/closed/linear-rae.js';
import { draw, fc, mat } from '../../../kit.js';
import type { On } from '../../../subjects/rae/step.js';
import { linearAutoencoder } from '../../../subjects/vae/local-cases.js';

export interface LinearCase extends RaeWeights {
  /** Eigenvalues of the data's second moments, descending, as many as data entries. */
  readonly values: mat.Vector;
  /** Eigenvectors, a row each. */
  readonly vectors: mat.Matrix;
  readonly latent: number;
  /** Of the latent space. */
  readonly rotation: mat.Matrix;
  /** Something to change weights and encoder by. */
  readonly nudge: mat.Vector;
}

const casesOf = (entries: number, latent: number): fc.Arbitrary<LinearCase> =>
  draw.record({
    values: draw.vector(entries, draw.logUniform({ min: 1 / 16, max: 4 })).map(v => v.sort((a, b) => b - a)),
    vectors: draw.orthogonal(entries),
    latent: fc.constant(latent),
    rotation: draw.orthogonal(latent),
    nudge: draw.vector(2 * entries * latent, draw.normal({ std: 1 / 4 })),
    beta: draw.logUniform({ min: 1 / 16, max: 4 }),
    lambda: draw.logUniform({ min: 1 / 64, max: 1 }),
  });

/** Of more entries than latents, of more latents than entries, and of one each. */
export const linearCases = fc.oneof(casesOf(4, 2), casesOf(3, 3), casesOf(2, 3), casesOf(1, 1));

/** 2 D points +-sqrt(D value_i) u_i: of mean zero, with exactly the second moments asked for. */
const dataOf = ({ values, vectors }: LinearCase): number[] =>
  vectors.flatMap((u, i) =>
    [1, -1].flatMap(sign => mat.scale(sign * Math.sqrt(values.length * values[i]!), u)),
  );

/** A linear autoencoder without biases on the data of a case. */
export const linearOn = (c: LinearCase, { weight, encoder }: RaeOptimum): On => {
  const [mu, decoder] = [mat.zeros(c.latent), mat.zeros(c.values.length)];
  const params = {
    'mu.weight': encoder.flat(),
    'mu.bias': mu,
    'decoder.0.weight': weight.flat(),
    'decoder.0.bias': decoder,
  };
  return { net: linearAutoencoder(c.values.length, c.latent, 'none'), values: { params, x: dataOf(c) } };
};

/** W R and R'z. */
export const rotated = (c: LinearCase, { weight, encoder }: RaeOptimum): RaeOptimum => ({
  weight: mat.multiply(weight, c.rotation),
  encoder: mat.multiply(mat.transpose(c.rotation), encoder),
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
