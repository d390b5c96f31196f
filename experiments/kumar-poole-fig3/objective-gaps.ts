/**
 * @file The beta-VAE, its Taylor objective and GRAE of one trained network on records that it has not seen.
 */

import * as tf from '@tensorflow/tfjs';
import { fill, stream } from '../../src/claims/random.js';
import { jacobian } from '../../src/core/derivatives.js';
import { scaleUp } from '../../src/core/gaussian.js';
import type { Autoencoder, Params } from '../../src/core/net/network.js';
import { evaluated } from '../../src/core/net/running.js';
import { makeGrae } from '../../src/core/objectives/grae/grae.js';
import { reconstruction, scaleOf, squaredNorm } from '../../src/core/objectives/objective.js';
import { makeBetaVaeTaylor } from '../../src/core/objectives/vae/beta-vae-taylor.js';
import { withoutPrefix } from '../../src/core/prefix.js';
import { constant } from '../../src/engine/ops.js';
import { specsOf } from '../../src/engine/spec.js';
import { openHolder } from '../../src/train/engines/open.js';
import type { Trained } from '../../src/train/experiment/experiment.js';
import { evaluatedShapes, type Stage } from '../../src/train/graphs.js';
import type { Numbers } from '../../src/train/runner.js';

/**
 * Means over a batch: GRAE; how far the Taylor objective is above it; and of the beta-VAE above its Taylor
 * objective from one antithetic pair of noises a record, with |J L noise|^2 / 2 as control variate, the mean
 * and the mean square.
 */
export function gapTerms(net: Autoencoder, params: Params, x: tf.Tensor, noise: tf.Tensor, beta: number) {
  const posterior = net.encode(params, x);
  const scale = scaleOf(posterior, 'learned');
  const along = scaleUp(scale, noise);
  const errorAt = (z: tf.Tensor): tf.Tensor => reconstruction('half', x, net.decode(params, z));
  const both = tf.mul(
    tf.add(errorAt(tf.add(posterior.mean, along)), errorAt(tf.sub(posterior.mean, along))),
    0.5,
  );
  const columns = jacobian(z => net.decode(params, z), posterior.mean);
  const moved = tf.squeeze(tf.matMul(columns, tf.expandDims(along, 2)), [2]);
  const curvature = tf.mul(squaredNorm(moved), 0.5);
  const draws = tf.sub(tf.sub(both, errorAt(posterior.mean)), curvature);
  const taylor = makeBetaVaeTaylor().evaluate(net, params, { x }, { beta, variance: 'learned' }).terms;
  const grae = makeGrae().evaluate(net, params, { x }, { beta });
  const kl = tf.mul(tf.sub(taylor.kl!, grae.terms.prior!), constant(beta));
  return {
    grae: grae.loss,
    graeGap: tf.add(taylor.penalty!, tf.sub(kl, tf.mul(grae.terms.penalty!, constant(beta / 2)))),
    taylorGap: tf.mean(draws),
    square: tf.mean(tf.square(draws)),
  };
}

const MOST = 50;

/** The largest batch of at most 50 that divides so many records. */
const batchFor = (records: number): number => {
  for (let size = Math.min(MOST, records); ; size--) if (records % size === 0) return size;
};

/**
 * The gaps of a trained beta-VAE on its validation records, batch normalisation with its running statistics.
 */
export async function gapsOfTrained(
  { model, network, data, config, engine, threads }: Trained,
  beta: number,
): Promise<Numbers> {
  const { net } = model;
  const records = data.counts.validation;
  const size = batchFor(records);
  const shapes = evaluatedShapes(model);
  const stage: Stage = {
    specs: {
      ...specsOf(shapes),
      x: { shape: [size, ...net.data] },
      noise: { shape: [size, net.latent] },
    },
    fn: given =>
      gapTerms(
        evaluated(net, withoutPrefix('statistics', given)),
        withoutPrefix('param', given),
        given.x!,
        given.noise!,
        beta,
      ),
  };
  const holder = await openHolder(network, shapes, { engine, threads });
  try {
    const run = await holder.open(stage);
    const sums: Numbers = { grae: 0, graeGap: 0, taylorGap: 0, square: 0 };
    for (let start = 0; start < records; start += size) {
      const noise = fill(
        new Float32Array(size * net.latent),
        'normal',
        stream(config.seed, 'gap noise', start),
      );
      const found = await run({ x: data.validation(start, size), noise });
      for (const name of Object.keys(sums)) sums[name]! += (found[name]![0]! * size) / records;
    }
    const { grae, graeGap, taylorGap, square } = sums as Record<
      'grae' | 'graeGap' | 'taylorGap' | 'square',
      number
    >;
    const variance = Math.max(0, square - taylorGap ** 2);
    return { grae, graeGap, taylorGap, taylorGapError: Math.sqrt(variance / records) };
  } finally {
    await holder.close();
  }
}
