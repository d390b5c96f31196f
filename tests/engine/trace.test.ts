/** @file The graph of a traced function, and what cannot be traced. */
import * as tf from '@tensorflow/tfjs';
import * as assert from 'uvu/assert';
import type { Graph, Node } from '../../src/engine/graph/graph.js';
import type { OpName } from '../../src/engine/graph/ops.js';
import { constant } from '../../src/engine/ops.js';
import type { Specs } from '../../src/engine/spec.js';
import { type TraceOptions, trace } from '../../src/engine/trace.js';
import { suite } from '../harness.js';
import { evaluate, relativeError } from './differencing.js';
import { specsOf, valuesOf } from './op-table/case.js';
import { OP_TABLE } from './op-table.js';

const test = suite('trace');

const X: Specs = { x: { shape: [2, 3] } };

const traced = (fn: (x: tf.Tensor) => tf.Tensor, options?: TraceOptions): Graph =>
  trace(({ x }) => ({ y: fn(x!) }), X, options);

const opsOf = (graph: Graph): OpName[] => graph.nodes.map(node => node.op);

const outputOf = (graph: Graph): Node => graph.nodes[graph.outputs.y!]!;

function constantsOf(graph: Graph): number[][] {
  return graph.nodes.flatMap(node => (node.op === 'Constant' ? [[...node.attrs.values]] : []));
}

/** tfjs as it must be found again. */
const census = (): object => ({
  backend: tf.getBackend(),
  tensors: tf.memory().numTensors,
  buffers: tf.memory().numDataBuffers,
  bytes: tf.memory().numBytes,
  variables: Object.keys(tf.engine().registeredVariables),
});

test('a graph of plain nodes, inputs before their users', () => {
  const graph = trace(({ a, i }) => ({ y: tf.gather(tf.neg(a!), i!) }), {
    a: { shape: [4, 2] },
    i: { shape: [3], dtype: 'int' },
  });
  assert.equal(graph, {
    nodes: [
      { id: 0, op: 'Input', inputs: [], attrs: { name: 'a' }, shape: [4, 2], dtype: 'float' },
      { id: 1, op: 'Input', inputs: [], attrs: { name: 'i' }, shape: [3], dtype: 'int' },
      { id: 2, op: 'Neg', inputs: [0], attrs: {}, shape: [4, 2], dtype: 'float' },
      { id: 3, op: 'Gather', inputs: [2, 1], attrs: { axis: 0 }, shape: [3, 2], dtype: 'float' },
    ],
    inputs: { a: 0, i: 1 },
    outputs: { y: 3 },
  });
});

test('every case of the operation table computes what tfjs computes', () => {
  for (const opCase of OP_TABLE.filter(({ cpuIsWrong }) => cpuIsWrong === undefined)) {
    const [specs, values] = [specsOf(opCase), valuesOf(opCase)];
    const got = evaluate(inputs => ({ y: opCase.fn(inputs) }), specs, values);
    const want = tf.tidy(() => {
      const tensor = (name: string): tf.Tensor =>
        tf.tensor(
          [...values[name]!],
          [...specs[name]!.shape],
          specs[name]!.dtype === 'int' ? 'int32' : 'float32',
        );
      return opCase.fn(Object.fromEntries(Object.keys(specs).map(name => [name, tensor(name)]))).dataSync();
    });
    const error = relativeError(got, { y: Float64Array.from(want) });
    assert.ok(error < 1e-5, `${opCase.kernel}, ${opCase.note}: off by ${error}`);
  }
});

test('what changes nothing makes no node', () => {
  const graph = traced(x =>
    tf.cast(
      tf.transpose(
        tf.pad(tf.slice(tf.reshape(tf.clone(x), [2, 3]), 0), [
          [0, 0],
          [0, 0],
        ]),
        [0, 1],
      ),
      'float32',
    ),
  );
  assert.equal(opsOf(graph), ['Input']);
  assert.is(graph.outputs.y, graph.inputs.x);
});

test('tensors of one value are kept as one number', () => {
  const graph = traced(x =>
    tf.addN([x, tf.onesLike(x), tf.zeros([2, 3]), tf.fill([2, 3], 0.1), tf.ones([2, 3])]),
  );
  assert.equal(constantsOf(graph), [[1], [0], [0.1], [1]]);
  assert.ok(graph.nodes.every(node => node.op !== 'Constant' || `${node.shape}` === '2,3'));
});

test('constant() keeps doubles; plain numbers must not need them', () => {
  assert.equal(constantsOf(traced(x => tf.mul(x, constant(0.1)))), [[0.1]]);
  assert.equal(constantsOf(traced(x => tf.add(x, constant([0.1, 0.2, 1e-300])))), [[0.1, 0.2, 1e-300]]);
  for (const value of [0.5, -3, 16777215, 2 ** -40, 3 * 2 ** 30, 0.0009765625, 0, Infinity])
    assert.equal(constantsOf(traced(x => tf.mul(x, value))), [[value]]);
});

test('gradients of any order are part of the graph', () => {
  const cube = (x: tf.Tensor): tf.Tensor => tf.sum(tf.mul(x, tf.square(x)));
  const graph = trace(
    ({ x }) => {
      const { value, grad } = tf.valueAndGrad(cube)(x!);
      return { value, grad, second: tf.grad(z => tf.sum(tf.grad(cube)(z)))(x!) };
    },
    { x: { shape: [2] } },
  );
  assert.equal(Object.keys(graph.outputs), ['value', 'grad', 'second']);
  const got = evaluate(
    ({ x }) => ({ second: tf.grad(z => tf.sum(tf.grad(cube)(z)))(x!) }),
    { x: { shape: [2] } },
    {
      x: Float64Array.of(1, -2),
    },
  );
  assert.equal([...got.second!], [6, -12]);
});

test('a tensor of another backend becomes a constant and stays what it was', () => {
  const outside = tf.tensor1d([1, 2, 4]);
  assert.equal(constantsOf(traced(x => tf.add(x, outside))), [[1, 2, 4]]);
  assert.equal([...outside.dataSync()], [1, 2, 4]);
  outside.dispose();
  const decimal = tf.scalar(0.1);
  assert.throws(() => traced(x => tf.add(x, decimal)), /rounded to float32/);
  decimal.dispose();
});

test('tfjs is left as it was', () => {
  const before = census();
  traced(x => tf.grad(z => tf.sum(tf.grad(v => tf.sum(tf.exp(tf.tanh(v))))(z)))(x));
  assert.equal(census(), before);
  const failures: ((x: tf.Tensor) => tf.Tensor)[] = [
    x => tf.mul(x, 0.1),
    x => tf.topk(x).values,
    x => tf.grad(z => tf.sum(tf.grad(v => tf.sum(tf.mul(tf.exp(v), 0.1)))(z)))(x),
    x => {
      tf.variable(x, true, 'left-behind');
      throw new Error('of the traced function');
    },
  ];
  for (const fn of failures) {
    assert.throws(() => traced(fn));
    assert.equal(census(), before);
  }
});

test('variables made inside live as long as the trace', () => {
  const before = census();
  const graph = traced(x => {
    const w = tf.variable(tf.square(x), true, 'inside');
    const { grads } = tf.variableGrads(() => tf.sum(tf.mul(w, x)), [w]);
    w.assign(tf.sub(w, grads.inside!));
    return tf.clone(w);
  });
  assert.is(outputOf(graph).op, 'Sub');
  assert.equal(census(), before);
});

test('a variable from outside must not be assigned', () => {
  const w = tf.variable(tf.scalar(1), true, 'outside');
  assert.throws(
    () =>
      traced(x => {
        w.assign(tf.sum(x));
        return x;
      }),
    /trace: variables must not be assigned while tracing, got 'outside', whose value is lost - pass state/,
  );
  w.dispose();
});

test('the kernels that were met are told', () => {
  const met: string[] = [];
  traced(x => tf.square(tf.square(tf.matMul(x, x, false, true))), { onKernel: kernel => met.push(kernel) });
  assert.equal(met, ['BatchMatMul', 'Square']);
});

test.run();
