/**
 * @file What batch normalisation does to SAMBA-26 on the ResNet-18 of the experiments: samples that depend on
 * each other.
 */
import * as tf from '@tensorflow/tfjs';
import * as assert from 'uvu/assert';
import { drawCase } from '../../properties/subjects/large/draw.js';
import { functionOf, LATENT, type Large } from '../../properties/subjects/large/network.js';
import { Workshop } from '../../properties/subjects/large/workshop.js';
import { rowsOf } from '../../properties/subjects/network/jets.js';
import { gradient } from '../../src/core/derivatives.js';
import { objectiveOf } from '../../src/core/objectives/list.js';
import { norm } from '../../src/theory/numerics/matrix.js';
import { suite } from '../harness.js';

const LAMBDA = 1e-5;
const shop = new Workshop(8);
const test = suite('large/samples');

interface Measured {
  /** (L(mu + step) - L(mu)) / lambda, of SAMBA. */
  readonly increase: number;
  /** The penalty of the RAE without its coefficient. */
  readonly penalty: number;
  /** |G_i|, the gradient of the batch's loss with respect to each code. */
  readonly slopes: readonly number[];
  /** |grad_{z_i} mse_i| / B: without what code i does to the other samples. */
  readonly own: readonly number[];
}

function measure(batch: number, mode: Large['mode']): Measured {
  const of = { width: 8, activation: 'softplus', batch, mode } as const;
  const program = shop.program(shop, `${batch} ${mode}`, () =>
    functionOf(of, { alpha2: { shape: [] } }, ({ net, params, x, more }) => {
      const terms = (name: 'vae-sam-samba' | 'vae-sam-rae') =>
        objectiveOf({ name, klCoeff: 0, alpha2: more.alpha2! }).evaluate(net, params, { x }, undefined).terms;
      const errors = (z: tf.Tensor): tf.Tensor =>
        tf.mean(tf.square(tf.sub(x, net.decode(params, z))), [1, 2, 3]);
      const { mean } = net.encode(params, x);
      const own = Array.from({ length: batch }, (_, i) => {
        const all = gradient(z => tf.slice(errors(z), [i], [1]), mean);
        return tf.slice(all, [i, 0], [1, LATENT]);
      });
      return {
        reconstruction: terms('vae-sam-samba').reconstruction!,
        penalty: terms('vae-sam-rae').penalty!,
        whole: gradient(z => tf.mean(errors(z)), mean),
        own: tf.concat(own),
      };
    }),
  );
  const at = program.run({ ...drawCase(of, 1, shop), alpha2: Float64Array.of(LAMBDA ** 2 / LATENT) });
  const stepped = at.reconstruction![0]!;
  const rows = (name: string): number[] => rowsOf(at[name]!, batch).map(row => norm([...row]));
  const found = { penalty: at.penalty![0]!, slopes: rows('whole'), own: rows('own').map(x => x / batch) };
  const before = program.update({ alpha2: Float64Array.of(0) }).reconstruction![0]!;
  return { ...found, increase: (stepped - before) / LAMBDA };
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const apart = (a: number, b: number): number => Math.abs(a / b - 1);

test('evaluation: |G_i| are gradients of single samples; SAMBA adds their sum, the RAE the root of their squares', () => {
  const { increase, penalty, slopes, own } = measure(3, 'evaluation');
  assert.ok(apart(increase, sum(slopes)) < 1e-4, `increase ${increase}`);
  assert.ok(apart(penalty, norm(slopes)) < 1e-12, `penalty ${penalty}`);
  assert.ok(increase > 1.3 * penalty, `${increase} beside ${penalty}`);
  assert.ok(apart(sum(own), sum(slopes)) < 1e-12);
});

test('training: the same, but what a code does to the other samples counts', () => {
  const { increase, penalty, slopes, own } = measure(3, 'training');
  assert.ok(apart(increase, sum(slopes)) < 1e-4, `increase ${increase}`);
  assert.ok(apart(penalty, norm(slopes)) < 1e-12, `penalty ${penalty}`);
  assert.ok(apart(sum(own), sum(slopes)) > 1e-2);
  assert.ok(apart(increase, sum(own)) > 1e-2);
});

test('a batch of one: both add the same', () => {
  const { increase, penalty } = measure(1, 'training');
  assert.ok(apart(increase, penalty) < 1e-4, `${increase} beside ${penalty}`);
});

test.run();
