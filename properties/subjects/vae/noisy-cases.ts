/**
 * @file Autoencoders with learned covariances, their parameters, data and noise: for identities that hold at
 * every parameter.
 */
import { denseAutoencoder } from '../../../src/core/net/dense.js';
import type { Autoencoder } from '../../../src/core/net/network.js';
import { type GraeRules, makeGrae } from '../../../src/core/objectives/grae/grae.js';
import { makeBetaVae } from '../../../src/core/objectives/vae/beta-vae.js';
import {
  type BetaVaeTaylorRules,
  makeBetaVaeTaylor,
} from '../../../src/core/objectives/vae/beta-vae-taylor.js';
import type { VaeRules } from '../../../src/core/objectives/vae/vae.js';
import { type Sampling, sampling } from '../../../src/studies/noisy-step.js';
import { autoencoderOf, SHAPES, type Shape } from '../../arbitraries/autoencoders.js';
import { draw, fc, type Given } from '../../kit.js';
import type { Values } from './step.js';

const noisyOf = (sizes: Shape) =>
  draw.record({
    model: autoencoderOf(sizes),
    /** [batch, d] */
    noise: draw.vector(sizes.batch * sizes.net.latent, draw.normal()),
    beta: draw.logUniform({ min: 1 / 64, max: 16 }),
  });

export type NoisyCase = draw.Of<ReturnType<typeof noisyOf>>;

/** Curved decoders with diagonal and with full covariances, of several latents. */
export const noisyCases: Given<NoisyCase> = {
  arbitrary: fc.oneof(...SHAPES.learned.map(noisyOf)),
  show: ({ model: { shape, params, x }, noise, beta }) =>
    `${shape.net.activation} ${shape.net.posterior}: ${JSON.stringify({ ...params, x, noise, beta })}`,
};

const networks = new WeakMap<Shape, Autoencoder>();

/** The network of a shape as it trains. */
export function trainedNet(shape: Shape): Autoencoder {
  const net = networks.get(shape) ?? denseAutoencoder(shape.net);
  networks.set(shape, net);
  return net;
}

export const noisyValues = ({ model, beta }: Omit<NoisyCase, 'noise'>): Values => ({
  params: model.params,
  x: model.x,
  beta,
});

/** The objectives of the paper on batches with given noise. */
export const noisyVae = (rules: VaeRules): Sampling =>
  sampling(rules, makeBetaVae(rules), ({ beta }) => ({ beta: beta! }));
export const noisyTaylor = (rules: BetaVaeTaylorRules): Sampling =>
  sampling(rules, makeBetaVaeTaylor(rules), ({ beta }) => ({ beta: beta!, variance: 'learned' as const }));
export const noisyGrae = (rules: GraeRules): Sampling =>
  sampling(rules, makeGrae(rules), ({ beta }) => ({ beta: beta! }));
