import * as tf from '@tensorflow/tfjs';
import { gradient } from '../../src/core/derivatives.js';
import { hessian, hvp } from '../../src/core/hessian.js';
import { convAutoencoder } from '../../src/core/net/conv.js';
import { denseAutoencoder } from '../../src/core/net/dense.js';
import { suite } from '../harness.js';
import { close, compiled, draw, drawParams, paramsOf, run, slope, values } from './support.js';

const test = suite('core/hessian');

/** a^3 b + sin b of each sample. */
const known = (z: tf.Tensor): tf.Tensor => {
  const [a, b] = tf.split(z, 2, 1) as [tf.Tensor, tf.Tensor];
  return tf.sum(tf.add(tf.mul(tf.mul(tf.square(a), a), b), tf.sin(b)), 1);
};

const Z = values([2, 2], [2, 0.5, -1, 1.5]);
const rows = [0, 1].map(i => {
  const [a, b] = [Z.values[2 * i]!, Z.values[2 * i + 1]!];
  return [
    [6 * a * b, 3 * a * a],
    [3 * a * a, -Math.sin(b)],
  ];
});

test('the Hessian of a known function, and its products', () => {
  const v = draw(1, [2, 2]);
  const out = run(({ z, v }) => ({ h: hessian(known, z!), hv: hvp(known, z!, v!) }), { z: Z, v });
  close(out.h!, rows.flat(2), 1e-15, 'hessian');
  const products = rows.flatMap((h, i) =>
    h.map(row => row[0]! * v.values[2 * i]! + row[1]! * v.values[2 * i + 1]!),
  );
  close(out.hv!, products, 1e-15, 'hvp');
});

test('one latent, and a function without curvature', () => {
  const z = values([3, 1], [0.5, -1, 2]);
  const out = run(
    ({ z }) => ({
      cube: hessian(x => tf.sum(tf.mul(tf.square(x), x), 1), z!),
      linear: hessian(x => tf.sum(tf.mul(x, 3), 1), z!),
    }),
    { z },
  );
  close(out.cube!, [3, -6, 12], 1e-15);
  close(out.linear!, [0, 0, 0], 0);
});

test('a derivative of a product is the third derivative', () => {
  const { third } = run(
    ({ z }) => ({
      third: gradient(x => hvp(y => tf.sum(tf.mul(tf.square(y), y), 1), x, tf.onesLike(x)), z!),
    }),
    { z: Z },
  );
  close(third!, [6, 6, 6, 6], 1e-15);
});

for (const [name, net] of [
  [
    'dense',
    denseAutoencoder({
      encoder: [4, 3],
      latent: 3,
      decoder: [3, 5, 4],
      activation: 'softplus',
      output: 'sigmoid',
    }),
  ],
  [
    'convolutional',
    convAutoencoder({ image: [4, 4, 2], channels: [3], latent: 3, activation: 'tanh', output: 'identity' }),
  ],
] as const)
  test(`the reconstruction loss's Hessian against differences of its gradient: ${name}`, () => {
    const inputs = { ...drawParams(3, net.shapes), z: draw(4, [2, 3]), x: draw(5, [2, ...net.data]) };
    const f = compiled(all => {
      const loss = (z: tf.Tensor): tf.Tensor => {
        const error = tf.sub(all.x!, net.decode(paramsOf(all), z));
        return tf.sum(tf.reshape(tf.square(error), [2, -1]), 1);
      };
      return { h: hessian(loss, all.z!), g: gradient(loss, all.z!) };
    }, inputs);
    const expected = Float64Array.from({ length: 18 }, (_, n) => {
      const [sample, i, k] = [Math.floor(n / 9), Math.floor(n / 3) % 3, n % 3];
      return slope(t => {
        const z = inputs.z.values.slice();
        z[3 * sample + k]! += t;
        return f({ ...inputs, z: values([2, 3], z) }).g![3 * sample + i]!;
      }, 1e-2);
    });
    close(f(inputs).h!, expected, 1e-8);
  });

test.run();
