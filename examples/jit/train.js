// Two spirals told apart by a small network: ordinary tfjs code, compiled once and trained natively.
// Run it with `npm run build && node examples/jit/train.js`.
import * as tf from '@tensorflow/tfjs';
import { float64, jit, NumberArray } from 'flatcheck';

const HIDDEN = 32;
const BATCH = 64;
const STEPS = 1000;

/** Numbers in (-1, 1), the same in every run. What is random comes into a compiled function as an argument. */
let seed = 1;
function random() {
  seed = (Math.imul(seed, 1664525) + 1013904223) | 0;
  return seed / 2 ** 31;
}

/** An array of that shape; `number` is called for each entry. */
function array(shape, number) {
  const length = shape.reduce((a, b) => a * b, 1);
  return new NumberArray(Float32Array.from({ length }, number), shape);
}

/** Points on two spiral arms, and 1 or -1 for the arm that each is on. */
function spirals(count) {
  const points = Array.from({ length: count }, (_, i) => {
    const arm = i % 2 === 0 ? 1 : -1;
    const turn = 0.5 + 5 * Math.abs(random());
    const radius = (arm * turn) / 5;
    return [radius * Math.cos(turn) + 0.03 * random(), radius * Math.sin(turn) + 0.03 * random(), arm];
  });
  return {
    x: array([count, 2], (_, i) => points[i >> 1][i % 2]),
    y: array([count, 1], (_, i) => points[i][2]),
  };
}

function predict({ w1, b1, w2, b2, w3, b3 }, x) {
  const first = tf.tanh(tf.add(tf.matMul(x, w1), b1));
  const second = tf.tanh(tf.add(tf.matMul(first, w2), b2));
  return tf.add(tf.matMul(second, w3), b3);
}

/** Logistic loss, and its gradient by parameter name. */
function lossAndGradients(params, { x, y }) {
  const names = Object.keys(params);
  const named = values => Object.fromEntries(names.map((name, i) => [name, values[i]]));
  const loss = (...values) => tf.mean(tf.softplus(tf.neg(tf.mul(y, predict(named(values), x)))));
  const { value, grads } = tf.valueAndGrads(loss)(Object.values(params));
  return { loss: value, gradients: named(grads) };
}

/** One step of Adam. All that changes from step to step comes in as `state` and goes out again. */
function step({ params, m, v, t }, batch, rate) {
  const { loss, gradients } = lossAndGradients(params, batch);
  const next = { params: {}, m: {}, v: {}, t: tf.add(t, 1) };
  const bias = tf.div(tf.sqrt(tf.sub(1, tf.pow(0.999, next.t))), tf.sub(1, tf.pow(0.9, next.t)));
  for (const [name, w] of Object.entries(params)) {
    const g = gradients[name];
    next.m[name] = tf.add(tf.mul(0.9, m[name]), tf.mul(0.1, g));
    next.v[name] = tf.add(tf.mul(0.999, v[name]), tf.mul(0.001, tf.square(g)));
    const direction = tf.div(next.m[name], tf.add(tf.sqrt(next.v[name]), 1e-7));
    next.params[name] = tf.sub(w, tf.mul(tf.mul(rate, bias), direction));
  }
  return { loss, state: next };
}

/** Share of the points whose arm is told right. */
const accuracy = (params, { x, y }) => tf.mean(tf.step(tf.mul(predict(params, x), y)));

const params = {
  w1: array([2, HIDDEN], () => 2 * random()),
  b1: array([HIDDEN], random),
  w2: array([HIDDEN, HIDDEN], () => random() / 4),
  b2: array([HIDDEN], () => 0),
  w3: array([HIDDEN, 1], () => random() / 4),
  b3: array([1], () => 0),
};
const zeros = Object.fromEntries(
  Object.entries(params).map(([name, { shape }]) => [name, array(shape, () => 0)]),
);

// The very same function in doubles says how much float32 may be trusted.
const batch = spirals(BATCH);
const compiled = jit(lossAndGradients);
const single = (await compiled(params, batch)).gradients.w2.data;
const double = float64(lossAndGradients)(params, batch).gradients.w2.data;
const difference = Math.hypot(...single.map((g, i) => g - double[i])) / Math.hypot(...double);
console.log(`gradient: float32 differs from float64 by ${difference.toExponential(1)}`);

// `donate: [0]`: the memory of an old state is used for a later one.
const train = jit(step, { donate: [0] });
const evaluate = jit(accuracy);
let state = { params, m: zeros, v: zeros, t: 0 };
for (let i = 0; i <= STEPS; i++) {
  const result = await train(state, spirals(BATCH), 0.01);
  state = result.state;
  if (i % 200 === 0) console.log(`step ${i}: loss ${result.loss.item().toFixed(4)}`);
}
const right = (await evaluate(state.params, spirals(1000))).item();
console.log(`accuracy on new points: ${(100 * right).toFixed(1)} %`);

await Promise.all([compiled.release(), train.release(), evaluate.release()]);
