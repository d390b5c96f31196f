/** @file Linear autoencoders on data sets. */
import { draw, fc, mat } from '../../kit.js';
import { betas, jacobians, linearAutoencoder } from './local-cases.js';
import { posterior, type Values } from './step.js';

const SIZES = [
  [4, 2, 5],
  [3, 1, 4],
  [2, 2, 6],
] as const;

/** A linear autoencoder on a data set. */
export const dataCases = fc.oneof(
  ...SIZES.map(([entries, latent, count]) =>
    draw.record({
      weight: jacobians(entries, latent),
      bias: draw.vector(entries, draw.normal()),
      /** One datum a row. */
      data: fc.tuple(...Array.from({ length: count }, () => draw.vector(entries, draw.normal()))),
      beta: betas,
      rotation: draw.orthogonal(latent),
      /** Something to add to the parameters. */
      nudge: draw.vector(entries * latent, draw.normal({ std: 0.25 })),
    }),
  ),
);
export type DataCase = draw.Of<typeof dataCases>;

export function dataValues(c: DataCase, weight: mat.Matrix, encoder: mat.Matrix, bias: mat.Vector): Values {
  const d = encoder.length;
  const net = linearAutoencoder(weight.length, d);
  return {
    params: {
      ...posterior(net, mat.scale(-1, mat.apply(encoder, bias)), mat.identity(d)),
      'mu.weight': encoder.flat(),
      'decoder.0.weight': weight.flat(),
      'decoder.0.bias': bias,
    },
    x: c.data.flat(),
    beta: c.beta,
  };
}
