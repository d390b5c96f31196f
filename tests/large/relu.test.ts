/** @file SAMBA-18 and -21 on the ResNet-18 with ReLU: exact for the codes and the encoder as long as no unit of the decoder changes sign. */
import * as tf from '@tensorflow/tfjs';
import * as assert from 'uvu/assert';
import { unitRows } from '../../properties/support/jets.js';
import { CODE, collect } from '../../properties/support/network.js';
import { gradient } from '../../src/core/derivatives.js';
import type { Arrays } from '../../src/engine/program.js';
import { fill, stream } from '../../src/theory/random.js';
import { suite } from '../harness.js';
import { drawCase, program } from './network.js';
import { atRadius, relative, stepsOf } from './steps.js';

const BATCH = 2;
/** Gradients of one cell agree to this, those of different cells do not. */
const SAME = 1e-9;

const test = suite('large/relu');

/** J_f' w at the codes, for a random w: the same within one cell of the decoder, which is affine there. */
const pulledBack = program(
  { activation: 'relu', batch: BATCH, mode: 'evaluation' },
  { weights: { shape: [BATCH, 32, 32, 3] } },
  ({ net, params, x, more }) => {
    const product = (z: tf.Tensor): tf.Tensor => tf.sum(tf.mul(more.weights!, net.decode(params, z)));
    return { gradient: gradient(product, net.encode(params, x).mean) };
  },
);

/** The largest radius found at which all samples are in the cell of their codes; cells are convex. */
function cellRadius(inputs: Arrays, direction: Float64Array): number {
  const weights = fill(new Float64Array(BATCH * 32 * 32 * 3), 'normal', stream(1, 'weights'));
  const here = pulledBack.run({ ...inputs, weights }).gradient!;
  const inside = (rho: number): boolean => {
    const { gradient: there } = pulledBack.update({ [`param.${CODE}`]: direction.map(u => rho * u) });
    return relative(there!, here) < SAME;
  };
  let high = 1;
  while (inside(high)) high *= 2;
  let low = high / 2;
  while (!inside(low)) low /= 2;
  high = 2 * low;
  for (let i = 0; i < 4; i++) {
    const middle = (low + high) / 2;
    if (inside(middle)) low = middle;
    else high = middle;
  }
  return low;
}

test('inside a cell both gradients are equal to rounding, outside they are not', () => {
  const steps = stepsOf('relu', BATCH);
  const inputs = drawCase('relu', BATCH, 1);
  const direction = unitRows(steps.atCode.run(inputs).gradient!, BATCH);
  const radius = cellRadius(inputs, direction);
  assert.ok(radius > 1e-9, `the codes are on a kink: ${radius}`);
  const parts = (rho: number, first?: Arrays) => {
    const { samba, rae } = atRadius(steps, rho, first);
    return (['z', 'phi'] as const).map(
      part => [collect(samba, 'grad', part), collect(rae, 'grad', part)] as const,
    );
  };
  const plain = parts(0, inputs).map(([a]) => a.slice());
  for (const share of [1 / 16, 1])
    for (const [i, [samba, rae]] of parts(share * radius).entries()) {
      const error = relative(samba, rae);
      assert.ok(error < 1e-12, `rho ${share * radius}: ${error}`);
      const penalty = relative(rae, plain[i]!);
      assert.ok(penalty > 1e3 * error, `the penalty is lost in rounding: ${penalty} beside ${error}`);
    }
  for (const [samba, rae] of parts(32 * radius)) {
    const error = relative(samba, rae);
    assert.ok(error > 1e-9, `no kink was met at ${32 * radius}: ${error}`);
  }
});

test.run();
