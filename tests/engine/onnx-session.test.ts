/** @file Sessions: inputs checked, state fed back without copies, the same bits every time. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Tensor } from 'onnxruntime-node';
import * as assert from 'uvu/assert';
import type { Graph } from '../../src/engine/graph/graph.js';
import { onnxRuntime } from '../../src/engine/onnx/runtime.js';
import { type OnnxOptions, type OnnxProgram, openOnnx } from '../../src/engine/onnx/session.js';
import { specialise } from '../../src/engine/onnx/specialise.js';
import { optimise } from '../../src/engine/passes/optimise.js';
import { errorOf } from '../formats/temporary.js';
import { suite } from '../harness.js';
import { GraphBuilder } from './graph-builder.js';
import { busyGraph, digest } from './onnx-digest.js';

const { Tensor: Native } = onnxRuntime();
const test = suite('onnx sessions');

/** weight <- weight - rate * weight, and which row of `table` the int input picks. */
async function openStep(options: OnnxOptions = { threads: 1 }): Promise<OnnxProgram> {
  const g = new GraphBuilder();
  const weight = g.input('weight', [2]);
  const rate = g.input('rate', []);
  const index = g.input('index', [1], 'int');
  const next = g.elementwise('Sub', weight, g.elementwise('Mul', rate, weight));
  const picked = g.gather(next, index, 0);
  const large = g.elementwise('Greater', next, g.constant([1], []));
  return openOnnx(g.graph({ weight: next, picked, large, rate, index }), options);
}

const numbers = (tensor: Tensor | undefined): number[] => Array.from(tensor!.data as Float32Array, Number);

const message = async (work: () => Promise<unknown>): Promise<string> => (await errorOf(work)).message;

test('outputs have names, types and shapes of the graph', async () => {
  const program = await openStep();
  const outputs = await program.run({
    weight: Float32Array.of(4, 2),
    rate: Float64Array.of(0.5),
    index: Float64Array.of(1),
  });
  assert.equal(Object.keys(outputs), ['weight', 'picked', 'large', 'rate', 'index']);
  assert.equal(numbers(outputs.weight), [2, 1]);
  assert.equal(numbers(outputs.picked), [1]);
  assert.equal([outputs.large!.type, numbers(outputs.large)], ['bool', [1, 0]]);
  assert.equal([outputs.index!.type, numbers(outputs.index)], ['int32', [1]]);
  assert.equal([outputs.rate!.dims, numbers(outputs.rate)], [[], [0.5]]);
  await program.release();
});

test('a step feeds its outputs back, in two sets of state that take turns', async () => {
  const program = await openStep();
  const fixed = { rate: Float32Array.of(0.5), index: Int32Array.of(0) };
  const start = { weight: new Native('float32', Float32Array.of(64, 32), [2]) };
  const sets = [program.allocate(['weight']), program.allocate(['weight'])];
  let state: Record<string, Tensor> = start;
  for (let step = 0; step < 4; step++) {
    const into = sets[step % 2]!;
    const outputs = await program.run({ ...fixed, weight: state.weight! }, into);
    assert.is(outputs.weight, into.weight);
    state = into;
  }
  assert.equal(numbers(state.weight), [4, 2]);
  assert.equal(numbers(start.weight), [64, 32]);
  await program.release();
});

test('wrong inputs are refused in one line', async () => {
  const program = await openStep();
  const right = { weight: Float32Array.of(1, 2), rate: Float32Array.of(0), index: Int32Array.of(0) };
  const { weight } = program.allocate(['weight']);
  const wrong: [string, () => Promise<unknown>][] = [
    [
      "onnx: every input must be given, got none for 'rate'",
      () => program.run({ weight: right.weight, index: right.index }),
    ],
    [
      "onnx: there is no input 'wieght' - known are weight, rate, index",
      () => program.run({ ...right, wieght: right.weight }),
    ],
    [
      "onnx: input 'weight' of shape [2] must have 2 numbers, got 3",
      () => program.run({ ...right, weight: new Float32Array(3) }),
    ],
    [
      "onnx: input 'index' must hold 32-bit integers, got 0.5 at 0",
      () => program.run({ ...right, index: Float64Array.of(0.5) }),
    ],
    [
      "onnx: input 'weight' must hold floats, got an Int32Array",
      () => program.run({ ...right, weight: Int32Array.of(1, 2) }),
    ],
    [
      "onnx: input 'index' must be of type int32, got float32",
      () => program.run({ ...right, index: new Native('float32', Float32Array.of(0), [1]) }),
    ],
    [
      "onnx: input 'weight' must have shape [2], got [1,2]",
      () => program.run({ ...right, weight: new Native('float32', Float32Array.of(1, 2), [1, 2]) }),
    ],
    [
      "onnx: there is no output 'loss' - known are weight, picked, large, rate, index",
      () => program.run(right, { loss: weight! }),
    ],
    [
      "onnx: output 'weight' must not share memory with an input or another output - allocate another tensor",
      () => program.run({ ...right, weight: weight! }, { weight: weight! }),
    ],
  ];
  for (const [expected, work] of wrong) assert.is(await message(work), expected);
  await program.release();
  await program.release();
  assert.is(
    await message(() => program.run(right)),
    'onnx: the program was released - open it again to run it',
  );
});

test('options and graphs that cannot be run are refused', async () => {
  assert.is(await message(() => openStep({ threads: 0 })), 'onnx: threads must be a positive integer, got 0');
  const g = new GraphBuilder();
  const y = g.elementwise('Neg', g.input('x', []));
  assert.is(
    await message(() => openOnnx(g.graph({ '%y': y }), { threads: 1 })),
    "onnx: names of inputs and outputs must not be empty or start with %, got '%y'",
  );
  const large = g.elementwise('Mul', y, g.constant([1e300], []));
  assert.is(
    await message(() => openOnnx(g.graph({ large }), { threads: 1 })),
    'onnx: a constant must fit float32, got 1e+300 - scale it down (%2 = Constant(1e+300) : float[])',
  );
});

test('the same bits over two sessions and over two processes', async () => {
  // a convolution that stays one, and its gradient; every other one is taken apart by `bilinear`
  const convolutions = (graph: Graph): number => graph.nodes.filter(({ op }) => op.startsWith('Conv')).length;
  const graph = optimise(busyGraph());
  assert.equal([convolutions(graph), convolutions(specialise(graph))], [5, 2]);
  const script = fileURLToPath(new URL('./onnx-digest.js', import.meta.url));
  const elsewhere = execFileSync(process.execPath, [script, '2'], { encoding: 'utf8' }).trim();
  const here = await digest(2);
  assert.is(await digest(2), here);
  assert.is(elsewhere, here);
});

test.run();
