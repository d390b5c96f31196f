/**
 * @file Users' functions compiled: agreement with eager tfjs and with doubles, sessions, donation, errors.
 */
import * as tf from '@tensorflow/tfjs';
import * as assert from 'uvu/assert';
import { constant, float64, jit, NumberArray } from '../../src/index.js';
import { suite } from '../harness.js';

const THREADS = { threads: 1 };

const test = suite('engine/jit');

/** Its message, also of a promise that is refused. */
async function messageOf(run: () => unknown): Promise<string> {
  try {
    await run();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error('nothing was thrown');
}

const near = (a: Iterable<number>, b: Iterable<number>, tolerance: number): void => {
  const [x, y] = [[...a], [...b]];
  assert.is(x.length, y.length);
  x.forEach((value, i) => {
    assert.ok(Math.abs(value - y[i]!) <= tolerance * Math.max(1, Math.abs(y[i]!)), `${value} for ${y[i]}`);
  });
};

interface Layer {
  readonly w: tf.Tensor2D;
  readonly b: tf.Tensor1D;
}

const forward = (layers: readonly Layer[], x: tf.Tensor2D): tf.Tensor =>
  layers.reduce<tf.Tensor>((h, { w, b }) => tf.tanh(tf.add(tf.matMul(h, w), b)), x);

/** One step of gradient descent on a stack of layers. */
function descend(layers: readonly Layer[], x: tf.Tensor2D, y: tf.Tensor2D, rate: tf.Scalar) {
  const flat = layers.flatMap(({ w, b }) => [w, b] as tf.Tensor[]);
  const { value, grads } = tf.valueAndGrads((...parts: tf.Tensor[]) => {
    const live = layers.map((_, i) => ({ w: parts[2 * i], b: parts[2 * i + 1] }) as Layer);
    return tf.mean(tf.square(tf.sub(forward(live, x), y))) as tf.Scalar;
  })(flat);
  const next = layers.map((layer, i) => ({
    w: tf.sub(layer.w, tf.mul(rate, grads[2 * i]!)),
    b: tf.sub(layer.b, tf.mul(rate, grads[2 * i + 1]!)),
  }));
  return { loss: value, layers: next };
}

const wave = (size: number, phase: number): Float64Array =>
  new Float64Array(size).map((_, i) => Math.sin(1.7 * i + phase));
const matrix = (rows: number, columns: number, phase: number): NumberArray =>
  new NumberArray(wave(rows * columns, phase), [rows, columns]);
const LAYERS = [
  { w: matrix(3, 4, 0), b: wave(4, 1) },
  { w: matrix(4, 2, 2), b: wave(2, 3) },
];
const BATCH = [matrix(5, 3, 4), matrix(5, 2, 5)] as const;

test('a step with nested gradients: float32 native, doubles and eager tfjs agree', async () => {
  const native = jit(descend, THREADS);
  const single = await native(LAYERS, ...BATCH, 0.1);
  const double = float64(descend)(LAYERS, ...BATCH, 0.1);
  assert.equal(single.loss.shape, []);
  assert.equal(single.layers[0]!.w.shape, [3, 4]);
  assert.instance(single.layers[0]!.w.data, Float32Array);
  assert.instance(double.layers[0]!.w.data, Float64Array);
  near([single.loss.item()], [double.loss.item()], 1e-6);
  for (const i of [0, 1])
    for (const part of ['w', 'b'] as const)
      near(single.layers[i]![part].data, double.layers[i]![part].data, 1e-6);
  await native.release();

  await tf.setBackend('cpu');
  const before = tf.memory().numTensors;
  tf.tidy(() => {
    const layers = LAYERS.map(({ w, b }) => ({ w: w.toTensor() as tf.Tensor2D, b: tf.tensor1d([...b]) }));
    const [x, y] = BATCH.map(array => array.toTensor() as tf.Tensor2D) as [tf.Tensor2D, tf.Tensor2D];
    const eager = descend(layers, x, y, tf.scalar(0.1));
    near(eager.loss.dataSync(), [double.loss.item()], 1e-5);
    near(eager.layers[1]!.w.dataSync(), double.layers[1]!.w.data, 1e-5);
  });
  assert.is(tf.memory().numTensors, before);
});

test('the function runs once a signature; results may be arguments', async () => {
  let runs = 0;
  const square = jit((x: tf.Tensor) => {
    runs++;
    return tf.square(x);
  }, THREADS);
  const [a, b] = await Promise.all([square(Float32Array.of(1, 2)), square(Float64Array.of(3, 4))]);
  assert.equal(
    [[...a.data], [...b.data]],
    [
      [1, 4],
      [9, 16],
    ],
  );
  assert.equal([...(await square(a)).data], [1, 16]);
  assert.is(runs, 1);
  assert.is((await square(3)).item(), 9);
  assert.equal((await square(new NumberArray(Float32Array.of(1, 2), [2, 1]))).shape, [2, 1]);
  assert.is(runs, 3);
  assert.equal([...(await square(Int32Array.of(3, -5))).data], [9, 25]);
  assert.is(runs, 4);
  await square.release();
  assert.is((await square(2)).item(), 4);
  assert.is(runs, 5);
  await square.release();
});

test('donated results are overwritten by later calls and cannot be read then', async () => {
  const step = jit((state: { w: tf.Tensor }, rate: tf.Scalar) => ({ w: tf.sub(state.w, rate) }), {
    ...THREADS,
    donate: [0],
  });
  const given = Float32Array.of(5, 6);
  const buffers = new Set<ArrayBufferLike>();
  const states = [await step({ w: given }, 1)];
  for (let i = 0; i < 5; i++) {
    buffers.add(states.at(-1)!.w.data.buffer);
    states.push(await step(states.at(-1)!, 1));
  }
  assert.equal([...states.at(-1)!.w.data], [-1, 0]);
  assert.equal([...given], [5, 6]);
  assert.is(buffers.size, 2);
  assert.match(await messageOf(() => states[1]!.w.data), /array: it was donated to a later call/);
  assert.match(await messageOf(() => step(states[1]!, 1)), /array: it was donated to a later call/);
  await step.release();
});

test('tensors, integers, truth values and absent arguments', async () => {
  const pick = (x: tf.Tensor, rows: tf.Tensor1D, shift?: tf.Scalar) => {
    const chosen = tf.gather(x, rows);
    return { sum: shift ? tf.add(chosen, shift) : chosen, positive: tf.greater(chosen, 0), rows };
  };
  const native = jit(pick, THREADS);
  await tf.setBackend('cpu');
  const x = tf.tensor2d([
    [1, -2],
    [3, 4],
  ]);
  const rows = Int32Array.of(1, 0);
  const single = await native(x, rows, 10);
  assert.equal([single.sum.dtype, single.positive.dtype, single.rows.dtype], ['float', 'bool', 'int']);
  assert.equal([...single.sum.data], [13, 14, 11, 8]);
  assert.equal([...single.positive.data], [1, 1, 1, 0]);
  assert.equal(single.rows.data, rows);
  const double = float64(pick)(x, rows, undefined);
  assert.equal([...double.sum.data], [3, 4, 1, -2]);
  assert.equal([double.positive.dtype, double.rows.dtype], ['bool', 'int']);
  const tensor = single.positive.toTensor();
  assert.is(tensor.dtype, 'bool');
  tf.dispose([x, tensor]);
  await native.release();
});

test('float64 keeps doubles, and refuses constants that are none', async () => {
  const third = Float64Array.of(1 / 3);
  assert.is(float64((x: tf.Tensor) => tf.mul(x, constant(0.1)))(third).data[0], (1 / 3) * 0.1);
  const rounded = (x: tf.Tensor) => tf.mul(x, 0.1);
  assert.match(
    await messageOf(() => float64(rounded)(third)),
    /must not be rounded to float32, got 0.1\d+ - make it with constant\(\)/,
  );
  assert.is(float64(rounded, { allowFloat32Constants: true })(third).data[0], (1 / 3) * Math.fround(0.1));
  const lenient = jit(rounded, THREADS);
  near((await lenient(third)).data, [1 / 30], 1e-7);
  await lenient.release();
  assert.match(
    await messageOf(() => jit(rounded, { ...THREADS, allowFloat32Constants: false })(third)),
    /must not be rounded/,
  );
});

test('float64 evaluates another batch with the program of its shape', () => {
  let runs = 0;
  const mean = float64((x: tf.Tensor) => {
    runs++;
    return tf.mean(x);
  });
  assert.is(mean(Float64Array.of(1, 2)).item(), 1.5);
  assert.is(mean(Float64Array.of(3, 4)).item(), 3.5);
  assert.is(mean(Float64Array.of(3, 4, 5)).item(), 4);
  assert.is(runs, 2);
});

test('what cannot be traced is said, by both, and tried again at the next call', async () => {
  await tf.setBackend('cpu');
  const cases: [RegExp, (x: tf.Tensor) => unknown][] = [
    [/values of a tensor cannot be read while tracing/, x => (x.dataSync()[0]! > 0 ? x : tf.neg(x))],
    [
      /tf.randomNormal cannot be traced: random numbers would become constants/,
      x => tf.add(x, tf.randomNormal([2])),
    ],
    [/tf.dropout cannot be traced/, x => tf.dropout(x, 0.5)],
    [
      /result: the function must return its tensors at once, got a promise/,
      async x => tf.mul(x, (await x.data())[0]!),
    ],
    [/result: out.y must be a tensor, got number/, x => ({ x, y: 3 })],
    [/result: out\[0\] must be a tensor, got string/, () => ['x']],
    [/result: out must be a tensor, got null/, () => null],
    [/must have an output, got none/, () => undefined],
    [
      /kernel MaxPool cannot be traced/,
      x => tf.maxPool(tf.reshape(x, [1, 2, 1, 1]) as tf.Tensor4D, 1, 1, 'valid'),
    ],
  ];
  for (const [message, fn] of cases) {
    const native = jit(fn, THREADS);
    for (let i = 0; i < 2; i++) assert.match(await messageOf(() => native(Float32Array.of(1, 2))), message);
    assert.match(await messageOf(() => float64(fn)(Float32Array.of(1, 2))), message);
  }
});

test('arguments that are no numbers are named', async () => {
  const fn = (_: unknown): tf.Tensor => tf.scalar(1);
  const refused = (argument: unknown): Promise<string> =>
    messageOf(() => jit(fn, THREADS)(argument as object));
  assert.match(
    await refused('a'),
    /arguments: arg0 must be a number, a Float32Array, .* got string - let the function close/,
  );
  assert.match(
    await refused({ 'a.b': [{ c: true }] }),
    /arguments: arg0\["a.b"\]\[0\].c must be .* got boolean/,
  );
  assert.match(await refused(new Map()), /got Map/);
  assert.match(await refused(Uint8Array.of(1)), /got Uint8Array/);
  assert.match(await refused(null), /got null/);
  assert.match(
    await refused([1, 2]),
    /arguments: arg0 must not be a list of plain numbers - give Float32Array/,
  );
  assert.match(
    await refused(new NumberArray(Uint8Array.of(1), [1])),
    /must hold floats or integers, got bool - cast/,
  );
  assert.match(
    await messageOf(() => new NumberArray(Float32Array.of(1, 2), [3])),
    /array: shape \[3\] asks for 3 numbers, got 2/,
  );
  assert.match(
    await messageOf(() => new NumberArray(Float32Array.of(1, 2), [2]).item()),
    /item\(\) wants one number, got shape \[2\]/,
  );
});

test('what a function closes over is frozen when it is first called', async () => {
  await tf.setBackend('cpu');
  const factor = tf.variable(tf.scalar(2));
  const native = jit((x: tf.Tensor) => tf.mul(x, factor), THREADS);
  assert.is((await native(3)).item(), 6);
  factor.assign(tf.scalar(5));
  assert.is((await native(3)).item(), 6);
  assert.match(
    await messageOf(() => jit((x: tf.Scalar) => factor.assign(x), THREADS)(3)),
    /variables must not be assigned while tracing/,
  );
  factor.dispose();
  await native.release();
});

test('keys of any kind keep apart', () => {
  const fn = (x: { a: { b: tf.Tensor }; 'a.b': tf.Tensor }) => ({ 'out put': tf.sub(x.a.b, x['a.b']) });
  assert.is(float64(fn)({ a: { b: 3 }, 'a.b': 1 })['out put'].item(), 2);
});

test('arguments and results are typed after the function', () => {
  const fn = float64((x: tf.Tensor2D, n: { k: tf.Scalar }) => [tf.mul(x, n.k)] as const);
  // @ts-expect-error a string is no number
  assert.throws(() => fn('x', { k: 1 }));
  // @ts-expect-error the record must have k
  assert.throws(() => fn(matrix(1, 1, 0), {}));
  const [y] = fn(matrix(1, 1, 1), { k: 2 });
  near(y.data, [2 * Math.sin(1)], 1e-15);
});

test.run();
