import * as tf from '@tensorflow/tfjs';
import * as assert from 'uvu/assert';
import { gradients } from '../../src/core/derivatives.js';
import { type ConvSpec, convAutoencoder } from '../../src/core/net/conv.js';
import { type DenseSpec, denseAutoencoder } from '../../src/core/net/dense.js';
import { parameter } from '../../src/core/net/network.js';
import { suite } from '../harness.js';
import {
  close,
  compiled,
  draw,
  drawParams,
  moved,
  type Named,
  paramsOf,
  prefixed,
  run,
  slope,
} from './support.js';

const DENSE: DenseSpec = {
  encoder: [4, 5],
  latent: 2,
  decoder: [2, 3, 4],
  activation: 'tanh',
  output: 'sigmoid',
};
const CONV: ConvSpec = {
  image: [4, 8, 2],
  channels: [3, 5],
  latent: 2,
  activation: 'gelu',
  output: 'sigmoid',
};

/** W x + b for one sample. */
const layer = (inputs: Named, name: string, x: number[]): number[] => {
  const [w, b] = [inputs[`param.${name}.weight`]!.values, inputs[`param.${name}.bias`]!.values];
  return Array.from(b, (bias, o) => x.reduce((sum, xi, i) => sum + w[o * x.length + i]! * xi, bias));
};

/** A 3x3 convolution of one image [H, W, C] with one border of zeros, by definition. */
function convolve(
  inputs: Named,
  name: string,
  x: number[],
  [h, w]: readonly [number, number],
  stride: number,
): number[] {
  const { shape, values: kernel } = inputs[`param.${name}.weight`]!;
  const [out, channels] = shape as [number, number];
  const bias = inputs[`param.${name}.bias`]!.values;
  const result: number[] = [];
  for (let r = 0; r < h; r += stride)
    for (let c = 0; c < w; c += stride)
      for (let o = 0; o < out; o++) {
        let sum = bias[o]!;
        for (let i = 0; i < channels; i++)
          for (let dr = 0; dr < 3; dr++)
            for (let dc = 0; dc < 3; dc++) {
              const [rr, cc] = [r + dr - 1, c + dc - 1];
              if (rr >= 0 && rr < h && cc >= 0 && cc < w)
                sum += kernel[((o * channels + i) * 3 + dr) * 3 + dc]! * x[(rr * w + cc) * channels + i]!;
            }
        result.push(sum);
      }
  return result;
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

const test = suite('core/networks');

test('dense: names, shapes and fan-in in order', () => {
  const net = denseAutoencoder({ ...DENSE, posterior: 'cholesky' });
  assert.equal(Object.entries(net.shapes), [
    ['encoder.0.weight', [5, 4]],
    ['encoder.0.bias', [5]],
    ['mu.weight', [2, 5]],
    ['mu.bias', [2]],
    ['cholesky.weight', [3, 5]],
    ['cholesky.bias', [3]],
    ['decoder.0.weight', [3, 2]],
    ['decoder.0.bias', [3]],
    ['decoder.1.weight', [4, 3]],
    ['decoder.1.bias', [4]],
  ]);
  assert.is(net.fanIn['cholesky.bias'], 5);
  assert.is(net.fanIn['decoder.1.weight'], 3);
  assert.equal([net.data, net.latent, net.posterior], [[4], 2, 'cholesky']);
  assert.is(denseAutoencoder(DENSE).posterior, 'none');
});

test('dense: encoding, heads and decoding against plain numbers', () => {
  const net = denseAutoencoder({ ...DENSE, posterior: 'diagonal' });
  const inputs = { ...drawParams(1, net.shapes), x: draw(2, [1, 4]), z: draw(3, [1, 2]) };
  const out = run(all => {
    const { mean, scale } = net.encode(paramsOf(all), all.x!);
    assert.is(scale.kind, 'diagonal');
    const logVariance = scale.kind === 'diagonal' ? scale.logVariance : mean;
    return { mean, logVariance, y: net.decode(paramsOf(all), all.z!) };
  }, inputs);
  const hidden = layer(inputs, 'encoder.0', [...inputs.x.values]).map(Math.tanh);
  close(out.mean!, layer(inputs, 'mu', hidden), 1e-14);
  close(out.logVariance!, layer(inputs, 'logvar', hidden), 1e-14);
  const up = layer(inputs, 'decoder.0', [...inputs.z.values]).map(Math.tanh);
  close(out.y!, layer(inputs, 'decoder.1', up).map(sigmoid), 1e-14);
});

test('dense: the head of a full covariance', () => {
  const net = denseAutoencoder({ ...DENSE, posterior: 'cholesky' });
  const inputs = { ...drawParams(1, net.shapes), x: draw(2, [1, 4]) };
  const { factor } = run(all => {
    const { scale } = net.encode(paramsOf(all), all.x!);
    return { factor: scale.kind === 'cholesky' ? scale.factor : all.x! };
  }, inputs);
  const [a, b, c] = layer(
    inputs,
    'cholesky',
    layer(inputs, 'encoder.0', [...inputs.x.values]).map(Math.tanh),
  );
  close(factor!, [Math.exp(a!), 0, c!, Math.exp(b!)], 1e-14);
});

test('convolutional: names and shapes', () => {
  const net = convAutoencoder(CONV);
  assert.equal(
    Object.entries(net.shapes).filter(([name]) => name.endsWith('weight')),
    [
      ['encoder.0.weight', [3, 2, 3, 3]],
      ['encoder.1.weight', [5, 3, 3, 3]],
      ['mu.weight', [2, 10]],
      ['decoder.0.weight', [10, 2]],
      ['decoder.1.weight', [3, 5, 3, 3]],
      ['decoder.2.weight', [2, 3, 3, 3]],
    ],
  );
  assert.is(net.fanIn['encoder.1.bias'], 27);
  assert.equal(net.data, [4, 8, 2]);
});

test('convolutional: encoding and decoding by definition', () => {
  const net = convAutoencoder({ ...CONV, activation: 'sin' });
  const inputs = { ...drawParams(4, net.shapes), x: draw(5, [1, 4, 8, 2]), z: draw(6, [1, 2]) };
  const out = run(
    all => ({ mean: net.encode(paramsOf(all), all.x!).mean, y: net.decode(paramsOf(all), all.z!) }),
    inputs,
  );
  const first = convolve(inputs, 'encoder.0', [...inputs.x.values], [4, 8], 2).map(Math.sin);
  const second = convolve(inputs, 'encoder.1', first, [2, 4], 2).map(Math.sin);
  // [1, 2, 5] -> channels first
  const flat = Array.from({ length: 10 }, (_, i) => second[(i % 2) * 5 + Math.floor(i / 2)]!);
  close(out.mean!, layer(inputs, 'mu', flat), 1e-14, 'mean');

  const twice = (x: number[], [h, w]: readonly [number, number], channels: number): number[] =>
    Array.from({ length: 4 * h * w * channels }, (_, n) => {
      const [r, c, k] = [
        Math.floor(n / (2 * w * channels)),
        Math.floor(n / channels) % (2 * w),
        n % channels,
      ];
      return x[(Math.floor(r / 2) * w + Math.floor(c / 2)) * channels + k]!;
    });
  const dense = layer(inputs, 'decoder.0', [...inputs.z.values]);
  const image = Array.from({ length: 10 }, (_, n) => Math.sin(dense[(n % 5) * 2 + Math.floor(n / 5)]!));
  const middle = convolve(inputs, 'decoder.1', twice(image, [1, 2], 5), [2, 4], 1).map(Math.sin);
  close(
    out.y!,
    convolve(inputs, 'decoder.2', twice(middle, [2, 4], 3), [4, 8], 1).map(sigmoid),
    1e-14,
    'decoded',
  );
});

test('convolutional: gradients by differences, batch of 2', () => {
  const net = convAutoencoder({ ...CONV, posterior: 'cholesky' });
  const inputs = { ...drawParams(7, net.shapes), x: draw(8, [2, 4, 8, 2]) };
  const f = compiled(all => {
    const { loss, grads } = gradients(params => {
      const { mean, scale } = net.encode(params, all.x!);
      const code = scale.kind === 'cholesky' ? tf.add(mean, tf.sum(scale.factor, 2)) : mean;
      return { loss: tf.sum(tf.square(tf.sub(net.decode(params, code), all.x!))), aux: {} };
    }, paramsOf(all));
    return { loss, ...prefixed('grad.', grads) };
  }, inputs);
  const out = f(inputs);
  for (const [i, [name, shape]] of Object.entries(net.shapes).entries()) {
    const direction = draw(100 + i, shape);
    const expected = slope(t => f(moved(inputs, { [`param.${name}`]: direction }, t)).loss![0]!);
    const got = out[`grad.${name}`]!.reduce((s, g, k) => s + g * direction.values[k]!, 0);
    close([got], [expected], 1e-8, name);
  }
});

test('the same network on the eager cpu backend in single precision', async () => {
  const net = convAutoencoder({ ...CONV, activation: 'elu' });
  const inputs = { ...drawParams(9, net.shapes), x: draw(10, [2, 4, 8, 2]) };
  const f = (all: Record<string, tf.Tensor>): Record<string, tf.Tensor> => {
    const { loss, grads } = gradients(params => {
      const { mean } = net.encode(params, all.x!);
      return { loss: tf.sum(tf.square(net.decode(params, mean))), aux: {} };
    }, paramsOf(all));
    return { loss, ...grads };
  };
  const exact = run(f, inputs);
  await tf.setBackend('cpu');
  tf.tidy(() => {
    const eager = f(
      Object.fromEntries(
        Object.entries(inputs).map(([name, { shape, values }]) => [
          name,
          tf.tensor(Float32Array.from(values), [...shape]),
        ]),
      ),
    );
    for (const [name, tensor] of Object.entries(eager))
      close(Float64Array.from(tensor.dataSync()), exact[name]!, 1e-4, name);
  });
});

test('errors name the rule and the value', () => {
  assert.throws(
    () => denseAutoencoder({ ...DENSE, encoder: [4, 0] }),
    /network: sizes must be positive integers, got \[4, 0, 2, 2, 3, 4\]/,
  );
  assert.throws(() => denseAutoencoder({ ...DENSE, decoder: [2] }), /network: needs encoder/);
  assert.throws(() => denseAutoencoder({ ...DENSE, encoder: [] }), /network: needs encoder/);
  assert.throws(
    () => denseAutoencoder({ ...DENSE, decoder: [3, 4] }),
    /decoder must go from the 2 latents to the 4 data/,
  );
  assert.throws(() => denseAutoencoder({ ...DENSE, decoder: [2, 5] }), /got \[2, 5\]/);
  assert.throws(() => convAutoencoder({ ...CONV, image: [4, 6, 2] }), /divisible by 2\^stages/);
  assert.throws(() => convAutoencoder({ ...CONV, channels: [] }), /at least one stage/);
  assert.throws(() => parameter({}, 'mu.bias'), /"mu.bias" is missing, got none/);
  assert.throws(() => parameter({ a: tf.scalar(1) }, 'mu.bias'), /"mu.bias" is missing, got a -/);
});

test.run();
