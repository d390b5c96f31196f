/** @file Linear autoencoders on data sets. */
import fc from 'fast-check';
import { apply, identity, type Matrix, scale, type Vector } from '../../../src/theory/numerics/matrix.js';
import { orthogonal } from '../../arbitraries/matrix.js';
import { normal } from '../../arbitraries/numbers.js';
import { plainRecord } from '../../arbitraries/record.js';
import { vector } from '../../arbitraries/vector.js';
import { betas, jacobians, linearAutoencoder } from './local-cases.js';
import { posterior, type Values } from './step.js';

/** A linear autoencoder on a data set. */
export interface DataCase {
  readonly weight: Matrix;
  readonly bias: Vector;
  /** One datum a row. */
  readonly data: Matrix;
  readonly beta: number;
  readonly rotation: Matrix;
  /** Something to add to the parameters. */
  readonly nudge: Vector;
}

const SIZES = [
  [4, 2, 5],
  [3, 1, 4],
  [2, 2, 6],
] as const;

export const dataCases: fc.Arbitrary<DataCase> = fc.oneof(
  ...SIZES.map(([entries, latent, count]) =>
    plainRecord({
      weight: jacobians(entries, latent),
      bias: vector(entries, normal()),
      data: fc.tuple(...Array.from({ length: count }, () => vector(entries, normal()))),
      beta: betas,
      rotation: orthogonal(latent),
      nudge: vector(entries * latent, normal({ std: 0.25 })),
    }),
  ),
);

export function dataValues(c: DataCase, weight: Matrix, encoder: Matrix, bias: Vector): Values {
  const d = encoder.length;
  const net = linearAutoencoder(weight.length, d);
  return {
    params: {
      ...posterior(net, scale(-1, apply(encoder, bias)), identity(d)),
      'mu.weight': encoder.flat(),
      'decoder.0.weight': weight.flat(),
      'decoder.0.bias': bias,
    },
    x: c.data.flat(),
    beta: c.beta,
  };
}
