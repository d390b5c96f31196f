/**
 * @file How far float32 may be from the exact value of a graph: running error analysis (Higham, Accuracy and
 * Stability of Numerical Algorithms, 2nd ed., section 3.3), as a second graph beside the first, evaluated in
 * doubles. A bound follows from the magnitudes that were really met; nothing in it is tuned to a result.
 */
import { compileFloat64 } from '../../src/engine/float64/compile.js';
import { GraphBuilder } from '../../src/engine/graph/builder.js';
import type { Graph, Node } from '../../src/engine/graph/graph.js';
import type { BinaryOp, OpName, UnaryOp } from '../../src/engine/graph/ops.js';
import { sizeOf } from '../../src/engine/graph/shapes.js';
import type { Arrays } from '../../src/engine/program.js';

/** The unit round-off of float32. */
export const UNIT = 2 ** -24;
/** What a result below the normal numbers of float32 may lose. */
const TINY = 2 ** -126;

type Units = Readonly<Partial<Record<OpName, { readonly units: number; readonly absolute?: true }>>>;

/**
 * Error of each elementary function, in units of round-off, relative to the result or (absolute) to 1. ONNX
 * Runtime's CPU kernels were measured on 2.4 million numbers each, up to |x| = 80, and the worst rounded up
 * to a power of two; `kernels stay within their units` of onnx-ops.test.ts measures again. Sigmoid and Elu
 * are as good as 1 - something.
 */
export const UNITS: Units = {
  Exp: { units: 2 },
  Expm1: { units: 8 },
  Log: { units: 8 },
  Log1p: { units: 8 },
  Sqrt: { units: 1 },
  Rsqrt: { units: 2 },
  Reciprocal: { units: 1 },
  Elu: { units: 2, absolute: true },
  Sigmoid: { units: 4, absolute: true },
  Softplus: { units: 8 },
  Tanh: { units: 8 },
  Sin: { units: 4 },
  Cos: { units: 4 },
  Erf: { units: 2 },
  Pow: { units: 4 },
};

/**
 * A value, and a bound of what float32 makes of it; where the value is a bool, 1 if it may come out wrong.
 */
interface Bounded {
  readonly value: Node;
  readonly error: Node;
}

type Rule<Op extends OpName> = (node: Node<Op>, value: Node, inputs: readonly Bounded[], b: Bounds) => Node;

/** Arithmetic on error terms. */
class Bounds extends GraphBuilder {
  constructor(readonly units: Units) {
    super();
  }
  sum(first: Node, ...rest: readonly Node[]): Node {
    return rest.reduce((a, c) => this.binary('Add', a, c), first);
  }
  times(x: Node, y: Node | number): Node {
    return typeof y === 'number' ? this.withNumber('Mul', x, y) : this.binary('Mul', x, y);
  }
  minus = (x: Node, y: Node): Node => this.binary('Sub', x, y);
  max = (x: Node, y: Node): Node => this.binary('Max', x, y);
  abs = (x: Node): Node => this.unary('Abs', x);
  /** Any value as numbers. */
  number = (x: Node): Node => this.cast(x, 'float');
  /** The largest magnitude a computed value may have. */
  reach = (x: Bounded): Node => this.sum(this.abs(this.number(x.value)), x.error);
  zero = (node: Node): Node => this.uniform(0, node.shape);
  /** What rounding adds to a result. */
  rounding(magnitude: Node, units = 1): Node {
    return this.withNumber('Add', this.times(magnitude, units * UNIT), TINY);
  }
  rounded(value: Node, error: Node, units = 1): Node {
    return this.sum(error, this.rounding(this.sum(this.abs(value), error), units));
  }
  /** 1 where the exact x might be computed on the other side of 0. */
  mayCross(x: Node, error: Node): Node {
    const near = this.binary('LessEqual', this.abs(x), error);
    return this.number(this.binary('And', near, this.withNumber('Greater', error, 0)));
  }
}

const passed: Rule<OpName> = (_node, _value, [x]) => x!.error;
const exact: Rule<OpName> = (_node, value, _inputs, b) => b.zero(value);

/** The same movement of elements for the errors as for the values. */
const moved: Rule<OpName> = (node, _value, inputs, b) => {
  const errors = inputs.map((input, i) => (node.op === 'Gather' && i === 1 ? input.value : input.error));
  return b.add(node.op, errors, node.attrs as never, node.shape, 'float');
};

function local(op: OpName, value: Node, error: Node, b: Bounds): Node {
  const { units, absolute } = { units: 1, absolute: false, ...b.units[op] };
  const magnitude = absolute ? b.uniform(1, value.shape) : b.sum(b.abs(value), error);
  return b.sum(error, b.rounding(magnitude, units));
}

/** A monotone function: its values at both ends of what x may be. */
const monotone: Rule<UnaryOp> = (node, value, [x], b) => {
  const end = (shifted: Node): Node => b.abs(b.minus(b.unary(node.op, shifted), value));
  const error = b.max(end(b.sum(x!.value, x!.error)), end(b.minus(x!.value, x!.error)));
  return local(node.op, value, error, b);
};

/** A function whose slope is at most 1. */
const gentle: Rule<UnaryOp> = (node, value, [x], b) => local(node.op, value, x!.error, b);

const jump =
  (height: (node: Node) => number): Rule<OpName> =>
  (node, _value, [x], b) =>
    b.times(b.mayCross(b.number(x!.value), x!.error), height(node));

const sumOfErrors: Rule<BinaryOp> = (_node, value, [x, y], b) => b.rounded(value, b.sum(x!.error, y!.error));
const largerError: Rule<BinaryOp> = (_node, _value, [x, y], b) => b.max(x!.error, y!.error);
const comparison: Rule<BinaryOp> = (_node, _value, [x, y], b) =>
  b.mayCross(b.minus(b.number(x!.value), b.number(y!.value)), b.sum(x!.error, y!.error));

/** Error of a bilinear function whose results are sums of `terms` products. */
function bilinear(node: Node, [x, y]: readonly Bounded[], terms: number, b: Bounds): Node {
  const apply = (p: Node, q: Node): Node => b.add(node.op, [p, q], node.attrs as never, node.shape, 'float');
  const inherited = b.sum(apply(x!.error, b.reach(y!)), apply(b.abs(x!.value), y!.error));
  return b.sum(inherited, b.rounding(apply(b.reach(x!), b.reach(y!)), terms + 1));
}

/** |x / y| for |y| beyond its error, else infinity. */
function quotient(x: Node, y: Bounded, b: Bounds): Node {
  const least = b.minus(b.abs(y.value), y.error);
  return b.select(b.withNumber('Greater', least, 0), b.binary('Div', x, least), b.uniform(Infinity, []));
}

const power: Rule<'Pow'> = (node, value, [x, y], b) => {
  const corners = [-1, 1].flatMap(i =>
    [-1, 1].map(j => {
      const at = (z: Bounded, sign: number): Node => b.sum(z.value, b.times(z.error, sign));
      return b.abs(b.minus(b.binary('Pow', at(x!, i), at(y!, j)), value));
    }),
  );
  const apart = corners.reduce((a, c) => b.max(a, c));
  const around = b.sum(b.abs(value), b.binary('Pow', b.reach(x!), b.abs(y!.value)));
  const near = b.binary('Greater', b.abs(x!.value), x!.error);
  return local(node.op, value, b.select(near, apart, around), b);
};

const RULES: { readonly [Op in OpName]: Rule<Op> } = {
  Input: exact,
  Constant: (node, _value, _inputs, b) => {
    const wrong = (x: number): number =>
      node.dtype === 'float' && Number.isFinite(x) ? Math.abs(Math.fround(x) - x) : 0;
    const errors = node.attrs.values.map(wrong);
    return b.constant(errors, node.shape, 'float');
  },
  Neg: passed,
  Abs: passed,
  Relu: passed,
  Not: passed,
  Sign: jump(() => 2),
  Step: jump(node => Math.abs(1 - (node as Node<'Step'>).attrs.alpha)),
  Exp: monotone,
  Expm1: monotone,
  Log: monotone,
  Log1p: monotone,
  Sqrt: monotone,
  Rsqrt: monotone,
  Elu: monotone,
  Sigmoid: monotone,
  Softplus: monotone,
  Tanh: monotone,
  Erf: monotone,
  Sin: gentle,
  Cos: gentle,
  Square: (_node, value, [x], b) => {
    const slope = b.sum(b.times(b.abs(x!.value), 2), x!.error);
    return b.rounded(value, b.times(slope, x!.error));
  },
  Reciprocal: (_node, value, [x], b) => b.rounded(value, quotient(b.times(b.abs(value), x!.error), x!, b)),
  Add: sumOfErrors,
  Sub: sumOfErrors,
  Mul: (_node, value, [x, y], b) =>
    b.rounded(value, b.sum(b.times(x!.error, b.reach(y!)), b.times(b.abs(x!.value), y!.error))),
  Div: (_node, value, [x, y], b) => {
    const error = b.sum(x!.error, b.times(b.abs(value), y!.error));
    return b.rounded(value, quotient(error, y!, b));
  },
  Max: largerError,
  Min: largerError,
  Pow: power,
  Greater: comparison,
  GreaterEqual: comparison,
  Less: comparison,
  LessEqual: comparison,
  Equal: comparison,
  NotEqual: comparison,
  And: largerError,
  Or: largerError,
  Cast: (node, _value, [x], b) => {
    const from = x!.value.dtype;
    if (from !== 'float' || node.dtype === 'float') return x!.error;
    if (node.dtype === 'bool') return b.mayCross(x!.value, x!.error);
    return b.select(b.withNumber('Greater', x!.error, 0), b.withNumber('Add', x!.error, 1), b.uniform(0, []));
  },
  Select: (_node, _value, [c, x, y], b) => {
    const wrong = b.sum(b.abs(b.minus(b.number(x!.value), b.number(y!.value))), x!.error, y!.error);
    return b.select(b.withNumber('Greater', c!.error, 0), wrong, b.select(c!.value, x!.error, y!.error));
  },
  Sum: (node, _value, [x], b) => {
    const terms = sizeOf(x!.value.shape) / Math.max(sizeOf(node.shape), 1);
    const reduce = (y: Node): Node => b.reduce('Sum', y, node.attrs.axes, node.attrs.keepDims);
    return b.sum(reduce(x!.error), b.rounding(reduce(b.reach(x!)), terms));
  },
  ReduceMax: moved,
  Reshape: moved,
  Broadcast: moved,
  Transpose: moved,
  Slice: moved,
  Pad: (node, _value, [x], b) => {
    const error = Math.abs(Math.fround(node.attrs.value) - node.attrs.value);
    return b.add('Pad', [x!.error], { ...node.attrs, value: error }, node.shape, 'float');
  },
  Concat: moved,
  Reverse: moved,
  // Indices are taken to be right: they come from inputs and constants, not from rounded numbers.
  Gather: moved,
  OneHot: exact,
  MatMul: (node, _value, inputs, b) =>
    bilinear(node, inputs, inputs[0]!.value.shape.at(node.attrs.transposeA ? -2 : -1)!, b),
  Conv2D: (node, _value, inputs, b) =>
    bilinear(node, inputs, sizeOf(inputs[1]!.value.shape) / node.shape[3]!, b),
  Conv2DInputGrad: (node, _value, inputs, b) =>
    bilinear(node, inputs, sizeOf(inputs[1]!.value.shape) / node.shape[3]!, b),
  Conv2DFilterGrad: (node, _value, inputs, b) =>
    bilinear(node, inputs, sizeOf(inputs[1]!.value.shape) / node.shape[3]!, b),
};

/** Exact values of an output, and how far float32 may be from each; infinite where nothing can be said. */
export interface Expected {
  readonly values: Float64Array;
  readonly bounds: Float64Array;
}

function boundGraph(graph: Graph, units: Units): Graph {
  const b = new Bounds(units);
  const bounded: Bounded[] = [];
  for (const node of graph.nodes) {
    const inputs = node.inputs.map(id => bounded[id]!);
    const value = b.add(
      node.op,
      inputs.map(input => input.value),
      node.attrs as never,
      node.shape,
      node.dtype,
    );
    const rule = RULES[node.op] as Rule<OpName>;
    bounded.push({ value, error: b.broadcast(rule(node, value, inputs, b), node.shape) });
  }
  const ids = (record: Readonly<Record<string, number>>, part: keyof Bounded, prefix: string) =>
    Object.entries(record).map(([name, id]) => [prefix + name, bounded[id]![part].id] as const);
  return {
    nodes: b.nodes,
    inputs: Object.fromEntries(ids(graph.inputs, 'value', '')),
    outputs: Object.fromEntries([
      ...ids(graph.outputs, 'value', 'value '),
      ...ids(graph.outputs, 'error', 'error '),
    ]),
  };
}

/**
 * The outputs of a graph for inputs that are exact in float32, with their bounds; `units` where kernels
 * differ from UNITS.
 */
export function expectedOf(graph: Graph, inputs: Arrays, units: Units = {}): Record<string, Expected> {
  const results = compileFloat64(boundGraph(graph, { ...UNITS, ...units })).run(inputs);
  const entries = Object.keys(graph.outputs).map(name => {
    const bounds = results[`error ${name}`]!.map(bound => (Number.isNaN(bound) ? Infinity : bound));
    return [name, { values: results[`value ${name}`]!, bounds }] as const;
  });
  return Object.fromEntries(entries);
}

/** Inputs rounded to float32, so that every engine starts from the same numbers. */
export const float32Inputs = (inputs: Arrays): Record<string, Float64Array> =>
  Object.fromEntries(Object.entries(inputs).map(([name, values]) => [name, values.map(Math.fround)]));
