/**
 * @file Spectral normalisation: the estimate against singular values, training with it, and degenerate
 * weights.
 */
import * as tf from '@tensorflow/tfjs';
import * as assert from 'uvu/assert';
import { convAutoencoder } from '../../../src/core/net/conv.js';
import { denseAutoencoder } from '../../../src/core/net/dense.js';
import { kumarPooleAutoencoder } from '../../../src/core/net/kumar-poole.js';
import { advanced, estimateNorm, START, withSpectralNorm } from '../../../src/core/net/spectral.js';
import { makeRae } from '../../../src/core/objectives/rae/rae.js';
import { sgd } from '../../../src/core/optimiser.js';
import { trainingStep } from '../../../src/core/step.js';
import { svd } from '../../../src/theory/numerics/eigen.js';
import { suite } from '../../harness.js';
import { close, draw, drawParams, finite, type Named, paramsOf, prefixed, run, values } from '../support.js';

const test = suite('core/net/spectral');

const NET = denseAutoencoder({
  encoder: [4, 3],
  latent: 2,
  decoder: [2, 5, 4],
  activation: 'tanh',
  output: 'identity',
});
const SPEC = { iterations: 1 };

const rows = (flat: Float64Array, count: number): number[][] =>
  Array.from({ length: count }, (_, i) => [
    ...flat.slice((i * flat.length) / count, ((i + 1) * flat.length) / count),
  ]);

test('many iterations give the largest singular value, of matrices and of reshaped kernels', () => {
  for (const shape of [
    [5, 3],
    [2, 6],
    [3, 2, 2, 2],
  ]) {
    const weight = draw(7, shape);
    const out = run(
      ({ weight, start }) => ({ sigma: estimateNorm(weight!, start!, { iterations: 200 }).sigma }),
      { weight, start: draw(8, [shape[0]!]) },
    );
    close(out.sigma!, [svd(rows(weight.values, shape[0]!)).values[0]!], 1e-12, `${shape}`);
  }
});

test('which weights are normalised: those of the decoder, with a start vector each', () => {
  const starts = (shapes: object): string[] => Object.keys(shapes).filter(name => name.startsWith(START));
  assert.equal(starts(withSpectralNorm(NET, SPEC).shapes), [
    'spectral.decoder.0.weight',
    'spectral.decoder.1.weight',
  ]);
  const conv = convAutoencoder({
    image: [4, 4, 2],
    channels: [3],
    latent: 2,
    activation: 'tanh',
    output: 'identity',
  });
  assert.equal(withSpectralNorm(conv, SPEC).shapes['spectral.decoder.1.weight'], [2]);
  const normalised = withSpectralNorm(kumarPooleAutoencoder({ dataset: 'mnist', latent: 2, width: 1 }), SPEC);
  assert.not(starts(normalised.shapes).some(name => name.includes('norm')));
  assert.equal(
    normalised.normalised?.inMode({ kind: 'training' }).shapes,
    normalised.shapes,
    'another mode is normalised too',
  );
});

test('training: starts have no gradient and are carried by `advanced`; the scale of a weight does not matter', () => {
  const net = withSpectralNorm(NET, SPEC);
  const inputs: Named = { ...drawParams(1, net.shapes), x: draw(2, [3, 4]) };
  const step = (from: Named) =>
    run(all => {
      const params = paramsOf(all);
      const result = trainingStep(makeRae(), net, sgd, {
        params,
        state: {},
        inputs: { x: all.x! },
        rate: tf.scalar(0.5),
        hyper: { rec: 'sum', beta: 1 },
      });
      return {
        loss: result.loss,
        ...prefixed('new.', result.params),
        ...prefixed('next.', advanced(params, SPEC)),
      };
    }, from);
  const out = step(inputs);
  const name = 'spectral.decoder.0.weight';
  close(out[`new.${name}`]!, inputs[`param.${name}`]!.values, 0, 'start');
  const matrix = inputs['param.decoder.0.weight']!;
  const alone = run(({ weight, start }) => ({ next: estimateNorm(weight!, start!, SPEC).next }), {
    weight: matrix,
    start: inputs[`param.${name}`]!,
  });
  close(out[`next.${name}`]!, alone.next!, 1e-15, 'next');
  const scaled = {
    ...inputs,
    'param.decoder.0.weight': values(
      matrix.shape,
      matrix.values.map(w => 8 * w),
    ),
  };
  close(step(scaled).loss!, out.loss!, 1e-14, 'loss');
});

test('a weight of zero stays zero, and nothing is infinite', () => {
  const net = withSpectralNorm(NET, SPEC);
  const inputs = {
    ...drawParams(1, net.shapes),
    'param.decoder.0.weight': values([5, 2], new Float64Array(10)),
    x: draw(2, [3, 4]),
  };
  finite(
    run(all => {
      const { loss, terms } = makeRae().evaluate(net, paramsOf(all), { x: all.x! }, { rec: 'sum', beta: 1 });
      return { loss, ...terms };
    }, inputs),
  );
});

test('errors: iterations', () => {
  const one = { weight: draw(1, [2, 2]), start: draw(2, [2]) };
  for (const iterations of [0, 1.5])
    assert.throws(
      () => run(({ weight, start }) => ({ ...estimateNorm(weight!, start!, { iterations }) }), one),
      /iterations must be a positive integer, got/,
    );
});

test.run();
