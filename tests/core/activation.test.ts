import type * as tf from '@tensorflow/tfjs';
import * as assert from 'uvu/assert';
import { gradient } from '../../src/core/derivatives.js';
import { ACTIVATION_NAMES, ACTIVATIONS } from '../../src/core/net/activation.js';
import { suite } from '../harness.js';
import { close, compiled, slope, values } from './support.js';

/** erf by its Maclaurin series; good to 1e-15 for |x| < 2. */
function erf(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; n < 60; n++) {
    term *= -(x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

const FORMULAS: Record<string, (x: number) => number> = {
  tanh: Math.tanh,
  sigmoid: x => 1 / (1 + Math.exp(-x)),
  softplus: x => Math.log1p(Math.exp(x)),
  elu: x => (x > 0 ? x : Math.expm1(x)),
  relu: x => Math.max(x, 0),
  leakyRelu: x => (x > 0 ? x : 0.01 * x),
  sin: Math.sin,
  gelu: x => (x / 2) * (1 + erf(x / Math.SQRT2)),
  identity: x => x,
};

const POINTS = [-1.7, -0.6, -0.05, 0.05, 0.4, 1.3];

const test = suite('core/activation');

for (const name of ACTIVATION_NAMES) {
  test(`${name}: value and three derivatives`, () => {
    const { apply } = ACTIVATIONS[name];
    const first = (x: tf.Tensor): tf.Tensor => gradient(apply, x);
    const second = (x: tf.Tensor): tf.Tensor => gradient(first, x);
    const third = (x: tf.Tensor): tf.Tensor => gradient(second, x);
    const x = values([POINTS.length], POINTS);
    const f = compiled(
      ({ x }) => ({ y: apply(x!), first: first(x!), second: second(x!), third: third(x!) }),
      { x },
    );
    const at = (shift: number): Record<string, Float64Array> =>
      f({
        x: values(
          [POINTS.length],
          POINTS.map(p => p + shift),
        ),
      });
    const outputs = f({ x });
    close(outputs.y!, POINTS.map(FORMULAS[name]!), 1e-14, 'value');
    for (const [lower, upper] of [
      ['y', 'first'],
      ['first', 'second'],
      ['second', 'third'],
    ] as const)
      close(
        outputs[upper]!,
        POINTS.map((_, i) => slope(t => at(t)[lower]![i]!)),
        1e-9,
        upper,
      );
  });
}

test('smoothness: the derivative that jumps at zero', () => {
  for (const name of ACTIVATION_NAMES) {
    const { apply, smoothness } = ACTIVATIONS[name];
    const first = (x: tf.Tensor): tf.Tensor => gradient(apply, x);
    const x = values([2], [-1e-9, 1e-9]);
    const { a, b } = compiled(({ x }) => ({ a: first(x!), b: gradient(first, x!) }), { x })({ x });
    const jumps = (y: Float64Array): boolean => Math.abs(y[0]! - y[1]!) > 1e-3;
    assert.is(jumps(a!) ? 'C0' : jumps(b!) ? 'C1' : 'analytic', smoothness, name);
  }
});

test.run();
