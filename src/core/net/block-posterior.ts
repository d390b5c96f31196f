/**
 * @file Block-diagonal posteriors: full ones whose Cholesky factor keeps to blocks of latents (Kumar & Poole
 * 2020, appendix D).
 */
import * as tf from '@tensorflow/tfjs';
import { constant } from '../../engine/ops.js';
import type { Autoencoder, Params } from './network.js';
import { parameter } from './network.js';

/**
 * Which outputs of a full Cholesky head stay: the d logarithms, and the lower entries inside a block, in
 * their order.
 */
function keptEntries(sizes: readonly number[]): number[] {
  const blockOf = sizes.flatMap((size, block) => new Array<number>(size).fill(block));
  const d = blockOf.length;
  const lower = blockOf.flatMap((block, row) =>
    blockOf
      .slice(0, row)
      .flatMap((other, column) => (other === block ? [d + (row * (row - 1)) / 2 + column] : [])),
  );
  return [...blockOf.map((_, i) => i), ...lower];
}

/**
 * The network with a covariance of independent blocks of so many latents each; blocks of one latent make it
 * diagonal, a single block leaves it as it is. Its head `cholesky` has only the entries of the blocks: the
 * logarithms of the factor's diagonal, then the strictly lower entries row by row.
 * @param net - with posterior 'cholesky'
 */
export function blockPosterior(net: Autoencoder, sizes: readonly number[]): Autoencoder {
  const total = sizes.reduce((a, b) => a + b, 0);
  if (net.posterior !== 'cholesky')
    throw new Error(`blocks: the network must have posterior "cholesky", got "${net.posterior}"`);
  if (!sizes.every(size => Number.isInteger(size) && size > 0) || total !== net.latent)
    throw new Error(
      `blocks: sizes must be positive integers that add up to the ${net.latent} latents, got [${sizes.join(', ')}]`,
    );
  const kept = keptEntries(sizes);
  const full = (total * (total + 1)) / 2;
  const features = net.shapes['cholesky.weight']![1]!;
  const { normalised } = net;

  /** The full head: the kept rows in their places, zeros elsewhere. */
  const widen = (params: Params): Params => {
    const placement = new Float64Array(full * kept.length);
    for (const [column, row] of kept.entries()) placement[row * kept.length + column] = 1;
    const place = constant(placement, [full, kept.length]);
    const bias = tf.expandDims(parameter(params, 'cholesky.bias'), 1);
    return {
      ...params,
      'cholesky.weight': tf.matMul(place, parameter(params, 'cholesky.weight')),
      'cholesky.bias': tf.reshape(tf.matMul(place, bias), [full]),
    };
  };

  return {
    ...net,
    shapes: { ...net.shapes, 'cholesky.weight': [kept.length, features], 'cholesky.bias': [kept.length] },
    ...(normalised && {
      normalised: { ...normalised, inMode: mode => blockPosterior(normalised.inMode(mode), sizes) },
    }),
    encode: (params, x) => net.encode(widen(params), x),
  };
}
