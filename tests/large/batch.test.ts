/** @file SAMBA-26 on the ResNet-18 of the experiments: what the released code's batch conventions come to, batch normalisation included. */
import * as tf from '@tensorflow/tfjs';
import * as assert from 'uvu/assert';
import { rowsOf } from '../../properties/support/jets.js';
import { gradient } from '../../src/core/derivatives.js';
import { objectiveOf } from '../../src/core/objectives/table.js';
import { norm } from '../../src/theory/closed/matrix.js';
import { suite } from '../harness.js';
import { drawCase, LATENT, program } from './network.js';

const LAMBDA = 1e-5;

const test = suite('large/batch');

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

function measure(batch: number, mode: 'training' | 'evaluation'): Measured {
  const of = { activation: 'softplus', batch, mode } as const;
  const made = program(of, { alpha2: { shape: [] } }, ({ net, params, x, more }) => {
    const terms = (name: 'vae-sam-samba' | 'vae-sam-rae') =>
      objectiveOf({ name, klCoeff: 0, alpha2: more.alpha2! }).evaluate(net, params, { x }, undefined).terms;
    const errors = (z: tf.Tensor): tf.Tensor =>
      tf.mean(tf.square(tf.sub(x, net.decode(params, z))), [1, 2, 3]);
    const { mean } = net.encode(params, x);
    const own = Array.from({ length: batch }, (_, i) =>
      tf.slice(
        gradient(z => tf.slice(errors(z), [i], [1]), mean),
        [i, 0],
        [1, LATENT],
      ),
    );
    return {
      reconstruction: terms('vae-sam-samba').reconstruction!,
      penalty: terms('vae-sam-rae').penalty!,
      whole: gradient(z => tf.mean(errors(z)), mean),
      own: tf.concat(own),
    };
  });
  const all = drawCase('softplus', batch, 1);
  const at = made.run({ ...all, alpha2: Float64Array.of(LAMBDA ** 2 / LATENT) });
  const before = made.update({ alpha2: Float64Array.of(0) });
  return {
    increase: (at.reconstruction![0]! - before.reconstruction![0]!) / LAMBDA,
    penalty: at.penalty![0]!,
    slopes: rowsOf(at.whole!, batch).map(row => norm([...row])),
    own: rowsOf(at.own!, batch).map(row => norm([...row]) / batch),
  };
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

function near(a: number, b: number, tolerance: number, what: string): void {
  assert.ok(Math.abs(a - b) <= tolerance * Math.abs(b), `${what}: ${a} against ${b}`);
}

for (const mode of ['training', 'evaluation'] as const)
  test(`${mode}: SAMBA adds the sum of |G_i|, the RAE their root of squares`, () => {
    const { increase, penalty, slopes, own } = measure(3, mode);
    near(increase, sum(slopes), 1e-4, 'increase');
    near(penalty, norm(slopes), 1e-12, 'penalty');
    assert.ok(increase > 1.3 * penalty, `${increase} beside ${penalty}`);
    if (mode === 'evaluation') near(sum(own), sum(slopes), 1e-12, 'gradients of single samples');
    else {
      const share = sum(own) / sum(slopes);
      assert.ok(Math.abs(share - 1) > 1e-2, `cross-sample terms must count, got a ratio of ${share}`);
    }
  });

test('a batch of one: both are the same', () => {
  const { increase, penalty } = measure(1, 'training');
  near(increase, penalty, 1e-4, 'increase');
});

test.run();
