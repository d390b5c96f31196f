import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { compileFloat64 } from '../../src/engine/float64/compile.js';
import type { Graph } from '../../src/engine/graph/graph.js';
import { cse } from '../../src/engine/passes/cse.js';
import { dce } from '../../src/engine/passes/dce.js';
import { fold } from '../../src/engine/passes/fold.js';
import { optimise, PASSES } from '../../src/engine/passes/optimise.js';
import type { Arrays } from '../../src/engine/program.js';
import { suite } from '../harness.js';
import { GraphBuilder } from './graph-builder.js';
import { graphCases } from './random-graph.js';

const test = suite('passes');

const values = (graph: Graph, inputs: Arrays): Arrays =>
  compileFloat64(graph, { optimise: false }).run(inputs);

/** Inputs precede their users, ids are positions, and the signature is what it was. */
function assertValid(graph: Graph, original: Graph): void {
  graph.nodes.forEach((node, id) => {
    assert.is(node.id, id);
    for (const input of node.inputs) assert.ok(input < id);
  });
  assert.equal(Object.keys(graph.inputs), Object.keys(original.inputs));
  assert.equal(Object.keys(graph.outputs), Object.keys(original.outputs));
  for (const kind of ['inputs', 'outputs'] as const)
    for (const [name, id] of Object.entries(graph[kind])) {
      const node = graph.nodes[id]!;
      const old = original.nodes[original[kind][name]!]!;
      assert.equal([node.shape, node.dtype], [old.shape, old.dtype], name);
    }
}

for (const [name, pass] of [
  ['cse', cse],
  ['dce', dce],
] as const)
  test(`${name} keeps every bit, and a second time changes nothing`, () => {
    fc.assert(
      fc.property(graphCases({ maxNodes: 20 }), ({ graph, inputs }) => {
        const after = pass(graph);
        assertValid(after, graph);
        const before = values(graph, inputs);
        for (const [output, numbers] of Object.entries(values(after, inputs)))
          assert.ok(numbers.every((value, i) => Object.is(value, before[output]![i])));
        assert.is(pass(after), after);
      }),
      { numRuns: 200, seed: 5 },
    );
  });

// Two constant factors become one product and x^-1 a reciprocal: other roundings. Where a later difference
// cancels, they count against what was subtracted; hence the scale of the largest number of the output, and
// no jumps.
for (const [name, pass] of [
  ['fold', fold],
  ['optimise', optimise],
] as const)
  test(`${name} keeps values to a few units in the last place`, () => {
    fc.assert(
      fc.property(graphCases({ maxNodes: 20, continuous: true }), ({ graph, inputs }) => {
        const after = pass(graph);
        assertValid(after, graph);
        const before = values(graph, inputs);
        for (const [output, numbers] of Object.entries(values(after, inputs))) {
          const scale = before[output]!.reduce((m, v) => Math.max(m, Math.abs(v)), 1);
          numbers.forEach((value, i) => {
            assert.ok(Math.abs(value - before[output]![i]!) <= 1e-12 * scale);
          });
        }
      }),
      { numRuns: 300, seed: 6 },
    );
  });

test('optimise keeps operations that jump, but where a rounding falls on the jump', () => {
  let different = 0;
  fc.assert(
    fc.property(graphCases({ maxNodes: 10 }), ({ graph, inputs }) => {
      const after = optimise(graph);
      assertValid(after, graph);
      const before = values(graph, inputs);
      const close = Object.entries(values(after, inputs)).every(([output, numbers]) =>
        numbers.every(
          (value, i) => Math.abs(value - before[output]![i]!) <= 1e-9 * Math.max(1, Math.abs(value)),
        ),
      );
      if (!close) different++;
    }),
    { numRuns: 200, seed: 7 },
  );
  assert.ok(different <= 2, `${different} of 200 differ`);
});

/** The operations left in y after folding and dropping the rest, inputs aside. */
const opsAfter = (graph: Graph): string[] =>
  optimise(graph)
    .nodes.map(node => node.op)
    .filter(op => op !== 'Input');

type Build = (g: GraphBuilder, x: number) => number;

const FOLDS: Readonly<Record<string, readonly [Build, readonly string[]]>> = {
  'x + 0': [(g, x) => g.elementwise('Add', x, g.constant([0], [])), []],
  '0 - x': [(g, x) => g.elementwise('Sub', g.constant([0], []), x), ['Neg']],
  'x * 1': [(g, x) => g.elementwise('Mul', g.constant([1], [2, 3]), x), []],
  'x * 0': [(g, x) => g.elementwise('Mul', x, g.constant([0], [2, 3])), ['Constant']],
  'x * 2 * 3': [
    (g, x) => g.elementwise('Mul', g.elementwise('Mul', x, g.constant([2], [])), g.constant([3], [])),
    ['Constant', 'Mul'],
  ],
  'x / 1': [(g, x) => g.elementwise('Div', x, g.constant([1], [])), []],
  'x ^ 2': [(g, x) => g.elementwise('Pow', x, g.constant([2], [])), ['Square']],
  '-(-x)': [(g, x) => g.elementwise('Neg', g.elementwise('Neg', x)), []],
  'x + (-x)': [(g, x) => g.elementwise('Add', x, g.elementwise('Neg', x)), ['Sub']],
  'transpose twice': [(g, x) => g.transpose(g.transpose(x, [1, 0]), [1, 0]), []],
  'reshape there and back': [(g, x) => g.reshape(g.reshape(x, [6]), [2, 3]), []],
  'slice of all': [(g, x) => g.slice(x, [0, 0], [2, 3]), []],
  'pad by nothing': [(g, x) => g.pad(x, [0, 0], [0, 0], 1), []],
  'sum over nothing': [(g, x) => g.reduce('Sum', x, [], false), []],
  'product with the transposed': [(g, x) => g.matMul(x, g.transpose(x, [1, 0]), false, false), ['MatMul']],
  'product with zeros': [(g, x) => g.matMul(x, g.constant([0], [3, 4]), false, false), ['Constant']],
  'sum of equal numbers': [
    (g, x) => g.elementwise('Mul', x, g.reduce('Sum', g.constant([3], [2, 3]), [0, 1], false)),
    ['Constant', 'Mul'],
  ],
  'broadcast before an operation': [
    (g, x) => g.elementwise('Add', x, g.broadcast(g.reduce('Sum', x, [0], true), [2, 3])),
    ['Sum', 'Add'],
  ],
  'operation after a broadcast': [
    (g, x) => g.elementwise('Exp', g.broadcast(g.reduce('Sum', x, [0], true), [2, 3])),
    ['Sum', 'Exp', 'Broadcast'],
  ],
  'constants of any kind': [
    (g, x) =>
      g.elementwise(
        'Add',
        x,
        g.matMul(g.constant([1, 2], [2, 1]), g.constant([1, 2, 3], [1, 3]), false, false),
      ),
    ['Constant', 'Add'],
  ],
};

for (const [name, [build, expected]] of Object.entries(FOLDS))
  test(`folds ${name}`, () => {
    const g = new GraphBuilder();
    const graph = g.graph({ y: build(g, g.input('x', [2, 3])) });
    assert.equal(opsAfter(graph), expected);
    const inputs = { x: Float64Array.of(1, -2, 3, 0.5, 0.25, -8) };
    assert.equal(
      [...values(optimise(graph), inputs).y!].map(v => v + 0),
      [...values(graph, inputs).y!].map(v => v + 0),
    );
  });

test('a branch cut off by a constant zero stays cut off where its factor is infinite', () => {
  const g = new GraphBuilder();
  const x = g.input('x', []);
  const graph = g.graph({ y: g.elementwise('Mul', g.elementwise('Log', x), g.constant([0], [])) });
  assert.ok(Number.isNaN(values(graph, { x: Float64Array.of(0) }).y![0]));
  assert.is(values(optimise(graph), { x: Float64Array.of(0) }).y![0], 0);
});

test('cse tells constants by their numbers and attributes by their values', () => {
  const g = new GraphBuilder();
  const x = g.input('x', [2]);
  const twice = [
    g.constant([1, 2], [2]),
    g.constant([1, 2], [2]),
    g.constant([1, 3], [2]),
    g.constant([0], [2]),
    g.constant([-0], [2]),
  ];
  const pads = [0, 0, -0, Number.NEGATIVE_INFINITY].map(value => g.pad(x, [1], [0], value));
  const swapped = [
    g.elementwise('Mul', x, twice[0]!),
    g.elementwise('Mul', twice[1]!, x),
    g.elementwise('Sub', x, twice[0]!),
  ];
  const outputs = Object.fromEntries([...twice, ...pads, ...swapped].map((id, i) => [`y${i}`, id]));
  const ids = Object.values(cse(g.graph(outputs)).outputs);
  const kinds = ids.map(id => ids.indexOf(id));
  assert.equal(kinds, [0, 0, 2, 3, 4, 5, 5, 7, 8, 9, 9, 11]);
});

test('a pass can be left out', () => {
  const g = new GraphBuilder();
  const x = g.input('x', [2]);
  const unused = g.elementwise('Exp', x);
  const graph = g.graph({ y: g.elementwise('Add', x, g.constant([0], [])) });
  assert.is(optimise(graph).nodes.length, 1);
  assert.is(optimise(graph, { disable: ['dce'] }).nodes[unused]!.op, 'Exp');
  assert.ok(optimise(graph, { disable: ['fold'] }).nodes.some(node => node.op === 'Add'));
  assert.is(optimise(graph, { disable: ['fold', 'cse', 'dce'] }), graph);
  assert.equal(Object.keys(PASSES), ['fold', 'cse', 'dce']);
});

test.run();
