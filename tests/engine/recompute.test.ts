/** @file The order that ONNX Runtime runs a model in, and what is made again to need less memory. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { resnetAutoencoder } from '../../src/core/net/resnet.js';
import { objectiveOf } from '../../src/core/objectives/list.js';
import { adam } from '../../src/core/optimiser.js';
import { compileFloat64 } from '../../src/engine/float64/compile.js';
import type { Graph, Node } from '../../src/engine/graph/graph.js';
import { sizeOf } from '../../src/engine/graph/shapes.js';
import { lowerGraph } from '../../src/engine/onnx/lower.js';
import { masks } from '../../src/engine/onnx/passes/masks.js';
import { recompute } from '../../src/engine/onnx/passes/recompute.js';
import { livenessWhenRun, masksFirst, runOrder } from '../../src/engine/onnx/schedule/run-order.js';
import { openOnnx } from '../../src/engine/onnx/session.js';
import { specialise } from '../../src/engine/onnx/specialise.js';
import { dce } from '../../src/engine/passes/dce.js';
import type { Arrays } from '../../src/engine/program.js';
import { firstCarried } from '../../src/train/first.js';
import { graphOf, trainingStepOf } from '../../src/train/graphs.js';
import { suite } from '../harness.js';
import { numbersOf } from './agreement.js';
import { GraphBuilder } from './graph-builder.js';
import { spreadNumbers } from './op-table/case.js';

const test = suite('recompute');

const SIZE = 4096;

/**
 * Random operations that are lowered to one operator each, which ONNX Runtime does not fuse: the values made.
 */
const unfused = fc
  .array(fc.tuple(fc.nat(4), fc.nat(), fc.nat()), { minLength: 3, maxLength: 40 })
  .map(steps => {
    const g = new GraphBuilder();
    const made = [g.input('x', [SIZE]), g.input('y', [SIZE])];
    for (const [op, a, b] of steps) {
      const [left, right] = [made[a % made.length]!, made[b % made.length]!];
      if (op < 3) made.push(g.elementwise((['Sin', 'Exp', 'Cos'] as const)[op as 0 | 1 | 2], left));
      else made.push(g.elementwise(op === 3 ? 'Add' : 'Mul', left, right));
    }
    return { g, last: made.at(-1)!, before: made.at(-2)!, middle: made[made.length >> 1]! };
  });

const plain = unfused.map(({ g, ...outputs }) => dce(g.graph(outputs)));

/** The same with a state that is stepped along the last value: it waits for the other outputs. */
const stepped = unfused.map(({ g, last, ...outputs }) => {
  const [state, rate] = [g.input('state', [SIZE]), g.input('rate', [])];
  const next = g.elementwise('Add', state, g.elementwise('Mul', last, rate));
  return dce(g.graph({ state: next, ...outputs }));
});

/** Names of the operators as ONNX Runtime ran them. */
async function profiled(graph: Graph, inputs: Arrays, overwrite: readonly string[] = []): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'flatcheck-order-'));
  try {
    const options = { threads: 1, optimise: false, overwrite, profile: join(folder, 'p') };
    const program = await openOnnx(graph, options);
    await program.run(Object.fromEntries(Object.keys(graph.inputs).map(name => [name, inputs[name]!])));
    await program.release();
    const events = JSON.parse(readFileSync(join(folder, readdirSync(folder)[0]!), 'utf8')) as {
      readonly cat: string;
      readonly name: string;
    }[];
    const ran = events.filter(({ cat, name }) => cat === 'Node' && name.endsWith('_kernel_time'));
    return ran.map(({ name }) => name.replace('_kernel_time', ''));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const numbers = {
  x: spreadNumbers(SIZE, 1),
  y: spreadNumbers(SIZE, 2),
  state: spreadNumbers(SIZE, 3),
  rate: Float64Array.of(0.5),
};

for (const [what, graphs, overwrite] of [
  ['', plain, []],
  [' where a state waits for all other outputs', stepped, ['state']],
] as const)
  test(`ONNX Runtime runs nodes in the order predicted${what}, not in that of the model`, async () => {
    let otherwise = 0;
    await fc.assert(
      fc.asyncProperty(graphs, async graph => {
        const lowered = lowerGraph(graph).nodes.filter(({ op }) => op !== 'Identity');
        const runs = [...masksFirst(graph)].filter(({ op }) => op !== 'Input');
        assert.is(lowered.length, runs.length);
        const nameOf = new Map(runs.map(({ id }, i) => [id, lowered[i]!.name]));
        const names = new Set(nameOf.values());
        // neither copies of outputs nor what passes the rate on
        const ran = (await profiled(graph, numbers, overwrite)).filter(name => names.has(name));
        const told = runOrder(graph).map(id => nameOf.get(id)!);
        assert.equal(ran, told);
        if (String(told) !== String(lowered.map(({ name }) => name))) otherwise++;
      }),
      { numRuns: 40, seed: 5 },
    );
    assert.ok(
      otherwise >= 10,
      `only ${otherwise} of 40 graphs ran in another order than they are written in`,
    );
  });

test('what is in memory: operands until their last use, results until the end', () => {
  const g = new GraphBuilder();
  const x = g.input('x', [10]);
  const a = g.elementwise('Sin', x);
  const b = g.elementwise('Exp', a);
  const c = g.elementwise('Cos', g.reshape(b, [2, 5]));
  const graph = g.graph({ y: g.reduce('Sum', g.elementwise('Add', c, g.reshape(a, [2, 5])), [0, 1], false) });
  const live = livenessWhenRun(graph);
  // a, b and c at once; then b goes, and the sum of c and a comes
  assert.is(live.peak, 30);
  assert.equal(live.alive, [a, b, c]);
});

/** A chain of sharp layers, whose gradient needs what cheap operations make of costly ones. */
function chain(layers: number): { graph: Graph; inputs: Arrays } {
  const g = new GraphBuilder();
  const inputs: Record<string, Float64Array> = { x: spreadNumbers(64, 1), w: spreadNumbers(64, 2) };
  const [x, w] = [g.input('x', [8, 8]), g.input('w', [8, 8])];
  const product = (a: number, b: number, transposeB: boolean): number =>
    g.node('MatMul', [a, b], { transposeA: false, transposeB }, [8, 8]);
  const kept: { input: number; z: number; y: number }[] = [];
  let y = x;
  for (let i = 0; i < layers; i++) {
    const input = y;
    const z = g.elementwise('Sub', product(y, w, false), x);
    y = g.elementwise('Relu', g.elementwise('Mul', z, w));
    kept.push({ input, z, y });
  }
  let dy = g.elementwise('Square', y);
  let dw = g.constant([0], [8, 8]);
  for (const { input, z, y } of kept.reverse()) {
    const masked = g.elementwise('Mul', g.node('Step', [y], { alpha: 0 }, [8, 8]), dy);
    const dz = g.elementwise('Mul', masked, w);
    dw = g.elementwise('Add', dw, g.elementwise('Mul', z, masked));
    dw = g.elementwise(
      'Add',
      dw,
      g.node('MatMul', [input, dz], { transposeA: true, transposeB: false }, [8, 8]),
    );
    dy = product(dz, w, true);
  }
  return { graph: g.graph({ y, dw, dy }), inputs };
}

const values = (graph: Graph, inputs: Arrays): Arrays =>
  compileFloat64(graph, { optimise: false }).run(inputs);

const FREE = { share: 0, price: 100, enough: 0 };
const SHARES = [1, 0.9, 0.8];

test('a chain needs two thirds of the memory, values are bit-identical in doubles and when run', async () => {
  const { graph, inputs } = chain(12);
  const after = recompute(graph, FREE);
  const [before, now] = [livenessWhenRun(graph).peak, livenessWhenRun(after).peak];
  assert.ok(3 * now <= 2 * before, `${before} numbers at once before, ${now} after`);
  assert.equal(values(after, inputs), values(graph, inputs));
  const run = async (graph: Graph) => {
    const program = await openOnnx(graph, { threads: 1, optimise: false });
    const outputs = Object.entries(await program.run(inputs)).map(([name, y]) => [name, numbersOf(y)]);
    await program.release();
    return outputs;
  };
  assert.equal(await run(after), await run(graph));
});

test('what is made again is run again', async () => {
  const { graph, inputs } = chain(12);
  const count = (graph: Graph): number => lowerGraph(graph).nodes.filter(({ op }) => op === 'Relu').length;
  const after = recompute(graph, FREE);
  assert.ok(count(after) > count(graph));
  const ran = await profiled(after, inputs);
  assert.is(ran.filter(name => name.startsWith('Relu')).length, count(after));
});

test('nothing is made again that costs more than the price, or when little enough is in memory', () => {
  const { graph } = chain(12);
  assert.is(recompute(graph, { ...FREE, price: 0.5 }).nodes.length, dce(graph).nodes.length);
  assert.is(recompute(graph, { ...FREE, share: 1 }), graph);
  const peaks = SHARES.map(share => livenessWhenRun(recompute(graph, { ...FREE, share })).peak);
  assert.is(recompute(graph), graph, 'too small to need less');
  const [whole] = peaks as [number];
  for (const [i, share] of SHARES.entries()) assert.ok(peaks[i]! <= share * whole);
});

test('a copy made of the wrong operand is noticed', () => {
  const { graph, inputs } = chain(12);
  const after = recompute(graph, FREE);
  const last = after.nodes.findLast(({ op }) => op === 'Relu')!;
  const wrong: Graph = {
    ...after,
    nodes: after.nodes.map(node => (node === last ? ({ ...node, inputs: [after.inputs.x!] } as Node) : node)),
  };
  assert.not.equal(values(wrong, inputs), values(graph, inputs));
});

test('masks: what ReLU read is not kept for its derivative', () => {
  const g = new GraphBuilder();
  const [x, dy] = [g.input('x', [6]), g.input('dy', [6])];
  const before = g.elementwise('Sin', x);
  const y = g.elementwise('Relu', before);
  const leaky = g.node('Step', [before], { alpha: 0.5 }, [6]);
  const masked = g.elementwise('Mul', g.node('Step', [before], { alpha: 0 }, [6]), dy);
  const graph = g.graph({ y, dx: masked, leaky });
  const after = masks(graph);
  const read = after.nodes.filter(({ op }) => op === 'Step').map(({ inputs }) => after.nodes[inputs[0]!]!.op);
  assert.equal(read, ['Sin', 'Relu']);
  const inputs = { x: Float64Array.of(-1, -0, 0, 1e-300, 1, 4), dy: spreadNumbers(6, 3) };
  assert.equal(values(after, inputs), values(graph, inputs));
});

const model = (width: number) => ({
  net: resnetAutoencoder({ width, latent: 16, activation: 'relu' }),
  objective: objectiveOf({ name: 'rae-loss-gradient', rec: 'mean', beta: 0.1, lambda: 0.5 }),
  optimiser: adam(),
});

test('a training step of the RAE on the ResNet-18 needs less than half as much at once', () => {
  const graph = graphOf(trainingStepOf(model(16), 64));
  const [kept, made] = [specialise(graph, { disable: ['recompute'] }), specialise(graph)];
  const writes = (graph: Graph): number =>
    graph.nodes.reduce((sum, { op, shape }) => sum + (op === 'Reshape' ? 0 : sizeOf(shape)), 0);
  assert.ok(livenessWhenRun(made).peak < 0.5 * livenessWhenRun(kept).peak);
  assert.ok(writes(made) < 1.3 * writes(kept));
});

test('a training step is bit-identical when all that can be is made again, state written over', async () => {
  const step = trainingStepOf(model(8), 4);
  const kept = specialise(graphOf(step), { disable: ['recompute'] });
  const made = recompute(kept, FREE);
  assert.ok(made.nodes.length > 1.1 * kept.nodes.length);
  const first = firstCarried(model(8), 1);
  const given = Object.entries(step.specs).map(([name, { shape }], i): [string, Float32Array] => [
    name,
    first[name] instanceof Float32Array
      ? first[name]
      : Float32Array.from(spreadNumbers(sizeOf(shape), i + 1), x => (name === 'rate' ? 1e-3 : x)),
  ]);
  const state = Object.keys(kept.inputs).filter(name => Object.hasOwn(kept.outputs, name));
  const run = async (graph: Graph) => {
    const program = await openOnnx(graph, { threads: 1, optimise: false, overwrite: state });
    assert.ok(program.overwrites.size > 0);
    const written = program.allocate([...program.overwrites]);
    for (const [name, values] of given) (written[name]?.data as Float32Array | undefined)?.set(values);
    const outputs = await program.run({ ...Object.fromEntries(given), ...written }, written);
    const numbers = Object.entries(outputs).map(([name, y]) => [name, [...numbersOf(y)]] as const);
    await program.release();
    return Object.fromEntries(numbers);
  };
  const [before, after] = [await run(kept), await run(made)];
  assert.ok(Number.isFinite(before.loss![0]));
  for (const [name, numbers] of Object.entries(before)) assert.equal(after[name], numbers, name);
});

test.run();
