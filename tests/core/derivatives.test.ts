import * as tf from '@tensorflow/tfjs';
import * as assert from 'uvu/assert';
import { gradient, gradients, jacobian, jvp, mapParams, vjp } from '../../src/core/derivatives.js';
import { convAutoencoder } from '../../src/core/net/conv.js';
import { denseAutoencoder } from '../../src/core/net/dense.js';
import { suite } from '../harness.js';
import { close, compiled, draw, drawParams, paramsOf, run, slope, values } from './support.js';

/** (a, b) -> (a b, a^2, sin b) for each sample. */
const map = (z: tf.Tensor): tf.Tensor => {
  const [a, b] = [tf.slice(z, [0, 0], [-1, 1]), tf.slice(z, [0, 1], [-1, 1])];
  return tf.concat([tf.mul(a, b), tf.square(a), tf.sin(b)], 1);
};

const Z = values([2, 2], [2, 0.5, -1, 1.5]);
const rows = [0, 1].map(i => {
  const [a, b] = [Z.values[2 * i]!, Z.values[2 * i + 1]!];
  return [
    [b, a],
    [2 * a, 0],
    [0, Math.cos(b)],
  ];
});

const test = suite('core/derivatives');

test('jacobian, jvp and vjp of a known map', () => {
  const t = draw(1, [2, 2]);
  const dy = draw(2, [2, 3]);
  const out = run(
    ({ z, t, dy }) => ({ j: jacobian(map, z!), jvp: jvp(map, z!, t!), vjp: vjp(map, z!, dy!) }),
    { z: Z, t, dy },
  );
  close(out.j!, rows.flat(2), 1e-15, 'jacobian');
  close(
    out.jvp!,
    rows.flatMap((j, i) => j.map(r => r[0]! * t.values[2 * i]! + r[1]! * t.values[2 * i + 1]!)),
    1e-15,
    'jvp',
  );
  const pulled = rows.flatMap((j, i) =>
    [0, 1].map(k => j.reduce((s, r, m) => s + r[k]! * dy.values[3 * i + m]!, 0)),
  );
  close(out.vjp!, pulled, 1e-15, 'vjp');
});

for (const [name, net] of [
  [
    'dense',
    denseAutoencoder({
      encoder: [4, 3],
      latent: 3,
      decoder: [3, 5, 4],
      activation: 'gelu',
      output: 'sigmoid',
    }),
  ],
  [
    'convolutional',
    convAutoencoder({ image: [4, 4, 2], channels: [3], latent: 3, activation: 'tanh', output: 'identity' }),
  ],
] as const)
  test(`decoder Jacobian against differences: ${name}`, () => {
    const inputs = { ...drawParams(3, net.shapes), z: draw(4, [2, 3]) };
    const f = compiled(all => {
      const decode = (z: tf.Tensor): tf.Tensor => net.decode(paramsOf(all), z);
      return { j: jacobian(decode, all.z!), y: decode(all.z!) };
    }, inputs);
    const { j, y } = f(inputs);
    const size = y!.length / 2;
    const expected = Float64Array.from({ length: j!.length }, (_, n) => {
      const [sample, entry, k] = [Math.floor(n / (3 * size)), Math.floor(n / 3) % size, n % 3];
      const at = (t: number): number => {
        const z = inputs.z.values.slice();
        z[3 * sample + k]! += t;
        return f({ ...inputs, z: values([2, 3], z) }).y![sample * size + entry]!;
      };
      return slope(at, 1e-2);
    });
    close(j!, expected, 1e-9);
  });

test('gradients by name, with zeros for a parameter that does not matter, and the by-products', () => {
  const inputs = { a: values([2], [1, 2]), b: values([2], [3, 5]), c: values([], [7]) };
  const out = run(({ a, b, c }) => {
    const { loss, aux, grads } = gradients(
      p => ({ loss: tf.sum(tf.mul(tf.square(p.a!), p.b!)), aux: { b: tf.neg(p.b!) } }),
      { a: a!, b: b!, c: c! },
    );
    return { loss, aux: aux.b!, ...mapParams(grads, g => tf.mul(g, 2)) };
  }, inputs);
  close(out.loss!, [23], 0);
  close(out.aux!, [-3, -5], 0);
  close(out.a!, [12, 40], 0);
  close(out.b!, [2, 8], 0);
  close(out.c!, [0], 0);
});

test('gradients leave no tensors behind', async () => {
  await tf.setBackend('cpu');
  const before = tf.memory().numTensors;
  tf.tidy(() => {
    const p = { a: tf.tensor1d([1, 2]) };
    const { aux } = gradients(({ a }) => ({ loss: tf.sum(tf.square(a!)), aux: { twice: tf.mul(a!, 2) } }), p);
    assert.equal([...aux.twice!.dataSync()], [2, 4]);
  });
  assert.is(tf.memory().numTensors, before);
});

test('a by-product that is the loss itself', async () => {
  await tf.setBackend('cpu');
  const before = tf.memory().numTensors;
  tf.tidy(() => {
    const p = { a: tf.tensor1d([1, 2]) };
    const { loss, aux } = gradients(({ a }) => {
      const sum = tf.sum(tf.square(a!));
      return { loss: sum, aux: { sum } };
    }, p);
    assert.equal([loss.dataSync()[0], aux.sum!.dataSync()[0]], [5, 5]);
  });
  assert.is(tf.memory().numTensors, before);
});

test('third derivative of a sum of cubes', () => {
  const { third } = run(
    ({ x }) => {
      const first = (y: tf.Tensor): tf.Tensor => gradient(z => tf.mul(z, tf.square(z)), y);
      const second = (y: tf.Tensor): tf.Tensor => gradient(first, y);
      return { third: gradient(second, x!) };
    },
    { x: values([2], [0.3, -2]) },
  );
  close(third!, [6, 6], 0);
});

test.run();
