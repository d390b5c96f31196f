/** @file What a static graph cannot hold, and how it is said. */
import * as tf from '@tensorflow/tfjs';
import * as assert from 'uvu/assert';
import type { Graph } from '../../src/engine/graph/graph.js';
import type { Specs } from '../../src/engine/spec.js';
import { type TraceOptions, trace } from '../../src/engine/trace.js';
import { suite } from '../harness.js';

const test = suite('trace errors');

const X: Specs = { x: { shape: [2, 3] } };

const traced = (fn: (x: tf.Tensor) => tf.Tensor, options?: TraceOptions): Graph =>
  trace(({ x }) => ({ y: fn(x!) }), X, options);

const image = (x: tf.Tensor): tf.Tensor4D => tf.reshape(x, [1, 2, 3, 1]);

/** It throws an error with this very message. */
function fails(fn: () => unknown, message: string): void {
  try {
    fn();
  } catch (error) {
    assert.is(error instanceof Error ? error.message : error, message);
    return;
  }
  assert.unreachable(`nothing was thrown, wanted: ${message}`);
}

test('a number rounded to float32 is refused unless allowed', () => {
  for (const value of [0.1, 1000.1, 1e-7, 1 / 3, 123456789])
    assert.throws(
      () => traced(x => tf.mul(x, value)),
      new RegExp(
        `trace: a constant must not be rounded to float32, got ${Math.fround(value)} .*constant\\(\\)`.replace(
          '+',
          '\\+',
        ),
      ),
    );
  const graph = traced(x => tf.mul(x, 0.1), { allowFloat32Constants: true });
  const values = graph.nodes.flatMap(node => (node.op === 'Constant' ? [...node.attrs.values] : []));
  assert.equal(values, [Math.fround(0.1)]);
});

test('values cannot be read', () => {
  for (const read of [
    (x: tf.Tensor) => x.dataSync(),
    (x: tf.Tensor) => x.arraySync(),
    (x: tf.Tensor) => x.print(),
  ])
    assert.throws(
      () =>
        traced(x => {
          read(x);
          return x;
        }),
      /trace: the values of a tensor cannot be read while tracing/,
    );
});

test('an asynchronous read is refused when awaited', async () => {
  let reading: Promise<unknown> = Promise.resolve();
  traced(x => {
    reading = x.data();
    return x;
  });
  await reading.then(
    () => assert.unreachable('the values were read'),
    (error: Error) => assert.match(error.message, /cannot be read while tracing/),
  );
});

test('random numbers are refused, seeded or not', () => {
  const random: [string, (x: tf.Tensor) => tf.Tensor][] = [
    ['randomNormal', x => tf.add(x, tf.randomNormal([2, 3], 0, 1, 'float32', 5))],
    ['randomUniform', x => tf.add(x, tf.randomUniform([2, 3]))],
    ['truncatedNormal', x => tf.add(x, tf.truncatedNormal([2, 3]))],
    ['dropout', x => tf.dropout(x, 0.5, undefined, 5)],
  ];
  for (const [name, fn] of random)
    fails(
      () => traced(fn, { allowFloat32Constants: true }),
      `trace: tf.${name} cannot be traced: random numbers would become constants - pass them as inputs`,
    );
});

test('operations whose gradient cannot be mended are refused', () => {
  assert.throws(() => traced(x => tf.logSoftmax(x)), /tf.logSoftmax cannot be traced: .* use logSoftmax of/);
  assert.throws(
    () => traced(x => tf.losses.softmaxCrossEntropy(x, x)),
    /tf.softmaxCrossEntropy cannot be traced/,
  );
});

test('unknown kernels are named, with a hint', () => {
  fails(
    () => traced(x => tf.maxPool(image(x), 2, 1, 'valid')),
    'trace: tfjs kernel MaxPool cannot be traced - reshape to blocks and take the max',
  );
  assert.throws(
    () => traced(x => tf.multinomial(x as tf.Tensor2D, 1)),
    /Multinomial cannot be traced - random numbers/,
  );
  assert.throws(() => traced(x => tf.cumsum(x)), /trace: tfjs kernel Cumsum cannot be traced - compose it/);
});

test('convolutions must be plain NHWC', () => {
  const filter = (): tf.Tensor4D => tf.ones([2, 2, 1, 1]);
  fails(
    () => traced(x => tf.conv2d(image(x), filter(), 1, 'same', 'NHWC', 2)),
    'trace: conv2d must have dilation 1, got 2',
  );
  fails(
    () => traced(x => tf.conv2d(tf.reshape(x, [1, 1, 2, 3]) as tf.Tensor4D, filter(), 1, 'same', 'NCHW')),
    'trace: conv2d must be in NHWC layout, got NCHW',
  );
});

test('what a graph cannot express is refused', () => {
  assert.throws(() => traced(x => tf.complex(x, x)), /trace: tfjs kernel Complex cannot be traced/);
  fails(
    () => traced(() => tf.tensor(['a'])),
    'trace: tensors must be of dtype float32, int32 or bool, got string',
  );
  fails(
    () => traced(x => tf.gather(x, tf.zeros([2, 1], 'int32'), 1, 1)),
    'trace: gather must have batchDims 0, got 1',
  );
  assert.throws(
    () => traced(x => tf.image.resizeNearestNeighbor(image(x), [3, 3])),
    /resizeNearestNeighbor must enlarge by whole factors .* got \[2,3\] to \[3,3\]/,
  );
  assert.throws(
    () => traced(x => tf.matMul(x, x)),
    /matMul: inner dimensions must agree, got \[2,3\] and \[2,3\]/,
  );
});

test('outputs must be named tensors, inputs whole shapes', () => {
  const returning =
    (value: unknown): (() => Graph) =>
    () =>
      trace(() => value as Record<string, tf.Tensor>, X);
  fails(returning({ y: 3 }), "trace: output 'y' must be a tensor, got number");
  fails(returning({ y: null }), "trace: output 'y' must be a tensor, got null");
  assert.throws(returning(undefined), /must return its outputs by name/);
  assert.throws(returning(Promise.resolve({})), /must return its outputs by name, at once/);
  fails(returning({}), 'trace: the traced function must have an output, got none');
  assert.throws(() => trace(({ x }) => x as never, X), /must name its output/);
  fails(
    () => trace(({ x }) => ({ x: x! }), { x: { shape: [2, -1] } }),
    "trace: input 'x' must have a shape of non-negative integers, got [2,-1]",
  );
});

test('a trace stands alone', () => {
  assert.throws(() => traced(x => traced(y => y) && x), /a trace cannot be started inside another/);
  assert.throws(
    () => tf.grad(x => tf.mul(x, traced(y => y).nodes.length))(tf.scalar(1)),
    /a trace cannot be started inside a gradient/,
  );
  let kept: tf.Tensor | undefined;
  traced(x => {
    kept = tf.keep(tf.square(x));
    return kept;
  });
  assert.throws(() => traced(() => kept!), /a tensor of an earlier trace was used/);
  assert.throws(() => kept!.dataSync(), /cannot be read/);
  kept?.dispose();
});

test.run();
