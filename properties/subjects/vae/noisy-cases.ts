/** @file Autoencoders with learned covariances, their parameters, data and noise: for identities that hold at every parameter. */

import { denseAutoencoder } from '../../../src/core/net/dense.js';
import type { Autoencoder } from '../../../src/core/net/network.js';
import { type AutoencoderCase, autoencoderOf, SHAPES, type Shape } from '../../arbitraries/autoencoders.js';
import { draw, fc, type Given } from '../../kit.js';
import type { Values } from './step.js';

export interface NoisyCase {
  readonly of: AutoencoderCase;
  /** [batch, d] */
  readonly noise: readonly number[];
  readonly beta: number;
}

const noisyOf = (shape: Shape): fc.Arbitrary<NoisyCase> =>
  draw.record({
    of: autoencoderOf(shape),
    noise: draw.vector(shape.batch * shape.net.latent, draw.normal()),
    beta: draw.logUniform({ min: 1 / 64, max: 16 }),
  });

/** Curved decoders with diagonal and with full covariances, of several latents. */
export const noisyCases: Given<NoisyCase> = {
  arbitrary: fc.oneof(...SHAPES.learned.map(noisyOf)),
  show: ({ of: { shape, params, x }, noise, beta }) =>
    `${shape.net.activation} ${shape.net.posterior}: ${JSON.stringify({ ...params, x, noise, beta })}`,
};

const networks = new WeakMap<Shape, Autoencoder>();

/** The network of a shape as it trains. */
export function trainedNet(shape: Shape): Autoencoder {
  const net = networks.get(shape) ?? denseAutoencoder(shape.net);
  networks.set(shape, net);
  return net;
}

export const noisyValues = ({ of, beta }: NoisyCase): Values => ({ params: of.params, x: of.x, beta });
