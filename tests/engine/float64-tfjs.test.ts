import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { compileFloat64 } from '../../src/engine/float64/compile.js';
import type { Graph, Node } from '../../src/engine/graph/graph.js';
import { BINARY_OPS, UNARY_OPS } from '../../src/engine/graph/ops.js';
import { suite } from '../harness.js';
import { naiveValues } from './naive.js';
import { graphCases } from './random-graph.js';
import { byTfjs } from './tfjs-ops.js';

const test = suite('float64 against tfjs');

/** A graph of one operation; its operands are the inputs. */
function alone(graph: Graph, node: Node): Graph {
  const operands = node.inputs.map((from, id): Node => {
    const { shape, dtype } = graph.nodes[from]!;
    return { id, op: 'Input', inputs: [], attrs: { name: `i${id}` }, shape, dtype };
  });
  const last: Node = { ...node, id: operands.length, inputs: operands.map(({ id }) => id) };
  return {
    nodes: [...operands, last],
    inputs: Object.fromEntries(operands.map(({ id }) => [`i${id}`, id])),
    outputs: { y: last.id },
  };
}

test('every operation agrees with the cpu backend to float32 accuracy', async () => {
  await tf.setBackend('cpu');
  const seen = new Set<string>();
  const check = (graph: Graph, node: Node, values: readonly Float64Array[]): void => {
    if (node.op === 'Input') return;
    const operands = node.inputs.map(id => Float64Array.from(Float32Array.from(values[id]!)));
    const given = Object.fromEntries(operands.map((operand, i) => [`i${i}`, operand]));
    const got = compileFloat64(alone(graph, node), { optimise: false }).run(given).y!;
    const expected = byTfjs(
      node,
      node.inputs.map(id => graph.nodes[id]!.shape),
      operands,
    );
    assert.is(got.length, expected.length);
    const scale = got.reduce((m, v) => Math.max(m, Math.abs(v)), 0.1);
    const size = operands.reduce((m, operand) => operand.reduce((n, v) => Math.max(n, Math.abs(v)), m), 0);
    // A sum of large numbers may be small; then its float32 error is relative to them.
    const tolerance =
      1e-5 * (node.op === 'Sum' || node.op === 'Add' || node.op === 'Sub' ? Math.max(scale, size) : scale);
    got.forEach((value, i) => {
      assert.ok(
        Math.abs(value - expected[i]!) <= tolerance,
        `${node.op}[${i}]: ${value}, tfjs ${expected[i]}`,
      );
    });
    seen.add(node.op);
  };
  fc.assert(
    fc.property(graphCases({ maxNodes: 16 }), ({ graph, inputs }) => {
      const values = naiveValues(graph, inputs);
      for (const node of graph.nodes) check(graph, node, values);
    }),
    { numRuns: 150, seed: 4 },
  );
  const others = [
    'Step',
    'Cast',
    'Select',
    'Sum',
    'ReduceMax',
    'Reshape',
    'Broadcast',
    'Transpose',
    'Slice',
    'Pad',
    'Concat',
    'Reverse',
  ];
  const last = ['Gather', 'OneHot', 'MatMul', 'Conv2D', 'Conv2DInputGrad', 'Conv2DFilterGrad', 'Constant'];
  for (const op of [...UNARY_OPS, ...BINARY_OPS, ...others, ...last])
    assert.ok(seen.has(op), `${op} never came up`);
});

test.run();
