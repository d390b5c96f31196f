/**
 * @file Autoencoders with decoders whose objectives have closed forms, behind the interface that training
 * uses.
 */
import * as tf from '@tensorflow/tfjs';
import { headLayout, heads, join, type Layout } from '../../../src/core/net/layers.js';
import * as network from '../../../src/core/net/network.js';

/** A decoder with its parameters. */
interface Decoder {
  readonly data: number;
  readonly latent: number;
  readonly layout: Layout;
  decode(params: network.Params, z: tf.Tensor): tf.Tensor;
}

/** The decoder with the heads of core's networks directly on the data as its encoder: an affine encoder. */
const withHeads = (
  { data, latent, layout, decode }: Decoder,
  posterior: network.PosteriorKind,
): network.Autoencoder => ({
  data: [data],
  latent,
  posterior,
  ...join([headLayout(data, latent, posterior), layout]),
  encode: (params, x) => heads(params, x, latent, posterior),
  decode,
});

const layoutOf = (shapes: Layout['shapes']): Layout => ({
  shapes,
  fanIn: Object.fromEntries(Object.keys(shapes).map(name => [name, 1])),
});

/** g_m(z) = value_m + J_m (z - centre) + (z - centre)' Q_m (z - centre) / 2. */
export function quadraticAutoencoder(
  data: number,
  latent: number,
  posterior: network.PosteriorKind,
): network.Autoencoder {
  const layout = layoutOf({
    'decoder.centre': [latent],
    'decoder.value': [data],
    'decoder.jacobian': [data, latent],
    'decoder.hessians': [data * latent, latent],
  });
  const decode = (params: network.Params, z: tf.Tensor): tf.Tensor => {
    const e = tf.sub(z, network.parameter(params, 'decoder.centre'));
    const linear = tf.matMul(e, network.parameter(params, 'decoder.jacobian'), false, true);
    // Q_m e for every m and sample, then its product with e.
    const images = tf.matMul(e, network.parameter(params, 'decoder.hessians'), false, true);
    const curved = tf.sum(tf.mul(tf.reshape(images, [e.shape[0]!, data, latent]), tf.expandDims(e, 1)), 2);
    return tf.add(tf.add(network.parameter(params, 'decoder.value'), linear), tf.div(curved, 2));
  };
  return withHeads({ data, latent, layout, decode }, posterior);
}

/** A circle for each latent: g(z) = (rho_1 cos z_1, ..., rho_1 sin z_1, ...). */
export function circleAutoencoder(latent: number, posterior: network.PosteriorKind): network.Autoencoder {
  const layout = layoutOf({ 'decoder.radius': [latent] });
  const decode = (params: network.Params, z: tf.Tensor): tf.Tensor => {
    const radius = network.parameter(params, 'decoder.radius');
    return tf.concat([tf.mul(radius, tf.cos(z)), tf.mul(radius, tf.sin(z))], 1);
  };
  return withHeads({ data: 2 * latent, latent, layout, decode }, posterior);
}
