import * as tf from '@tensorflow/tfjs';
import * as assert from 'uvu/assert';
import { gradient } from '../../../src/core/derivatives.js';
import { batchNorm } from '../../../src/core/net/batch-norm.js';
import type { Mode, Moments } from '../../../src/core/net/network.js';
import { suite } from '../../harness.js';
import { close, compiled, draw, moved, type Named, run, slope, values } from '../support.js';

const TRAINING: Mode = { kind: 'training' };
const CHANNELS = 3;
const PARAMS: Named = { 'n.weight': draw(1, [CHANNELS]), 'n.bias': draw(2, [CHANNELS]) };

const test = suite('core/net/batch-norm');

/** Channel c of rows of three. */
const channel = (x: Float64Array, c: number): Float64Array => x.filter((_, i) => i % CHANNELS === c);

for (const shape of [
  [5, CHANNELS],
  [2, 3, 4, CHANNELS],
])
  test(`training: zero mean and unit variance before scale and offset, [${shape}]`, () => {
    const inputs = { ...PARAMS, x: draw(3, shape) };
    const out = run(all => {
      let told: Moments | undefined;
      const mode: Mode = {
        kind: 'training',
        observe: (layer, moments) => {
          assert.is(layer, 'n');
          told = moments;
        },
      };
      const y = batchNorm('n', CHANNELS, mode).apply(all, all.x!);
      assert.is(told!.count, inputs.x.values.length / CHANNELS);
      return { y, mean: told!.mean, variance: told!.variance };
    }, inputs);
    for (let c = 0; c < CHANNELS; c++) {
      const x = channel(inputs.x.values, c);
      const mean = x.reduce((a, b) => a + b) / x.length;
      const variance = x.reduce((sum, xi) => sum + (xi - mean) ** 2, 0) / x.length;
      const [w, b] = [PARAMS['n.weight']!.values[c]!, PARAMS['n.bias']!.values[c]!];
      close(
        channel(out.y!, c),
        x.map(xi => ((xi - mean) / Math.sqrt(variance + 1e-5)) * w + b),
        1e-14,
      );
      close([out.mean![c]!, out.variance![c]!], [mean, variance], 1e-14);
    }
  });

test('evaluation: running statistics, each sample by itself, and nothing is observed', () => {
  const x = draw(4, [4, CHANNELS]);
  const inputs = { ...PARAMS, x, mean: draw(5, [CHANNELS]), variance: values([CHANNELS], [0.5, 1, 2]) };
  const { y } = run(all => {
    const statistics = { 'n.running_mean': all.mean!, 'n.running_var': all.variance! };
    return { y: batchNorm('n', CHANNELS, { kind: 'evaluation', statistics }).apply(all, all.x!) };
  }, inputs);
  close(
    y!,
    x.values.map((xi, i) => {
      const at = (name: string): number => (inputs as Named)[name]!.values[i % CHANNELS]!;
      return ((xi - at('mean')) / Math.sqrt(at('variance') + 1e-5)) * at('n.weight') + at('n.bias');
    }),
    1e-15,
  );
});

test('derivatives of the first, second and third order by differences of the one before', () => {
  const names = ['x', 'n.weight', 'n.bias'];
  const inputs: Named = { ...PARAMS, x: draw(6, [2, 1, 2, CHANNELS]) };
  const directions = [7, 8, 9].map((seed, k) =>
    Object.fromEntries(names.map((n, i) => [n, draw(10 * seed + i + k, inputs[n]!.shape)])),
  );
  const f = compiled(all => {
    const loss = (given: tf.Tensor[]): tf.Tensor => {
      const [x, weight, bias] = given as [tf.Tensor, tf.Tensor, tf.Tensor];
      const y = batchNorm('n', CHANNELS, TRAINING).apply({ 'n.weight': weight, 'n.bias': bias }, x);
      return tf.sum(tf.mul(tf.tanh(y), tf.square(y)));
    };
    const along =
      (g: (given: tf.Tensor[]) => tf.Tensor, k: number) =>
      (given: tf.Tensor[]): tf.Tensor =>
        tf.addN(
          given.map((x, i) => {
            const partial = gradient(xi => g(given.map((other, j) => (j === i ? xi : other))), x);
            return tf.sum(tf.mul(partial, all[`direction.${k}.${names[i]}`]!));
          }),
        );
    const point = names.map(name => all[name]!);
    const first = along(loss, 0);
    const second = along(first, 1);
    return { d0: loss(point), d1: first(point), d2: second(point), d3: along(second, 2)(point) };
  }, withDirections());
  function withDirections(): Named {
    const entries = directions.flatMap((d, k) =>
      Object.entries(d).map(([n, v]) => [`direction.${k}.${n}`, v] as const),
    );
    return { ...inputs, ...Object.fromEntries(entries) };
  }
  const out = f(withDirections());
  for (const k of [0, 1, 2]) {
    const expected = slope(t => f(moved(withDirections(), directions[k]!, t))[`d${k}`]![0]!, 1e-3);
    close(out[`d${k + 1}`]!, [expected], 1e-9, `order ${k + 1}`);
  }
});

test('one value a channel has no variance', () => {
  assert.throws(
    () =>
      run(all => ({ y: batchNorm('n', CHANNELS, TRAINING).apply(all, all.x!) }), {
        ...PARAMS,
        x: draw(1, [1, CHANNELS]),
      }),
    'batchNorm: "n" needs at least 2 values a channel in training, got 1 - make the batch larger, or evaluate',
  );
});

test.run();
