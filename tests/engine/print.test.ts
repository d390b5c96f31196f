/** @file A graph as text: what is printed of each node, and that the digest tells graphs apart. */
import * as tf from '@tensorflow/tfjs';
import * as assert from 'uvu/assert';
import type { Graph } from '../../src/engine/graph/graph.js';
import { graphDigest, graphLines } from '../../src/engine/graph/print.js';
import { constant } from '../../src/engine/ops.js';
import { trace } from '../../src/engine/trace.js';
import { suite } from '../harness.js';
import { GraphBuilder } from './graph-builder.js';

const test = suite('engine/print');

const lines = (graph: Graph): string[] => [...graphLines(graph)];

test('every node is a line: operands, attributes in alphabetical order, type; then outputs', () => {
  const g = new GraphBuilder();
  const x = g.input('x', [2, 3]);
  const odd = g.input('a %1 = b', [], 'int');
  const product = g.node('MatMul', [x, x], { transposeB: true, transposeA: false }, [2, 2]);
  const total = g.reduce('Sum', product, [0, 1], false);
  const power = g.elementwise('Mul', total, odd);
  assert.equal(lines(g.graph({ power, 'x y': x })), [
    '%0 = Input(x) : float[2, 3]',
    '%1 = Input("a %1 = b") : int[]',
    '%2 = MatMul(%0, %0) {transposeA: false, transposeB: true} : float[2, 2]',
    '%3 = Sum(%2) {axes: [0, 1], keepDims: false} : float[]',
    '%4 = Mul(%3, %1) : float[]',
    'output power = %4',
    'output "x y" = %0',
  ]);
});

test('constants: a few entries, or the first of more and a digest of all; -0, NaN, infinities', () => {
  const g = new GraphBuilder();
  g.constant([0.1], [2, 2]);
  g.constant([-0, Number.NaN, Number.NEGATIVE_INFINITY], [3]);
  const last = g.constant([1, 2, 3, 4, 5], [5]);
  assert.equal(lines(g.graph({ last })).slice(0, 3), [
    '%0 = Constant(0.1) : float[2, 2]',
    '%1 = Constant(-0, NaN, -Infinity) : float[3]',
    // of the five doubles, little endian, by Python's struct and hashlib
    '%2 = Constant(1, 2, 3, 4, ... sha256:6e7e65f121d43ef9) : float[5]',
  ]);
});

const step = (at: number): Graph =>
  trace(
    ({ x, w }) => {
      const noise = constant([1, 2, 3, 4, 5, at]);
      const loss = (v: tf.Tensor) => tf.sum(tf.square(tf.sub(tf.tanh(tf.mul(v, x!)), noise))) as tf.Scalar;
      return { gradient: tf.grad(loss)(w!) };
    },
    { x: { shape: [6] }, w: { shape: [6] } },
  );

test('tracing again gives the same text; the last bit of one entry of a constant, another digest', () => {
  assert.equal(lines(step(6)), lines(step(6)));
  assert.is(graphDigest(step(6)), graphDigest(step(6)));
  assert.is.not(graphDigest(step(6)), graphDigest(step(6 + 2 ** -50)));
});

test('whatever differs between two graphs differs in their digests', () => {
  const build = (change: string): Graph => {
    const g = new GraphBuilder();
    const x = g.input(change === 'name' ? 'z' : 'x', change === 'shape' ? [3, 2] : [2, 3]);
    const y = g.input('y', change === 'shape' ? [3, 2] : [2, 3], change === 'dtype' ? 'int' : 'float');
    const zero = g.constant([change === 'sign' ? -0 : 0], []);
    const sum = g.elementwise(change === 'op' ? 'Sub' : 'Add', ...(change === 'order' ? [y, x] : [x, y]));
    const shifted = g.elementwise('Add', sum, zero);
    const total = g.reduce('Sum', shifted, [0], change === 'attribute');
    return g.graph({ [change === 'output' ? 'other' : 'total']: change === 'target' ? shifted : total });
  };
  const changes = [
    ...['none', 'name', 'shape', 'dtype', 'sign', 'op', 'order', 'attribute', 'output', 'target'],
  ];
  assert.is(new Set(changes.map(change => graphDigest(build(change)))).size, changes.length);
  assert.is(graphDigest(build('none')), graphDigest(build('none')));
});

test.run();
