/** @file Nonlinear decoders with a table for an encoder. */
import * as tf from '@tensorflow/tfjs';
import { type Autoencoder, parameter } from '../../../src/core/net/network.js';
import { tableAutoencoder } from '../../../src/core/net/table.js';
import { mat } from '../../kit.js';

/**
 * A polynomial curve through a point for each sample: g(z) = C (1, z, z^2, ...), `curve` is C [data,
 * samples].
 */
export const polynomialAutoencoder = (data: number, samples: number): Autoencoder =>
  tableAutoencoder({
    data,
    latent: 1,
    samples,
    shapes: { curve: [data, samples] },
    decode: (params, z) => {
      const powers = [tf.onesLike(z)];
      for (let k = 1; k < samples; k++) powers.push(tf.mul(powers[k - 1]!, z));
      return tf.matMul(tf.concat(powers, 1), parameter(params, 'curve'), false, true);
    },
  });

/** The coefficients of the Lagrange polynomial that is 1 at a node and 0 at the others. */
function lagrange(nodes: mat.Vector, at: number): number[] {
  let coefficients = [1];
  for (const [k, node] of nodes.entries()) {
    if (k === at) continue;
    const span = nodes[at]! - node;
    const shifted = [0, ...coefficients];
    coefficients = shifted.map((c, i) => (c - node * (coefficients[i] ?? 0)) / span);
  }
  return coefficients;
}

/** The curve that is at the i-th point for the i-th node, and its derivative at the nodes. */
export function polynomialParameters(nodes: mat.Vector, points: mat.Matrix) {
  const bases = nodes.map((_, i) => lagrange(nodes, i));
  const coordinates = points[0]!.map((_, m) => points.map(point => point[m]!));
  const curve = coordinates.map(values =>
    nodes.map((_, k) =>
      mat.dot(
        values,
        bases.map(basis => basis[k]!),
      ),
    ),
  );
  const slopes = nodes.map(z =>
    curve.map(c => c.reduce((sum, x, k) => sum + (k === 0 ? 0 : k * x * z ** (k - 1)), 0)),
  );
  return { params: { curve: curve.flat() }, slopes };
}

/** g(z) = W tanh(Vz), `outer` is W and `inner` V, with five hidden units. */
export const tanhTable = (data: number, latent: number, samples: number): Autoencoder =>
  tableAutoencoder({
    data,
    latent,
    samples,
    shapes: { inner: [5, latent], outer: [data, 5] },
    decode: (params, z) => {
      const hidden = tf.tanh(tf.matMul(z, parameter(params, 'inner'), false, true));
      return tf.matMul(hidden, parameter(params, 'outer'), false, true);
    },
  });
