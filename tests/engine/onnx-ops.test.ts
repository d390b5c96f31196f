/** @file Every canonical operation in ONNX Runtime against the float64 engine. */
import * as assert from 'uvu/assert';
import { BINARY_OPS, UNARY_OPS } from '../../src/engine/graph/ops.js';
import { openOnnx } from '../../src/engine/onnx/session.js';
import type { Arrays } from '../../src/engine/program.js';
import { suite } from '../harness.js';
import { type Comparison, compare, numbersOf } from './agreement.js';
import { GraphBuilder } from './graph-builder.js';
import { OP_CASES } from './onnx-cases.js';
import type { GraphCase } from './random-graph.js';
import { expectedOf, UNIT, UNITS } from './rounding.js';

const test = suite('onnx operations');

/** Runs a graph natively and compares its output y with what float32 may make of it. */
async function comparison({ graph, inputs }: GraphCase): Promise<Comparison> {
  const program = await openOnnx(graph, { threads: 1, optimise: false });
  const { y } = await program.run(inputs);
  const got = numbersOf(y!);
  await program.release();
  return compare(got, expectedOf(graph, inputs).y!);
}

for (const [op, cases] of OP_CASES)
  test(op, async () => {
    for (const [i, opCase] of cases.entries()) {
      const { worst, index, resolution } = await comparison(opCase);
      assert.ok(worst <= 1, `case ${i} is off by ${worst} times its bound at ${index}`);
      assert.ok(
        resolution < 1e-4,
        `case ${i} cannot tell right from wrong: the bound is ${resolution} of the value`,
      );
    }
  });

/** Magnitudes of float32 from 1e-9 to 80, log-uniform, of both signs where `signed`. */
function magnitudes(count: number, signed: boolean): Arrays {
  const x = Float64Array.from({ length: count }, (_, i) => {
    const u = ((i + 1) * 0.6180339887498949) % 1;
    return Math.fround(1e-9 * (80 / 1e-9) ** u) * (signed && i % 2 === 1 ? -1 : 1);
  });
  return { x };
}

test('kernels stay within their units', async () => {
  const count = 50_000;
  const positive = new Set<string>(['Log', 'Log1p', 'Sqrt', 'Rsqrt']);
  for (const op of UNARY_OPS.filter(name => UNITS[name] !== undefined)) {
    const g = new GraphBuilder();
    const y = g.elementwise(op, g.input('x', [count]));
    const { worst, index } = await comparison({
      graph: g.graph({ y }),
      inputs: magnitudes(count, !positive.has(op)),
    });
    assert.ok(worst <= 1, `${op} takes ${worst} times the units allowed at ${index}`);
  }
});

test('composed Expm1 and Log1p keep their relative precision near 0', async () => {
  for (const op of ['Expm1', 'Log1p'] as const) {
    const g = new GraphBuilder();
    const y = g.elementwise(op, g.input('x', [3]));
    const program = await openOnnx(g.graph({ y }), { threads: 1 });
    const results = (await program.run({ x: Float64Array.of(1e-30, -1e-12, 0) })).y!.data as Float32Array;
    for (const [i, x] of [1e-30, -1e-12, 0].entries())
      assert.ok(Math.abs(results[i]! - x) <= 8 * UNIT * Math.abs(x), `${op}(${x}) = ${results[i]}`);
  }
});

test('NaN goes through every operation on numbers', async () => {
  const g = new GraphBuilder();
  const [x, two] = [g.input('x', [1]), g.constant([2], [])];
  const unary = UNARY_OPS.filter(op => op !== 'Not').map(op => [op, g.elementwise(op, x)] as const);
  const binary = BINARY_OPS.slice(0, BINARY_OPS.indexOf('Greater')).flatMap(op => [
    [`${op} left`, g.elementwise(op, x, two)] as const,
    [`${op} right`, g.elementwise(op, two, x)] as const,
  ]);
  const results = {
    ...Object.fromEntries([...unary, ...binary]),
    Step: g.step(x, 0),
    Sum: g.reduce('Sum', x, [0], false),
  };
  const program = await openOnnx(g.graph(results), { threads: 1 });
  const outputs = await program.run({ x: Float64Array.of(NaN) });
  for (const [name, tensor] of Object.entries(outputs))
    assert.ok(Number.isNaN(numbersOf(tensor)[0]), `${name} of NaN is ${tensor.data[0]}`);
});

test.run();
