/** @file fast-check arbitraries of valid graphs with inputs for them. */
import fc from 'fast-check';
import type { Graph } from '../../src/engine/graph/graph.js';
import { BINARY_OPS, type OpName, UNARY_OPS } from '../../src/engine/graph/ops.js';
import { type Shape, sizeOf } from '../../src/engine/graph/shapes.js';
import type { Arrays } from '../../src/engine/program.js';
import { convShape } from './graph-builder.js';
import { digits, TameGraph } from './tame-graph.js';

/** One step of building: which operation, on which earlier values, with which details. */
type Instruction = readonly [op: number, a: number, b: number, detail: number];

/** Discontinuous operations: engines of different precision may land on different sides. */
const JUMPS: readonly OpName[] = [
  'Sign',
  'Step',
  'Not',
  'Greater',
  'GreaterEqual',
  'Less',
  'LessEqual',
  'Equal',
  'NotEqual',
  'And',
  'Or',
  'Select',
  'Cast',
  'OneHot',
];

const STRUCTURAL = [
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
  'Gather',
  'OneHot',
  'MatMul',
  'Conv2D',
  'Conv2DInputGrad',
  'Conv2DFilterGrad',
  'Constant',
] as const;

const OPS = [...UNARY_OPS, ...BINARY_OPS, ...STRUCTURAL] as const;
type RandomOp = (typeof OPS)[number];

const LIMITED: Partial<Record<RandomOp, 'positive' | 'tame'>> = {
  Log: 'positive',
  Sqrt: 'positive',
  Rsqrt: 'positive',
  Reciprocal: 'positive',
  Log1p: 'positive',
  Exp: 'tame',
  Expm1: 'tame',
  Square: 'tame',
  Mul: 'tame',
};

const isUnary = (op: OpName): op is (typeof UNARY_OPS)[number] =>
  (UNARY_OPS as readonly string[]).includes(op);
const isBinary = (op: OpName): op is (typeof BINARY_OPS)[number] =>
  (BINARY_OPS as readonly string[]).includes(op);

/** A shape that broadcasts with the given one: some dimensions 1, some leading ones gone. */
function smaller(shape: Shape, digit: (below: number) => number): number[] {
  const lead = digit(shape.length + 1);
  return shape.slice(lead).map(size => (digit(3) === 0 ? 1 : size));
}

function add(
  g: TameGraph,
  op: RandomOp,
  first: number,
  second: number,
  digit: (below: number) => number,
): number {
  if (isUnary(op)) {
    if (op === 'Not') return g.elementwise('Not', g.bool(first));
    const x = g.float(first);
    const limit = LIMITED[op];
    return g.elementwise(op, limit === undefined ? x : g[limit](x));
  }
  const x = g.float(first);
  const y = g.float(second);
  const shape = g.shape(x);
  const flip = digit(2) === 1;
  if (isBinary(op)) {
    const other = g.fit(y, smaller(shape, digit));
    const [a, b] = flip ? [other, x] : [x, other];
    if (op === 'And' || op === 'Or') return g.elementwise(op, g.bool(a), g.bool(b));
    if (op === 'Pow')
      return g.elementwise(op, g.positive(a), digit(2) ? g.constant([digit(4)], []) : g.tame(b));
    if (op === 'Div') return g.elementwise(op, a, g.positive(b));
    return g.elementwise(op, LIMITED[op] ? g.tame(a) : a, b);
  }
  const some = shape.map((_, axis) => axis).filter(() => digit(2) === 1);
  const image = (channels: number): number[] => [1 + digit(2), 3 + digit(4), 3 + digit(4), channels];
  switch (op) {
    case 'Constant':
      return digit(2)
        ? g.constant([[0, 1, -1, 0.5, 2][digit(5)]!], shape)
        : g.constant(
            Array.from({ length: sizeOf(shape) }, () => (digit(17) - 8) / 8),
            shape,
          );
    case 'Step':
      return g.step(x, [0, 0.25][digit(2)]!);
    case 'Cast':
      return g.cast(first, (['float', 'int', 'bool'] as const)[digit(3)]!);
    case 'Select':
      return g.elementwise(
        'Select',
        g.bool(g.fit(y, smaller(shape, digit))),
        x,
        g.fit(y, smaller(shape, digit)),
      );
    case 'Sum':
    case 'ReduceMax':
      return g.reduce(op, x, some, flip);
    case 'Reshape':
      return g.reshape(x, flip || shape.length > 3 ? [sizeOf(shape)] : [1, ...shape.toReversed(), 1]);
    case 'Broadcast':
      return g.broadcast(g.fit(x, smaller(shape, digit)), shape);
    case 'Transpose': {
      const axes = shape.map((_, axis) => axis);
      return g.transpose(
        x,
        shape.map(() => axes.splice(digit(axes.length), 1)[0]!),
      );
    }
    case 'Slice': {
      const begin = shape.map(size => digit(size));
      return g.slice(
        x,
        begin,
        shape.map((size, i) => 1 + digit(size - begin[i]!)),
      );
    }
    case 'Pad':
      if (sizeOf(shape) > 200) return x;
      return g.pad(
        x,
        shape.map(() => digit(2)),
        shape.map(() => digit(3)),
        [0, 1.5][digit(2)]!,
      );
    case 'Concat': {
      if (shape.length === 0 || sizeOf(shape) > 200) return x;
      const axis = digit(shape.length);
      return g.concat([x, g.fit(y, shape.with(axis, 1 + digit(2)))], axis);
    }
    case 'Reverse':
      return g.reverse(x, some);
    case 'Gather': {
      if (shape.length === 0) return x;
      const axis = digit(shape.length);
      return g.gather(x, g.indices(1 + digit(3), shape[axis]!, digit), axis);
    }
    case 'OneHot':
      return g.oneHot(g.indices(1 + digit(4), 5, digit), 4);
    case 'MatMul': {
      const [m, n, k] = [1 + digit(4), 1 + digit(4), 1 + digit(4)];
      const [ta, tb] = [digit(2) === 1, digit(2) === 1];
      const [leadA, leadB] = [
        [[], []],
        [[2], []],
        [[], [2]],
        [[3, 1], [2]],
        [[2], [2]],
      ][digit(5)] as [number[], number[]];
      return g.matMul(
        g.fit(x, [...leadA, ...(ta ? [k, m] : [m, k])]),
        g.fit(g.tame(y), [...leadB, ...(tb ? [n, k] : [k, n])]),
        ta,
        tb,
      );
    }
    case 'Conv2D':
    case 'Conv2DInputGrad':
    case 'Conv2DFilterGrad': {
      const filter = [1 + digit(3), 1 + digit(3), 1 + digit(2), 1 + digit(3)];
      const input = image(filter[2]!);
      const attrs = {
        strides: [1 + digit(2), 1 + digit(2)],
        pad: [
          [digit(2), digit(2)],
          [digit(2), digit(2)],
        ],
      } as const;
      const output = convShape(input, filter, attrs);
      if (op === 'Conv2D') return g.conv2D(g.fit(x, input), g.fit(g.tame(y), filter), attrs);
      if (op === 'Conv2DInputGrad')
        return g.node(op, [g.fit(x, output), g.fit(g.tame(y), filter)], attrs, input);
      return g.node(op, [g.fit(x, input), g.fit(g.tame(y), output)], attrs, filter);
    }
  }
}

export interface RandomGraphOptions {
  /**
   * Operations to leave out. Helpers may still use Tanh, Add, Square, Greater, Reshape, Concat, Slice, Cast
   * and Constant.
   */
  readonly without?: readonly OpName[];
  /**
   * Leave out all that jumps or picks (Sign, Step, comparisons, Select, Cast, one-hot), so that engines of
   * lower precision stay close.
   */
  readonly continuous?: boolean;
  readonly maxNodes?: number;
}

export interface GraphCase {
  readonly graph: Graph;
  readonly inputs: Arrays;
}

const SHAPES: readonly Shape[] = [[], [1], [3], [2, 3], [3, 1], [2, 1, 3], [4, 5], [2, 3, 3, 2]];

/**
 * Valid graphs of every operation (all shapes consistent) with inputs. Values stay finite and mostly below
 * 100: operations that grow or have a limited domain get a squashed operand. Smaller cases have fewer
 * operations.
 */
export function graphCases(options: RandomGraphOptions = {}): fc.Arbitrary<GraphCase> {
  const without = new Set<OpName>([...(options.without ?? []), ...(options.continuous ? JUMPS : [])]);
  const ops = OPS.filter(op => !without.has(op));
  const instruction: fc.Arbitrary<Instruction> = fc.tuple(
    fc.nat(ops.length - 1),
    fc.nat(),
    fc.nat(),
    fc.nat(),
  );
  const inputs = fc.array(fc.nat(SHAPES.length - 1), { minLength: 1, maxLength: 3 });
  const program = fc.array(instruction, { minLength: 1, maxLength: options.maxNodes ?? 12, size: 'max' });
  return fc.tuple(inputs, program, fc.nat()).map(([shapes, instructions, seed]) => {
    const g = new TameGraph();
    const values = shapes.map((s, i) => g.input(`x${i}`, SHAPES[s]!));
    for (const [op, a, b, detail] of instructions) {
      // Recent values are preferred, so that graphs grow deep as well as wide.
      const pick = (n: number): number =>
        values[values.length - 1 - Math.trunc(((n % 4096) ** 2 / 4096 ** 2) * values.length)]!;
      values.push(add(g, ops[op]!, pick(a), pick(b), digits(detail)));
    }
    const last = values.at(-1)!;
    const middle = values[seed % values.length]!;
    const graph = g.graph(seed % 3 === 0 ? { last } : { last, middle });
    return { graph, inputs: inputsFor(graph, seed) };
  });
}

/** Float inputs between -2 and 2, mostly short dyadic numbers, the same for the same seed. */
export function inputsFor(graph: Graph, seed: number): Arrays {
  const digit = digits(seed * 31 + 17);
  const value = (): number => (digit(257) - 128) / 64 + (digit(8) === 0 ? digit(1000003) / 1e8 : 0);
  return Object.fromEntries(
    Object.entries(graph.inputs).map(([name, id]) => [
      name,
      Float64Array.from({ length: sizeOf(graph.nodes[id]!.shape) }, value),
    ]),
  );
}
