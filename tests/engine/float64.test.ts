import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { compileFloat64 } from '../../src/engine/float64/compile.js';
import type { Graph } from '../../src/engine/graph/graph.js';
import { sizeOf } from '../../src/engine/graph/shapes.js';
import { allot } from '../../src/engine/interpreter/memory.js';
import { plan } from '../../src/engine/interpreter/plan.js';
import type { Arrays } from '../../src/engine/program.js';
import { suite } from '../harness.js';
import { convShape, GraphBuilder } from './graph-builder.js';
import { naive } from './naive.js';
import { graphCases, inputsFor } from './random-graph.js';

const test = suite('float64');

/** Largest difference, relative to the largest number of the output; NaN must meet NaN. */
function difference(actual: Arrays, expected: Arrays): number {
  assert.equal(Object.keys(actual), Object.keys(expected));
  return Math.max(
    ...Object.entries(expected).map(([name, values]) => {
      const got = actual[name]!;
      assert.is(got.length, values.length);
      const scale = values.reduce((m, v) => (Number.isFinite(v) ? Math.max(m, Math.abs(v)) : m), 1e-300);
      return values.reduce(
        (d, v, i) => (Object.is(v, got[i]) || v === got[i] ? d : Math.max(d, Math.abs(v - got[i]!) / scale)),
        0,
      );
    }),
  );
}

const plainly = (graph: Graph) => compileFloat64(graph, { optimise: false });

const identical = (a: Arrays, b: Arrays): void => {
  for (const [name, values] of Object.entries(b)) assert.equal([...a[name]!], [...values], name);
};

test('random graphs agree with the definitions', () => {
  fc.assert(
    fc.property(graphCases(), ({ graph, inputs }) => {
      const d = difference(plainly(graph).run(inputs), naive(graph, inputs));
      assert.ok(d < 1e-11, `relative difference ${d}`);
    }),
    { numRuns: 250, seed: 1 },
  );
});

test('a second run is not disturbed by the first, lent or copied', () => {
  fc.assert(
    fc.property(graphCases(), ({ graph, inputs }) => {
      const others = inputsFor(graph, 99);
      const fresh = plainly(graph).run(others);
      const copied = plainly(graph);
      const lent = compileFloat64(graph, { borrow: true, optimise: false });
      const first = copied.run(inputs);
      const kept = Object.fromEntries(Object.entries(first).map(([name, values]) => [name, values.slice()]));
      lent.run(inputs);
      identical(copied.run(others), fresh);
      identical(lent.run(others), fresh);
      identical(first, kept);
    }),
    { numRuns: 100, seed: 2 },
  );
});

test('update is a run with some inputs changed', () => {
  fc.assert(
    fc.property(graphCases({ maxNodes: 25 }), fc.nat(), ({ graph, inputs }, choice) => {
      const program = plainly(graph);
      program.run(inputs);
      const current: Record<string, Float64Array> = { ...inputs };
      for (let round = 0; round < 4; round++) {
        const names = Object.keys(inputs).filter((_, i) => ((choice >> (i + 3 * round)) & 1) === 1);
        const others = inputsFor(graph, round);
        const given = Object.fromEntries(names.map(name => [name, others[name]!]));
        Object.assign(current, given);
        identical(program.update(given), plainly(graph).run(current));
      }
    }),
    { numRuns: 120, seed: 3 },
  );
});

test('values that depend on other inputs are not taken before they are made', () => {
  const g = new GraphBuilder();
  const [x, y] = [g.input('x', [2]), g.input('y', [2])];
  const both = g.elementwise('Add', x, y);
  const graph = g.graph({ both, later: g.elementwise('Mul', g.elementwise('Exp', x), y) });
  const inputs = { x: Float64Array.of(1, 2), y: Float64Array.of(3, 4) };
  identical(plainly(graph).run(inputs), naive(graph, inputs));
});

const FLOATS = (count: number, seed: number): Float64Array =>
  Float64Array.from({ length: count }, (_, i) => Math.sin(seed + i * 12.9898) * 1.5);

test('large products, every transposition and thin shapes', () => {
  for (const [m, n, k] of [
    [33, 35, 17],
    [40, 3, 30],
    [1, 50, 40],
    [50, 1, 40],
    [2, 5, 300],
    [7, 4, 1],
  ] as const)
    for (const [ta, tb] of [
      [false, false],
      [true, false],
      [false, true],
      [true, true],
    ] as const) {
      const g = new GraphBuilder();
      const a = g.input('a', [2, ...(ta ? [k, m] : [m, k])]);
      const b = g.input('b', tb ? [n, k] : [k, n]);
      const graph = g.graph({ y: g.matMul(a, b, ta, tb) });
      const inputs = { a: FLOATS(2 * m * k, 1), b: FLOATS(k * n, 2) };
      assert.ok(
        difference(plainly(graph).run(inputs), naive(graph, inputs)) < 1e-14,
        `${m} ${n} ${k} ${ta} ${tb}`,
      );
    }
});

test('convolutions and their gradients: strides, asymmetric pads, more than one tile', () => {
  const cases = [
    {
      strides: [1, 1],
      pad: [
        [1, 1],
        [1, 1],
      ],
    },
    {
      strides: [2, 2],
      pad: [
        [0, 1],
        [1, 0],
      ],
    },
    {
      strides: [2, 1],
      pad: [
        [2, 0],
        [0, 3],
      ],
    },
    {
      strides: [3, 2],
      pad: [
        [0, 0],
        [0, 0],
      ],
    },
  ] as const;
  for (const attrs of cases) {
    const x = [2, 7, 6, 3];
    const filter = [3, 2, 3, 5];
    const y = convShape(x, filter, attrs);
    const [nx, nf, ny] = [x, filter, y].map(sizeOf) as [number, number, number];
    const g = new GraphBuilder();
    const [xi, fi, yi] = [g.input('x', x), g.input('f', filter), g.input('y', y)];
    const graph = g.graph({
      y: g.conv2D(xi, fi, attrs),
      dx: g.node('Conv2DInputGrad', [yi, fi], attrs, x),
      df: g.node('Conv2DFilterGrad', [xi, yi], attrs, filter),
    });
    const inputs = { x: FLOATS(nx, 1), f: FLOATS(nf, 2), y: FLOATS(ny, 3) };
    assert.ok(difference(plainly(graph).run(inputs), naive(graph, inputs)) < 1e-14, JSON.stringify(attrs));
  }
});

test('sums of many numbers lose next to nothing', () => {
  for (const shape of [[100_000], [1000, 100], [50, 20, 100]]) {
    const g = new GraphBuilder();
    const x = g.input('x', shape);
    const graph = g.graph({ y: g.reduce('Sum', x, [0], false) });
    const values = new Float64Array(sizeOf(shape)).fill(0.1);
    const expected = 0.1 * shape[0]!;
    for (const sum of plainly(graph).run({ x: values }).y!)
      assert.ok(Math.abs(sum / expected - 1) < 1e-14, `${shape}: ${sum}`);
  }
});

/** The values of an elementwise operation at the given points. */
function at(
  op: 'Relu' | 'Sigmoid' | 'Softplus' | 'Elu' | 'Sign' | 'Tanh',
  points: readonly number[],
): number[] {
  const g = new GraphBuilder();
  const graph = g.graph({ y: g.elementwise(op, g.input('x', [points.length])) });
  return [...plainly(graph).run({ x: Float64Array.from(points) }).y!];
}

test('NaN is passed on, extremes neither overflow nor cancel', () => {
  for (const op of ['Relu', 'Sigmoid', 'Softplus', 'Elu', 'Sign', 'Tanh'] as const)
    assert.ok(Number.isNaN(at(op, [Number.NaN])[0]), op);
  assert.equal(at('Sigmoid', [-800, -40, 0, 40, 800]), [0, Math.exp(-40), 0.5, 1, 1]);
  assert.equal(at('Softplus', [-800, -40, 0, 40, 800]), [0, Math.exp(-40), Math.LN2, 40, 800]);
  assert.equal(at('Elu', [-1e-20, -800, 3]), [-1e-20, -1, 3]);
  const g = new GraphBuilder();
  const [x, y] = [g.input('x', [3]), g.input('y', [3])];
  const graph = g.graph({
    max: g.elementwise('Max', x, y),
    min: g.elementwise('Min', x, y),
    step: g.step(x, 0.25),
    equal: g.elementwise('Equal', x, y),
    notEqual: g.elementwise('NotEqual', x, y),
    largest: g.reduce('ReduceMax', x, [0], false),
  });
  const given = { x: Float64Array.of(Number.NaN, 1, -1), y: Float64Array.of(1, Number.NaN, -1) };
  const result = plainly(graph).run(given);
  assert.equal([...result.max!], [Number.NaN, Number.NaN, -1]);
  assert.equal([...result.min!], [Number.NaN, Number.NaN, -1]);
  assert.equal([...result.step!], [Number.NaN, 1, 0.25]);
  assert.equal([...result.equal!], [0, 0, 1]);
  assert.equal([...result.notEqual!], [1, 1, 0]);
  assert.ok(Number.isNaN(result.largest![0]));
});

test('scalars, empty tensors, and outputs that are inputs, constants or views', () => {
  const g = new GraphBuilder();
  const x = g.input('x', [2, 3]);
  const none = g.input('none', [0, 3]);
  const graph = g.graph({
    x,
    seven: g.constant([7], [2]),
    pair: g.constant([1, 2], [2]),
    turned: g.transpose(x, [1, 0]),
    row: g.slice(x, [1, 0], [1, 3]),
    flipped: g.reverse(x, [0, 1]),
    empty: g.elementwise('Exp', none),
    emptySum: g.reduce('Sum', none, [0], false),
  });
  for (const borrow of [false, true]) {
    const result = compileFloat64(graph, { borrow, optimise: false }).run({
      x: Float64Array.of(1, 2, 3, 4, 5, 6),
      none: new Float64Array(0),
    });
    assert.equal([...result.x!], [1, 2, 3, 4, 5, 6]);
    assert.equal([...result.seven!], [7, 7]);
    assert.equal([...result.pair!], [1, 2]);
    assert.equal([...result.turned!], [1, 4, 2, 5, 3, 6]);
    assert.equal([...result.row!], [4, 5, 6]);
    assert.equal([...result.flipped!], [6, 5, 4, 3, 2, 1]);
    assert.equal([...result.empty!], []);
    assert.equal([...result.emptySum!], [0, 0, 0]);
  }
});

test('errors say which input is wrong and how', () => {
  const g = new GraphBuilder();
  const x = g.input('x', [3, 4]);
  const program = compileFloat64(g.graph({ y: g.elementwise('Neg', x) }));
  const message = (f: () => void): string => {
    try {
      f();
    } catch (error) {
      return (error as Error).message;
    }
    return 'nothing thrown';
  };
  assert.match(
    message(() => program.run({ x: new Float64Array(10) })),
    "float64: input 'x' wants 12 numbers (shape [3,4]), got 10 - ",
  );
  assert.match(
    message(() => program.run({})),
    "got none for 'x'",
  );
  assert.match(
    message(() => program.run({ x: new Float64Array(12), z: new Float64Array(1) })),
    "'z' is no input of this graph",
  );
  assert.match(
    message(() => program.update({ x: new Float64Array(12) })),
    'call run first',
  );
  const h = new GraphBuilder();
  const gather = h.gather(h.input('v', [3]), h.input('i', [1], 'int'), 0);
  const reading = compileFloat64(h.graph({ y: gather }));
  assert.match(
    message(() => reading.run({ v: new Float64Array(3), i: Float64Array.of(3) })),
    'gather: indices must be whole numbers from 0 to 2, got 3',
  );
});

test('a name of an input is never taken for code', () => {
  const g = new GraphBuilder();
  const name = '"];throw 1;//`x`\n*/';
  const program = compileFloat64(g.graph({ [name]: g.elementwise('Exp', g.input(name, [2])) }));
  assert.equal([...program.run({ [name]: Float64Array.of(0, 1) })[name]!], [1, Math.E]);
});

test('buffers are shared: memory does not grow with depth', () => {
  const g = new GraphBuilder();
  let x = g.input('x', [8, 8]);
  for (let i = 0; i < 50; i++) x = g.matMul(x, x, false, false);
  const schedule = plan(g.graph({ x }));
  assert.ok(allot(g.graph({ x }), schedule).sizes.length <= 4);
});

test.run();
