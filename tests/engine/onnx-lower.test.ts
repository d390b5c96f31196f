/**
 * @file What a graph becomes in ONNX: no transposes that cancel, no tensors of equal numbers, no dead nodes.
 */
import * as assert from 'uvu/assert';
import type { Graph } from '../../src/engine/graph/graph.js';
import { lowerGraph } from '../../src/engine/onnx/lower.js';
import { suite } from '../harness.js';
import { GraphBuilder } from './graph-builder.js';

const test = suite('onnx lowering');

const opsOf = (graph: Graph): string[] => lowerGraph(graph).nodes.map(node => node.op);

const SAME = {
  strides: [1, 1],
  pad: [
    [1, 1],
    [1, 1],
  ],
} as const;

test('convolutions in a row share one layout, and images are turned once', () => {
  const g = new GraphBuilder();
  const x = g.input('x', [1, 4, 4, 2]);
  const filter = g.input('filter', [3, 3, 2, 2]);
  const y = g.conv2D(g.conv2D(x, filter, SAME), filter, SAME);
  const dx = g.node('Conv2DInputGrad', [y, filter], { ...SAME, strides: [2, 2] }, [1, 7, 7, 2]);
  assert.equal(opsOf(g.graph({ dx })), [
    'Transpose',
    'Transpose',
    'Conv',
    'Conv',
    'ConvTranspose',
    'Transpose',
  ]);
});

test('a uniform constant is one number where broadcasting allows', () => {
  const g = new GraphBuilder();
  const x = g.input('x', [2, 3]);
  const scaled = g.elementwise('Mul', x, g.constant([0.5], [2, 3]));
  const wider = g.elementwise('Add', x, g.constant([0.5], [4, 1, 1]));
  const { nodes, initializers } = lowerGraph(g.graph({ scaled, wider }));
  assert.equal(
    nodes.map(node => node.op),
    ['Mul', 'Expand', 'Add'],
  );
  assert.equal(
    initializers.map(({ type, dims }) => [type, ...dims]),
    [['float32'], ['int64', 3]],
  );
});

test('what no output needs is left out, but inputs stay', () => {
  const g = new GraphBuilder();
  const x = g.input('x', [2]);
  g.elementwise('Exp', g.input('unused', [2]));
  g.elementwise('Add', x, g.constant([1, 2], [2]));
  const { nodes, initializers, inputs } = lowerGraph(g.graph({ y: g.elementwise('Neg', x) }));
  assert.equal([nodes.map(node => node.op), initializers], [['Neg'], []]);
  assert.equal(
    inputs.map(input => input.name),
    ['x', 'unused'],
  );
});

test('an output that has the name of an input gets another one', () => {
  const g = new GraphBuilder();
  const x = g.input('x', []);
  const { outputs } = lowerGraph(g.graph({ x: g.elementwise('Neg', x), y: x, 'x:next': x }));
  assert.equal(
    outputs.map(output => output.name),
    ['x:next:next', 'y', 'x:next'],
  );
});

test('an output is made in place, and copied where it is an input, a constant or another output', () => {
  const g = new GraphBuilder();
  const x = g.input('x', [2]);
  const y = g.elementwise('Neg', x);
  const z = g.elementwise('Exp', y);
  const { nodes } = lowerGraph(g.graph({ y, again: y, z, x, one: g.constant([1, 2], [2]) }));
  assert.equal(
    nodes.map(({ op, inputs, outputs }) => [op, ...inputs, ...outputs]),
    [
      ['Neg', 'x', 'y'],
      ['Exp', 'y', 'z'],
      ['Identity', 'y', 'again'],
      ['Identity', 'x', 'x:next'],
      ['Identity', '%2', 'one'],
    ],
  );
});

test('a mask is made right after what it is made of, so that its gradient is computed before it', () => {
  const g = new GraphBuilder();
  const x = g.elementwise('Tanh', g.input('x', [2]));
  const dy = g.elementwise('Exp', g.elementwise('Sin', x));
  const dx = g.elementwise('Mul', dy, g.step(x, 0));
  assert.equal(opsOf(g.graph({ dx })), ['Tanh', 'Relu', 'Ceil', 'Min', 'Sin', 'Exp', 'Mul']);
});

test('equal nodes are lowered apart, what their rules need besides is shared', () => {
  const g = new GraphBuilder();
  const [x, dy] = [g.input('x', [2, 4, 4, 3]), g.input('dy', [2, 4, 4, 5])];
  const filter = g.input('filter', [3, 3, 3, 5]);
  const attrs = {
    strides: [1, 1],
    pad: [
      [1, 1],
      [1, 1],
    ],
  } as const;
  const squares = g.elementwise('Add', g.elementwise('Square', x), g.elementwise('Square', x));
  assert.equal(opsOf(g.graph({ squares })), ['Mul', 'Mul', 'Add']);
  // images are turned once for both
  const y = g.conv2D(x, filter, attrs);
  const changed = g.node('Conv2DFilterGrad', [x, dy], attrs, [3, 3, 3, 5]);
  const moves = (outputs: Record<string, number>): number =>
    opsOf(g.graph(outputs)).filter(op => op === 'Transpose').length;
  assert.ok(moves({ y, changed }) < moves({ y }) + moves({ changed }));
});

test.run();
