/** @file The graph that decides how long the claims take: SAMBA's gradient on a small tanh decoder. */
import * as tf from '@tensorflow/tfjs';
import type { Graph } from '../src/engine/graph/graph.js';
import { trace } from '../src/engine/trace.js';

/**
 * Gradient of |decoder(z + rho g/|g|) - x|^2 with respect to z and the parameters; g = the loss gradient at
 * z.
 */
export function sambaGraph(latent = 6, hidden = 16, data = 12, batch = 1): Graph {
  const specs = {
    x: { shape: [batch, data] },
    z: { shape: [batch, latent] },
    rho: { shape: [] },
    w1: { shape: [hidden, latent] },
    b1: { shape: [hidden] },
    w2: { shape: [data, hidden] },
    b2: { shape: [data] },
  };
  return trace(({ x, z, rho, w1, b1, w2, b2 }) => {
    const decode = (latents: tf.Tensor, p: tf.Tensor[]): tf.Tensor => {
      const inner = tf.tanh(
        tf.add(tf.matMul(latents as tf.Tensor2D, p[0] as tf.Tensor2D, false, true), p[1]!),
      );
      return tf.add(tf.matMul(inner as tf.Tensor2D, p[2] as tf.Tensor2D, false, true), p[3]!);
    };
    const loss = (latents: tf.Tensor, p: tf.Tensor[]): tf.Scalar =>
      tf.sum(tf.square(tf.sub(decode(latents, p), x!)));
    const p = [w1!, b1!, w2!, b2!];
    const g = tf.grad(latents => loss(latents, p))(z!);
    const norm = tf.sqrt(tf.sum(tf.square(g), 1, true));
    const moved = tf.add(z!, tf.mul(rho!, tf.div(g, norm)));
    const [dz, dw1, db1, dw2, db2] = tf.grads((latents, ...q) => loss(latents!, q))([moved, ...p]);
    return { loss: loss(moved, p), dz: dz!, dw1: dw1!, db1: db1!, dw2: dw2!, db2: db2! };
  }, specs);
}
