/**
 * @file What gradients must be beside right: in compositions, at kinks, on other backends, in full precision.
 */
import * as tf from '@tensorflow/tfjs';
import * as assert from 'uvu/assert';
import { constant, detach, logSoftmax } from '../../src/engine/ops.js';
import { suite } from '../harness.js';
import { differencesOf, evaluate, gradientsOf, relativeError, type Scalar, slopeOf } from './differencing.js';

const test = suite('gradients');

const X = { x: { shape: [3] } };
const at = (...values: number[]): { x: Float64Array } => ({ x: Float64Array.from(values) });

const near = (got: ArrayLike<number>, want: ArrayLike<number>, tolerance: number): void => {
  assert.is(got.length, want.length);
  const error = relativeError({ v: Float64Array.from(got) }, { v: Float64Array.from(want) });
  assert.ok(error <= tolerance, `got ${Array.from(got)}, wanted ${Array.from(want)}: off by ${error}`);
};

/** The nth derivative of the sum of an elementwise f. */
function nth(f: (x: tf.Tensor) => tf.Tensor, order: number): (x: tf.Tensor) => tf.Tensor {
  return order === 0 ? f : tf.grad(x => tf.sum(nth(f, order - 1)(x)));
}

const derivative = (f: (x: tf.Tensor) => tf.Tensor, order: number, ...values: number[]): Float64Array =>
  evaluate(({ x }) => ({ y: nth(f, order)(x!) }), X, at(...values)).y!;

test('exp(x)^2 up to its fourth derivative', () => {
  for (const order of [1, 2, 3, 4])
    near(
      derivative(x => tf.square(tf.exp(x)), order, -1, 0, 0.5),
      [-1, 0, 0.5].map(x => 2 ** order * Math.exp(2 * x)),
      1e-14,
    );
});

test('third derivatives of activations with a closed form', () => {
  const points = [-1.5, 0.25, 2] as const;
  const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
  const closed: [(x: tf.Tensor) => tf.Tensor, (x: number) => number][] = [
    [tf.sigmoid, x => sigmoid(x) * (1 - sigmoid(x)) * (1 - 6 * sigmoid(x) + 6 * sigmoid(x) ** 2)],
    [tf.tanh, x => (1 - Math.tanh(x) ** 2) * (6 * Math.tanh(x) ** 2 - 2)],
    [tf.elu, x => (x < 0 ? Math.exp(x) : 0)],
    [tf.erf, x => (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * (4 * x * x - 2)],
  ];
  for (const [f, third] of closed) near(derivative(f, 3, ...points), points.map(third), 1e-14);
});

// A decoder, its Jacobian's norm as a penalty, and the gradient of that in the weights.
const DECODER = { w: { shape: [3, 2] }, v: { shape: [2, 3] }, z: { shape: [4, 3] } };
const WEIGHTS = {
  w: Float64Array.of(0.3, -0.7, 0.5, 0.9, -0.4, 0.2),
  v: Float64Array.of(0.6, -0.1, 0.8, -0.5, 0.35, 0.45),
  z: Float64Array.from({ length: 12 }, (_, i) => Math.sin(3 * i)),
};

const decode: Scalar = ({ w, v, z }) => tf.sum(tf.square(tf.matMul(tf.tanh(tf.matMul(z!, w!)), v!)));

test('double back-propagation through a tanh network', () => {
  const penalty: Scalar = inputs => tf.sum(tf.square(gradientsOf(decode, ['z'])(inputs).z!));
  const names = ['w', 'v', 'z'];
  const got = evaluate(gradientsOf(penalty, names), DECODER, WEIGHTS);
  assert.ok(relativeError(got, differencesOf(penalty, names, DECODER, WEIGHTS)) < 1e-10);
  // And once more.
  const slope = slopeOf(penalty, names);
  const second = evaluate(gradientsOf(slope, names), DECODER, WEIGHTS);
  assert.ok(relativeError(second, differencesOf(slope, names, DECODER, WEIGHTS)) < 1e-9);
});

test('a detached ascent step has the gradient of a fixed step', () => {
  const ascent = (inputs: Record<string, tf.Tensor>): tf.Tensor => gradientsOf(decode, ['z'])(inputs).z!;
  const moved: Scalar = inputs =>
    decode({ ...inputs, z: tf.add(inputs.z!, tf.mul(constant(0.1), detach(ascent(inputs)))) });
  const step = evaluate(inputs => ({ g: ascent(inputs) }), DECODER, WEIGHTS).g!;
  const fixed = { ...WEIGHTS, z: WEIGHTS.z.map((z, i) => z + 0.1 * step[i]!) };
  near(
    evaluate(gradientsOf(moved, ['w']), DECODER, WEIGHTS).w!,
    evaluate(gradientsOf(decode, ['w']), DECODER, fixed).w!,
    1e-14,
  );
});

test('logSoftmax and its derivatives', () => {
  const f: Scalar = ({ x }) => tf.sum(tf.mul(logSoftmax(x!), constant([0.1, -0.7, 0.4])));
  const values = at(0.5, -1, 2);
  const total = Math.log([...values.x].reduce((sum, x) => sum + Math.exp(x), 0));
  near(
    evaluate(({ x }) => ({ y: logSoftmax(x!) }), X, values).y!,
    [...values.x].map(x => x - total),
    1e-15,
  );
  near(
    evaluate(({ x }) => ({ y: logSoftmax(x!) }), X, at(1000, 0, 1000)).y!,
    [-Math.LN2, -1000 - Math.LN2, -Math.LN2],
    1e-15,
  );
  for (const g of [f, slopeOf(f, ['x'])])
    assert.ok(
      relativeError(evaluate(gradientsOf(g, ['x']), X, values), differencesOf(g, ['x'], X, values)) < 1e-11,
    );
});

test('at kinks: a fixed choice', () => {
  near(derivative(tf.abs, 1, -2, 0, 2), [-1, 0, 1], 0);
  near(derivative(tf.relu, 1, -2, 0, 2), [0, 0, 1], 0);
  near(derivative(tf.elu, 1, -800, 0, 800), [0, 1, 1], 0);
  near(
    derivative(x => tf.clipByValue(x, -2, 1), 1, -2, 0, 2),
    [1, 1, 0],
    0,
  );
  near(
    derivative(x => tf.maximum(x, 0), 1, -2, 0, 2),
    [0, 1, 1],
    0,
  );
  near(
    derivative(x => tf.minimum(x, 0), 1, -2, 0, 2),
    [1, 1, 0],
    0,
  );
  near(derivative(tf.max, 1, 1, 3, 3), [0, 0.5, 0.5], 0);
  near(derivative(tf.min, 1, 1, 1, 1), [1 / 3, 1 / 3, 1 / 3], 0);
});

test('the branch not taken does no harm', () => {
  const f = (x: tf.Tensor): tf.Tensor => tf.where(tf.less(x, 600), tf.square(x), tf.exp(x));
  for (const order of [1, 2]) near(derivative(f, order, -1, 2, 3), order === 1 ? [-2, 4, 6] : [2, 2, 2], 0);
  near(derivative(tf.selu, 3, 800, 0.5, 2), [0, 0, 0], 0);
});

test("tfjs's own backend gets the same second derivatives in float32", () => {
  const sums: [(x: tf.Tensor) => tf.Tensor, string][] = [
    [x => tf.square(tf.exp(x)), 'exp'],
    [x => tf.square(tf.tanh(x)), 'tanh'],
    [x => tf.mul(tf.sigmoid(x), x), 'sigmoid'],
    [tf.elu, 'elu'],
    [x => tf.square(tf.softmax(x)), 'softmax'],
    [x => tf.mul(tf.erf(x), tf.clipByValue(x, -0.5, 2)), 'erf and clip'],
    [x => tf.square(tf.max(tf.broadcastTo(x, [2, 3]), 1)), 'max'],
    [x => tf.square(tf.gather(tf.leakyRelu(x), [0, 2, 2])), 'gather'],
  ];
  for (const [f, name] of sums) {
    const eager = tf.tidy(() => nth(f, 2)(tf.tensor1d([-0.8, 0.3, 1.1])).dataSync());
    const error = relativeError({ v: Float64Array.from(eager) }, { v: derivative(f, 2, -0.8, 0.3, 1.1) });
    assert.ok(error < 1e-5, `${name} is off by ${error}`);
  }
});

test('constants inside gradients keep double precision', () => {
  near(
    derivative(tf.erf, 1, 0, 0, 0),
    [1, 1, 1].map(one => (2 * one) / Math.sqrt(Math.PI)),
    1e-16,
  );
  near(
    derivative(x => tf.leakyRelu(x, 0.1), 1, -1, 1, 2),
    [0.1, 1, 1],
    0,
  );
  near(
    derivative(x => tf.clipByValue(x, 0.1, 0.7), 1, 0.1, 0.7, 0.7 + 1e-12),
    [1, 1, 0],
    0,
  );
});

test('constant() must fit its shape', () => {
  assert.throws(
    () => constant([1, 2, 3], [2, 2]),
    /constant: shape \[2,2\] must hold all values, got 3 - give 4 values/,
  );
});

test.run();
