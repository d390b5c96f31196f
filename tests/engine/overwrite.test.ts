/**
 * @file State that a step writes over what it read: the same bits as with a second set of tensors, and
 * refused where it would not be.
 */
import fc from 'fast-check';
import type { Tensor } from 'onnxruntime-node';
import * as assert from 'uvu/assert';
import type { Graph } from '../../src/engine/graph/graph.js';
import { lowerGraph, outputName } from '../../src/engine/onnx/lower.js';
import { overwriting } from '../../src/engine/onnx/overwrite.js';
import { type OnnxProgram, openOnnx } from '../../src/engine/onnx/session.js';
import type { Arrays } from '../../src/engine/program.js';
import { errorOf } from '../formats/temporary.js';
import { suite } from '../harness.js';
import { GraphBuilder } from './graph-builder.js';
import { graphCases } from './random-graph.js';
import { float32Inputs } from './rounding.js';

const test = suite('overwriting');

const SIZE = 64;

/**
 * Two layers y = tanh(tanh(x a) b), steps against y, with a moment each (or none): how the new parameters are
 * made is what matters.
 */
function step(moments: boolean): Graph {
  const g = new GraphBuilder();
  const shape = [SIZE, SIZE];
  const [a, b, x, rate] = [
    g.input('a', shape),
    g.input('b', shape),
    g.input('x', shape),
    g.input('rate', []),
  ];
  const hidden = g.elementwise('Tanh', g.matMul(x, a, false, false));
  const y = g.elementwise('Tanh', g.matMul(hidden, b, false, false));
  const gradients = {
    b: g.matMul(hidden, y, true, false),
    a: g.matMul(x, g.matMul(y, b, false, true), true, false),
  };
  const outputs: Record<string, number> = { loss: g.reduce('Sum', y, [0, 1], false) };
  for (const [name, w] of [
    ['b', b],
    ['a', a],
  ] as const) {
    let direction = gradients[name];
    if (moments) {
      const old = g.input(`m.${name}`, shape);
      direction = g.elementwise('Add', g.elementwise('Mul', g.constant([0.5], []), old), direction);
      outputs[`m.${name}`] = direction;
    }
    outputs[name] = g.elementwise('Sub', w, g.elementwise('Mul', rate, direction));
  }
  return g.graph(outputs);
}

const wave = (size: number, seed: number): Float32Array =>
  Float32Array.from({ length: size }, (_, i) => Math.sin(i * (seed + 1) + seed) / 8);

/** State after some steps, in tensors that are written over where the program allows it. */
async function trained(
  program: OnnxProgram,
  graph: Graph,
  overwrite: boolean,
): Promise<Record<string, number[]>> {
  const names = Object.keys(graph.outputs).filter(name => Object.hasOwn(graph.inputs, name));
  let current = program.allocate(names);
  names.forEach((name, seed) => {
    (current[name]!.data as Float32Array).set(wave(SIZE * SIZE, seed));
  });
  for (let i = 0; i < 4; i++) {
    const fresh = program.allocate(names);
    const into = overwrite
      ? Object.fromEntries(names.map(n => [n, program.overwrites.has(n) ? current[n]! : fresh[n]!]))
      : fresh;
    await program.run({ ...current, x: wave(SIZE * SIZE, 9), rate: Float32Array.of(0.125) }, into);
    current = into;
  }
  return Object.fromEntries(names.map(name => [name, Array.from(current[name]!.data as Float32Array)]));
}

test('parameters that only moments stand between are overwritten, and these; bits are the same', async () => {
  const graph = step(true);
  const names = ['a', 'b', 'm.a', 'm.b'];
  const twoSets = await openOnnx(graph, { threads: 1 });
  const oneSet = await openOnnx(graph, { threads: 1, overwrite: names });
  assert.equal([...oneSet.overwrites], names);
  assert.is(twoSets.overwrites.size, 0);
  assert.equal(await trained(oneSet, graph, true), await trained(twoSets, graph, false));
  const state = oneSet.allocate(names);
  const given = { ...state, x: wave(SIZE * SIZE, 9), rate: Float32Array.of(0) };
  // over its own input only
  for (const into of [{ a: state.b! }, { a: state['m.a']! }])
    assert.match((await errorOf(() => oneSet.run(given, into))).message, /must not share memory/);
  await twoSets.release();
  await oneSet.release();
});

test('a parameter whose reader may come later is not overwritten', async () => {
  // the update of a reads a gradient made with b, and nothing makes the update of b wait for it
  const program = await openOnnx(step(false), { threads: 1, overwrite: ['a', 'b'] });
  assert.equal([...program.overwrites], []);
  await program.release();
  const safe = (build: (g: GraphBuilder, w: number, x: number) => Record<string, number>): string[] => {
    const g = new GraphBuilder();
    const graph = g.graph(build(g, g.input('w', [2, 2]), g.input('x', [2, 2])));
    const wanted = Object.keys(graph.inputs).filter(name => Object.hasOwn(graph.outputs, name));
    return overwriting(
      lowerGraph(graph),
      wanted.map(name => ({ input: name, output: outputName(graph, name) })),
    ).safe.map(({ input }) => input);
  };
  assert.equal(
    safe((g, w, x) => ({ w: g.elementwise('Add', w, x) })),
    ['w'],
  );
  assert.equal(
    safe((g, w, x) => ({ w: g.elementwise('Add', w, x), y: g.elementwise('Mul', w, x) })),
    [],
  );
  assert.equal(
    safe((g, w, x) => ({ w: g.matMul(w, x, false, false) })),
    [],
  );
  assert.equal(
    safe((_, w) => ({ w })),
    [],
  );
  // a copy that is given out may be the input's own memory
  assert.equal(
    safe((g, w, x) => ({ w: g.elementwise('Add', w, x), copy: w })),
    [],
  );
  // each is made of the other
  assert.equal(
    safe((g, w, x) => ({ w: g.elementwise('Add', w, x), x: g.elementwise('Sub', w, x) })),
    [],
  );
});

test('random graphs keep their bits where outputs are written over inputs', async () => {
  let overwritten = 0;
  await fc.assert(
    fc.asyncProperty(
      graphCases({ maxNodes: 20, continuous: true }),
      async ({ graph: drawn, inputs: given }) => {
        const graph = replacing(drawn);
        const inputs: Arrays = { ...float32Inputs(given), rate: Float64Array.of(0.5) };
        const names = Object.keys(graph.outputs).filter(name => Object.hasOwn(graph.inputs, name));
        const options = { threads: 1, optimise: false } as const;
        const plain = await openOnnx(graph, options);
        const expected = await plain.run(inputs);
        const program = await openOnnx(graph, { ...options, overwrite: names });
        const state = program.allocate([...program.overwrites]);
        for (const [name, tensor] of Object.entries(state)) (tensor.data as Float32Array).set(inputs[name]!);
        const got = await program.run({ ...inputs, ...state }, state);
        overwritten += program.overwrites.size;
        for (const name of Object.keys(graph.outputs))
          assert.equal(bits(got[name]!), bits(expected[name]!), name);
        await plain.release();
        await program.release();
      },
    ),
    { numRuns: 60, seed: 11 },
  );
  assert.ok(overwritten >= 20, `only ${overwritten} outputs were overwritten`);
});

/**
 * A number that ends the graph waits for, and for each float input an output that replaces it: input plus
 * what ends the graph.
 */
function replacing(graph: Graph): Graph {
  const nodes = [...graph.nodes];
  const add = (op: 'Add' | 'Mul', ids: readonly number[], like: number): number => {
    const { shape, dtype } = nodes[like]!;
    return nodes.push({ id: nodes.length, op, inputs: ids, attrs: {}, shape, dtype }) - 1;
  };
  const rate =
    nodes.push({
      id: nodes.length,
      op: 'Input',
      inputs: [],
      attrs: { name: 'rate' },
      shape: [],
      dtype: 'float',
    }) - 1;
  const next: Record<string, number> = {};
  for (const [name, id] of Object.entries(graph.inputs))
    if (nodes[id]!.dtype === 'float') next[name] = add('Add', [id, add('Mul', [id, rate], id)], id);
  return { nodes, inputs: { ...graph.inputs, rate }, outputs: { ...graph.outputs, ...next } };
}

const bits = (tensor: Tensor): Uint8Array => {
  const { buffer, byteOffset, byteLength } = tensor.data as Float32Array;
  return new Uint8Array(buffer, byteOffset, byteLength);
};

test.run();
