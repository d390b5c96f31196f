/**
 * @file Autoencoders whose encoder is a table, one code and variance for each datum: what a flexible encoder
 * could do at best.
 */
import * as tf from '@tensorflow/tfjs';
import { diagonal as diagonalScale } from '../gaussian.js';
import { type Autoencoder, type Params, parameter } from './network.js';

interface Table {
  readonly data: number;
  readonly latent: number;
  readonly samples: number;
  /** Shapes of the decoder's parameters. */
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  readonly decode: (params: Params, z: tf.Tensor) => tf.Tensor;
}

/** Parameters `code` and `logvar`, [samples, latent] each: the posterior of the i-th sample of the batch. */
export const tableAutoencoder = ({ data, latent, samples, shapes, decode }: Table): Autoencoder => {
  const all = { code: [samples, latent], logvar: [samples, latent], ...shapes };
  return {
    data: [data],
    latent,
    posterior: 'diagonal',
    shapes: all,
    fanIn: Object.fromEntries(Object.keys(all).map(name => [name, 1])),
    encode: params => ({
      mean: parameter(params, 'code'),
      scale: diagonalScale(parameter(params, 'logvar')),
    }),
    decode,
  };
};

/** g(z) = Wz, `weight` is W [data, latent]. */
export const linearTable = (data: number, latent: number, samples: number): Autoencoder =>
  tableAutoencoder({
    data,
    latent,
    samples,
    shapes: { weight: [data, latent] },
    decode: (params, z) => tf.matMul(z, parameter(params, 'weight'), false, true),
  });
