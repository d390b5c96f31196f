/**
 * @file The network of the rotation experiment (Kumar & Poole 2020, appendix C): an affine encoder, nu(Az) +
 * b, one covariance.
 */
import * as tf from '@tensorflow/tfjs';
import { ACTIVATIONS, type ActivationName } from '../core/net/activation.js';
import { headLayout, heads, join } from '../core/net/layers.js';
import { type Autoencoder, type PosteriorKind, parameter } from '../core/net/network.js';

const networks = new Map<string, Autoencoder>();

/** Two data, two latents; the posterior's variances are independent, or its covariance is any. */
export function rotationNet(
  nu: ActivationName,
  posterior: Exclude<PosteriorKind, 'none'> = 'diagonal',
): Autoencoder {
  const key = `${nu} ${posterior}`;
  const known = networks.get(key);
  if (known) return known;
  const decoder = {
    shapes: { 'decoder.weight': [2, 2], 'decoder.bias': [2] },
    fanIn: { 'decoder.weight': 2, 'decoder.bias': 2 },
  };
  const net: Autoencoder = {
    data: [2],
    latent: 2,
    posterior,
    ...join([headLayout(2, 2, posterior), decoder]),
    encode: (params, x) => heads(params, x, 2, posterior),
    decode: (params, z) => {
      const before = tf.matMul(z, parameter(params, 'decoder.weight'), false, true);
      return tf.add(ACTIVATIONS[nu].apply(before), parameter(params, 'decoder.bias'));
    },
  };
  networks.set(key, net);
  return net;
}
