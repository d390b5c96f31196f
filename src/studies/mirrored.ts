/**
 * @file The dense networks of the small trainings: two hidden layers of one width on either side of the
 * latents.
 */
import type { ActivationName } from '../core/net/activation.js';
import { denseAutoencoder } from '../core/net/dense.js';
import type { Autoencoder } from '../core/net/network.js';

export interface Mirrored {
  readonly data: number;
  readonly latent: number;
  /** Of the hidden layers. */
  readonly width: number;
  readonly activation: ActivationName;
}

const networks = new Map<string, Autoencoder>();

/** With a diagonal posterior; the same object for the same sizes, so that programs are compiled once. */
export function mirroredNet({ data, latent, width, activation }: Mirrored): Autoencoder {
  const key = `${data} ${latent} ${width} ${activation}`;
  const net =
    networks.get(key) ??
    denseAutoencoder({
      encoder: [data, width, width],
      latent,
      decoder: [latent, width, width, data],
      activation,
      output: 'identity',
      posterior: 'diagonal',
    });
  networks.set(key, net);
  return net;
}
