/**
 * @file The passes before ONNX Runtime's CPU kernels keep values: in doubles before and after, and in float32
 * when run.
 */
import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { compileFloat64 } from '../../src/engine/float64/compile.js';
import type { Graph, Node } from '../../src/engine/graph/graph.js';
import { type Shape, sizeOf } from '../../src/engine/graph/shapes.js';
import { lowerGraph } from '../../src/engine/onnx/lower.js';
import type { Limits } from '../../src/engine/onnx/passes/bilinear/choose.js';
import { bilinear } from '../../src/engine/onnx/passes/bilinear.js';
import { layout } from '../../src/engine/onnx/passes/layout.js';
import { masks } from '../../src/engine/onnx/passes/masks.js';
import { products } from '../../src/engine/onnx/passes/products.js';
import { recompute } from '../../src/engine/onnx/passes/recompute.js';
import { openOnnx } from '../../src/engine/onnx/session.js';
import { CPU_PASSES, specialise } from '../../src/engine/onnx/specialise.js';
import { dce } from '../../src/engine/passes/dce.js';
import { optimise } from '../../src/engine/passes/optimise.js';
import type { Arrays } from '../../src/engine/program.js';
import { suite } from '../harness.js';
import { numbersOf } from './agreement.js';
import { convShape, GraphBuilder } from './graph-builder.js';
import { spreadNumbers } from './op-table/case.js';
import { graphCases } from './random-graph.js';

const test = suite('cpu passes');

/** Every convolution that an algorithm exists for, however few its channels. */
const ANY = { channels: [1, 1], pixels: Number.POSITIVE_INFINITY } as const;
const EVERYWHERE: Limits = { plain: ANY, strided: ANY, enlarged: ANY };

type Pass = (graph: Graph) => Graph;

const PASSES: Readonly<Record<string, Pass>> = {
  bilinear: graph => bilinear(graph, EVERYWHERE),
  layout,
  products,
  masks,
  recompute: graph => recompute(graph, { share: 0, price: 100, enough: 0 }),
  both: graph => optimise(layout(optimise(bilinear(graph, EVERYWHERE)))),
};

const values = (graph: Graph, inputs: Arrays): Arrays =>
  compileFloat64(graph, { optimise: false }).run(inputs);

/**
 * The largest difference of two sets of outputs, relative to the largest number of its output; NaN where NaN
 * is new.
 */
function difference(
  before: Readonly<Record<string, ArrayLike<number>>>,
  after: Readonly<Record<string, ArrayLike<number>>>,
): number {
  let worst = 0;
  for (const [name, expected] of Object.entries(before)) {
    const got = after[name]!;
    assert.is(got.length, expected.length, name);
    const scale = Array.from(expected).reduce((most, x) => Math.max(most, Math.abs(x)), 1);
    for (let i = 0; i < expected.length; i++) {
      const error = Object.is(got[i], expected[i]) ? 0 : Math.abs(got[i]! - expected[i]!) / scale;
      if (!(error <= worst)) worst = error;
    }
  }
  return worst;
}

interface Kind {
  readonly x: Shape;
  readonly size: 1 | 3;
  readonly stride: 1 | 2;
  /** Pixels are repeated before the convolution. */
  readonly enlarged: boolean;
  /** What the algorithm loses to rounding, in units of what F(2, 3) loses. */
  readonly loss: number;
}

const kind = (x: Shape, size: 1 | 3, stride: 1 | 2, enlarged = false, loss = 1): Kind => ({
  x,
  size,
  stride,
  enlarged,
  loss,
});

/** Images of few pixels, which are mapped at once, and of many, row by row and column by column. */
const KINDS: Readonly<Record<string, Kind>> = {
  'plain 3x3': kind([2, 4, 6, 3], 3, 1),
  'plain 3x3, many pixels': kind([3, 16, 10, 3], 3, 1),
  'plain 3x3 in tiles of 4': kind([2, 8, 8, 3], 3, 1, false, 4),
  'plain 3x3 in tiles of 4, many pixels': kind([2, 8, 16, 3], 3, 1, false, 4),
  'strided 3x3': kind([2, 8, 4, 3], 3, 2),
  'strided 3x3, many pixels': kind([3, 16, 12, 3], 3, 2),
  'strided 1x1': kind([2, 6, 4, 3], 1, 2),
  'enlarged 3x3': kind([2, 4, 3, 3], 3, 1, true),
  'enlarged 3x3, many pixels': kind([3, 9, 10, 3], 3, 1, true),
  'enlarged 1x1': kind([2, 4, 3, 3], 1, 1, true),
  'enlarged 1x1, many pixels': kind([3, 9, 9, 3], 1, 1, true),
};

/** A convolution and its two gradients. */
function convolutions({ x, size, stride, enlarged }: Kind, channels = 5): { graph: Graph; inputs: Arrays } {
  const g = new GraphBuilder();
  const [n, h, w, c] = x as [number, number, number, number];
  const padding = size === 3 ? 1 : 0;
  const attrs = {
    strides: [stride, stride],
    pad: [
      [padding, padding],
      [padding, padding],
    ],
  } as const;
  const filterShape = [size, size, c, channels];
  const seenShape = enlarged ? [n, 2 * h, 2 * w, c] : x;
  const images = g.input('x', x);
  const filter = g.input('filter', filterShape);
  const apart = g.reshape(images, [n, h, 1, w, 1, c]);
  const seen = enlarged ? g.reshape(g.broadcast(apart, [n, h, 2, w, 2, c]), seenShape) : images;
  const dy = g.input('dy', convShape(seenShape, filterShape, attrs));
  const whole = g.node('Conv2DInputGrad', [dy, filter], attrs, seenShape);
  const graph = g.graph({
    y: g.conv2D(seen, filter, attrs),
    dx: enlarged ? g.reduce('Sum', g.reshape(whole, [n, h, 2, w, 2, c]), [2, 4], false) : whole,
    dfilter: g.node('Conv2DFilterGrad', [seen, dy], attrs, filterShape),
  });
  const inputs = Object.fromEntries(
    Object.entries(graph.inputs).map(([name, id], seed) => [
      name,
      spreadNumbers(sizeOf(graph.nodes[id]!.shape), seed + 1).map(u => Math.fround(u - 0.5)),
    ]),
  );
  return { graph, inputs };
}

for (const [name, pass] of Object.entries(PASSES))
  test(`${name} keeps the values of random graphs`, () => {
    let changed = 0;
    fc.assert(
      fc.property(graphCases({ maxNodes: 20, continuous: true }), ({ graph, inputs }) => {
        const after = pass(graph);
        if (after.nodes.length !== graph.nodes.length) changed++;
        assert.equal(Object.keys(after.inputs), Object.keys(graph.inputs));
        assert.ok(difference(values(graph, inputs), values(after, inputs)) <= 1e-12);
      }),
      { numRuns: 300, seed: 8 },
    );
    // random graphs seldom have what the others look for; those below and in recompute.test.ts have
    const least = name === 'layout' || name === 'both' ? 100 : 0;
    assert.ok(changed >= least, `only ${changed} graphs were changed`);
  });

for (const [name, of] of Object.entries(KINDS))
  test(`${name}: no convolution is left, and values are kept to all gradients`, async () => {
    const { graph, inputs } = convolutions(of);
    const expected = values(graph, inputs);
    for (const pass of [PASSES.bilinear!, PASSES.both!]) {
      const after = optimise(pass(graph));
      assert.not.ok(after.nodes.some(node => node.op.startsWith('Conv')));
      assert.ok(difference(expected, values(after, inputs)) < 1e-14 * of.loss);
      const program = await openOnnx(after, { threads: 1, optimise: false });
      const outputs = Object.entries(await program.run(inputs));
      await program.release();
      const got = Object.fromEntries(outputs.map(([output, y]) => [output, numbersOf(y)]));
      assert.ok(difference(expected, got) < 2e-6 * of.loss);
    }
  });

/** A pass that goes wrong in one node of those that `spoil` knows how to spoil. */
const spoiled =
  (pass: Pass, spoil: (node: Node) => Node | undefined): Pass =>
  graph => {
    const after = pass(graph);
    const at = after.nodes.findIndex(node => spoil(node) !== undefined);
    assert.ok(at >= 0, 'nothing to spoil');
    return { ...after, nodes: after.nodes.map((node, i) => (i === at ? spoil(node)! : node)) };
  };

test('a wrong factor in any map of an algorithm is noticed', () => {
  for (const of of Object.values(KINDS)) {
    const { graph, inputs } = convolutions(of);
    const expected = values(graph, inputs);
    const pass: Pass = given => dce(bilinear(given, EVERYWHERE));
    const maps = pass(graph).nodes.filter(node => node.op === 'Constant');
    for (const { id } of maps) {
      const wrong = spoiled(pass, node =>
        node.op === 'Constant' && node.id === id
          ? { ...node, attrs: { values: node.attrs.values.map(v => (v === 0 ? v : -v)) } }
          : undefined,
      );
      assert.ok(difference(expected, values(wrong(graph), inputs)) > 1e-3);
    }
  }
});

test('a transpose of layout in the wrong order is noticed', () => {
  const g = new GraphBuilder();
  const x = g.input('x', [3, 3, 3]);
  const turned = g.elementwise('Exp', g.transpose(x, [1, 2, 0]));
  const graph = g.graph({ y: g.elementwise('Add', g.reduce('Sum', turned, [0], true), turned) });
  const inputs = { x: spreadNumbers(27, 1) };
  const wrong = spoiled(layout, node =>
    node.op === 'Transpose' ? { ...node, attrs: { perm: [0, 2, 1] } } : undefined,
  );
  assert.ok(difference(values(graph, inputs), values(layout(graph), inputs)) <= 1e-14);
  assert.ok(difference(values(graph, inputs), values(wrong(graph), inputs)) > 1e-3);
});

test('layout leaves no transpose between convolutions', () => {
  const g = new GraphBuilder();
  const same = {
    strides: [1, 1],
    pad: [
      [1, 1],
      [1, 1],
    ],
  } as const;
  const filter = g.input('filter', [3, 3, 2, 2]);
  const bias = g.input('bias', [2]);
  const step = (x: number): number => {
    const y = g.conv2D(x, filter, same);
    const mean = g.reduce('Sum', y, [0, 1, 2], false);
    return g.elementwise('Relu', g.elementwise('Add', g.elementwise('Sub', y, mean), bias));
  };
  const graph = g.graph({ y: step(step(step(g.input('x', [2, 4, 4, 2])))) });
  // of the filter, of the images and of the result
  const transposes = (graph: Graph): number =>
    lowerGraph(graph).nodes.filter(({ op }) => op === 'Transpose').length;
  assert.is(transposes(optimise(layout(graph))), 3);
  assert.ok(transposes(graph) > 3);
});

/** Random products of images, channel factors and numbers, nested either way, some of them used twice. */
const productGraphs = fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 2, maxLength: 12 }).map(steps => {
  const g = new GraphBuilder();
  const values = [
    g.input('x', [2, 3, 4]),
    g.input('y', [2, 3, 4]),
    g.input('c', [1, 1, 4]),
    g.input('n', []),
  ];
  for (const [a, b] of steps)
    values.push(g.elementwise('Mul', values[a % values.length]!, values[b % values.length]!));
  return g.graph({ last: values.at(-1)!, before: values.at(-2)! });
});

const large = (graph: Graph): number =>
  graph.nodes.filter(({ op, shape }) => op === 'Mul' && sizeOf(shape) === 24).length;

test('products has no more large products than before, fewer where it helps, and keeps values', () => {
  const numbers = (size: number, seed: number) => spreadNumbers(size, seed).map(u => u + 0.5);
  const inputs = { x: numbers(24, 1), y: numbers(24, 2), c: numbers(4, 3), n: numbers(1, 4) };
  let fewer = 0;
  fc.assert(
    fc.property(productGraphs, drawn => {
      const graph = dce(drawn);
      const after = dce(products(graph));
      assert.ok(large(after) <= large(graph));
      if (large(after) < large(graph)) fewer++;
      const expected = values(graph, inputs);
      const got = values(after, inputs);
      for (const [name, all] of Object.entries(expected))
        assert.ok(all.every((value, i) => Math.abs(got[name]![i]! - value) <= 1e-13 * Math.abs(value)));
    }),
    { numRuns: 300, seed: 9 },
  );
  assert.ok(fewer >= 50, `only ${fewer} graphs had fewer`);
});

test('a factor that products takes twice is noticed', () => {
  const g = new GraphBuilder();
  const [x, c, n] = [g.input('x', [4, 4]), g.input('c', [4]), g.input('n', [])];
  const graph = g.graph({ y: g.elementwise('Mul', g.elementwise('Mul', x, n), c) });
  const inputs = { x: spreadNumbers(16, 1), c: spreadNumbers(4, 2), n: Float64Array.of(3) };
  const wrong = spoiled(products, node =>
    node.op === 'Mul' && node.shape.length === 1
      ? { ...node, inputs: [node.inputs[0]!, node.inputs[0]!] }
      : undefined,
  );
  assert.ok(difference(values(graph, inputs), values(products(graph), inputs)) <= 1e-15);
  assert.ok(difference(values(graph, inputs), values(wrong(graph), inputs)) > 1e-3);
});

test('every pass can be left out', () => {
  const enlarged = { ...KINDS['enlarged 3x3']!, x: [2, 4, 4, 40] };
  const graph = optimise(convolutions(enlarged, 40).graph);
  const convolves = (graph: Graph): boolean => graph.nodes.some(node => node.op.startsWith('Conv'));
  assert.equal(Object.keys(CPU_PASSES), ['masks', 'products', 'bilinear', 'layout']);
  assert.is(specialise(graph, { disable: ['masks', 'products', 'bilinear', 'layout', 'recompute'] }), graph);
  assert.not.ok(convolves(specialise(graph)));
  assert.ok(convolves(specialise(graph, { disable: ['bilinear'] })));
  // too few channels to be worth it
  assert.ok(convolves(specialise(optimise(convolutions(enlarged).graph))));
});

test.run();
