/**
 * @file Block-diagonal posteriors: the factor's shape, its entries, derived networks, and what is refused.
 */
import type * as tf from '@tensorflow/tfjs';
import * as assert from 'uvu/assert';
import { blockPosterior } from '../../../src/core/net/block-posterior.js';
import { denseAutoencoder } from '../../../src/core/net/dense.js';
import { kumarPooleAutoencoder } from '../../../src/core/net/kumar-poole.js';
import type { Autoencoder, PosteriorKind } from '../../../src/core/net/network.js';
import { suite } from '../../harness.js';
import { draw, drawParams, paramsOf, run, values } from '../support.js';

const full = (posterior: PosteriorKind = 'cholesky', latent = 4): Autoencoder =>
  denseAutoencoder({
    encoder: [3, 5],
    latent,
    decoder: [latent, 3],
    activation: 'tanh',
    output: 'identity',
    posterior,
  });

/** The factor and the logarithms of its diagonal. */
const factorOf = (net: Autoencoder) => (all: Record<string, tf.Tensor>) => {
  const { scale, mean } = net.encode(paramsOf(all), all.x!);
  if (scale.kind !== 'cholesky') throw new Error('a factor');
  return { factor: scale.factor, logs: scale.logDiagonal, mean };
};

const test = suite('core/net/block-posterior');

test('a head for the entries of the blocks only', () => {
  const net = blockPosterior(full(), [2, 1, 1]);
  assert.equal(net.shapes['cholesky.weight'], [5, 5]);
  assert.equal(net.shapes['cholesky.bias'], [5]);
  assert.is(net.posterior, 'cholesky');
  assert.equal(blockPosterior(full(), [4]).shapes, full().shapes);
  assert.equal(Object.keys(net.shapes), Object.keys(full().shapes));
});

test('zeros outside the blocks, the entries in their order', () => {
  const net = blockPosterior(full(), [1, 3]);
  const entries = [0.1, 0.2, 0.3, 0.4, 21, 31, 32];
  const inputs = {
    ...drawParams(1, net.shapes),
    'param.cholesky.weight': values([7, 5], new Array(35).fill(0)),
    'param.cholesky.bias': values([7], entries),
    x: draw(2, [1, 3]),
  };
  const { factor, logs } = run(factorOf(net), inputs);
  assert.equal([...logs!], entries.slice(0, 4));
  const [a, b, c, d] = entries.slice(0, 4).map(Math.exp) as [number, number, number, number];
  assert.equal([...factor!], [a, 0, 0, 0, 0, b, 0, 0, 0, 21, c, 0, 0, 31, 32, d]);
});

test('one block is the full posterior', () => {
  const inputs = { ...drawParams(3, full().shapes), x: draw(4, [2, 3]) };
  assert.equal(run(factorOf(blockPosterior(full(), [4])), inputs), run(factorOf(full()), inputs));
});

test('a network with batch normalisation keeps its blocks in other modes', () => {
  const net = kumarPooleAutoencoder({ dataset: 'mnist', latent: 3, posterior: 'cholesky', width: 1 / 64 });
  const blocks = blockPosterior(net, [2, 1]);
  assert.equal(blocks.normalised?.statistics, net.normalised?.statistics);
  const other = blocks.normalised?.inMode({ kind: 'training' });
  assert.equal(other?.shapes['cholesky.bias'], [4]);
  assert.is(blockPosterior(full(), [4]).normalised, undefined);
});

test('what is refused', () => {
  assert.throws(
    () => blockPosterior(full('diagonal'), [2, 2]),
    /must have posterior "cholesky", got "diagonal"/,
  );
  assert.throws(() => blockPosterior(full(), [2, 1]), /add up to the 4 latents, got \[2, 1\]/);
  assert.throws(() => blockPosterior(full(), [5, -1]), /positive integers/);
});

test.run();
