/** @file The network of the rotation experiment (Kumar & Poole 2020, appendix C): an affine encoder, nu(Az) + b, one covariance. */
import * as tf from '@tensorflow/tfjs';
import { ACTIVATIONS, type ActivationName } from '../../src/core/net/activation.js';
import { headLayout, heads, join } from '../../src/core/net/layers.js';
import { type Autoencoder, parameter } from '../../src/core/net/network.js';

const networks = new Map<ActivationName, Autoencoder>();

/** Two data, two latents, independent posterior variances. */
export function rotationNet(nu: ActivationName): Autoencoder {
  const known = networks.get(nu);
  if (known) return known;
  const decoder = {
    shapes: { 'decoder.weight': [2, 2], 'decoder.bias': [2] },
    fanIn: { 'decoder.weight': 2, 'decoder.bias': 2 },
  };
  const net: Autoencoder = {
    data: [2],
    latent: 2,
    posterior: 'diagonal',
    ...join([headLayout(2, 2, 'diagonal'), decoder]),
    encode: (params, x) => heads(params, x, 2, 'diagonal'),
    decode: (params, z) => {
      const before = tf.matMul(z, parameter(params, 'decoder.weight'), false, true);
      return tf.add(ACTIVATIONS[nu].apply(before), parameter(params, 'decoder.bias'));
    },
  };
  networks.set(nu, net);
  return net;
}
