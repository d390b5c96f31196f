/** @file Arbitrary networks with arbitrary noise, for identities that hold at every parameter. */
import { denseAutoencoder } from '../../../src/core/net/dense.js';
import type { Autoencoder } from '../../../src/core/net/network.js';
import type { Values } from '../../../src/studies/energy.js';
import { autoencoders, SHAPES, type Shape } from '../../arbitraries/autoencoders.js';
import { draw } from '../../kit.js';

/** More noise than the largest batch of these shapes takes. */
const NOISE = 15;

/** Networks with diagonal and full posteriors; gamma from 1e-3 to 10, beta from 1/16 to 16. */
export const denseCases = draw.record({
  model: autoencoders(SHAPES.learned),
  /** Enough for every sample of every shape. */
  noise: draw.vector(NOISE, draw.normal()),
  gamma: draw.logUniform({ min: 1e-3, max: 10 }),
  beta: draw.logUniform({ min: 1 / 16, max: 16 }),
});
export type DenseCase = draw.Of<typeof denseCases>;

const networks = new WeakMap<Shape, Autoencoder>();

export function denseNet({ model: { shape } }: DenseCase): Autoencoder {
  const net = networks.get(shape) ?? denseAutoencoder(shape.net);
  networks.set(shape, net);
  return net;
}

/** A row for each sample. */
export const denseNoise = ({ model, noise }: DenseCase): readonly number[] =>
  noise.slice(0, model.shape.batch * model.shape.net.latent);

/** beta = 1 unless said. */
export const denseValues = ({ model, gamma }: DenseCase, beta = 1): Values => ({
  params: model.params,
  x: model.x,
  gamma,
  beta,
});
