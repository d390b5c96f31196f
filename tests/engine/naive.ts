/**
 * @file A plain reference: every operation element by element from its definition, sharing nothing with the
 * engine.
 */
import { erf } from 'mathjs';
import type { Graph, Node } from '../../src/engine/graph/graph.js';
import type { OpName } from '../../src/engine/graph/ops.js';
import type { Shape } from '../../src/engine/graph/shapes.js';
import type { Arrays } from '../../src/engine/program.js';

/** Reads one element by its position. */
type At = (position: readonly number[]) => number;

interface Operand {
  readonly shape: Shape;
  readonly at: At;
}

function positions(shape: Shape): number[][] {
  return shape.reduce<number[][]>(
    (all, size) => all.flatMap(p => Array.from({ length: size }, (_, i) => [...p, i])),
    [[]],
  );
}

const flat = (shape: Shape, position: readonly number[]): number =>
  position.reduce((at, p, i) => at * shape[i]! + p, 0);

/** An element of an operand broadcast to a longer position. */
const spread = ({ shape, at }: Operand, position: readonly number[]): number =>
  at(position.slice(position.length - shape.length).map((p, i) => (shape[i] === 1 ? 0 : p)));

/** An element of [.., rows, columns], transposed or not, or 0 outside. */
const inside = ({ shape, at }: Operand, position: readonly number[]): number =>
  position.every((p, i) => p >= 0 && p < shape[i]!) ? at(position) : 0;

const truth = (value: boolean): number => (value ? 1 : 0);

const FUNCTIONS: Partial<Record<OpName, (...args: number[]) => number>> = {
  Neg: x => 0 - x,
  Abs: x => (x < 0 ? 0 - x : x),
  Sign: x => (x > 0 ? 1 : x < 0 ? -1 : x),
  Exp: x => Math.exp(x),
  Expm1: x => (Math.abs(x) > 0.1 ? Math.exp(x) - 1 : series(x, n => 1 / factorial(n))),
  Log: x => Math.log(x),
  Log1p: x => (Math.abs(x) > 0.1 ? Math.log(1 + x) : series(x, n => (n % 2 === 0 ? -1 : 1) / n)),
  Sqrt: x => x ** 0.5,
  Rsqrt: x => x ** -0.5,
  Square: x => x ** 2,
  Reciprocal: x => x ** -1,
  Relu: x => Math.max(x, 0),
  Elu: x => (x > 0 ? x : Math.abs(x) > 0.1 ? Math.exp(x) - 1 : series(x, n => 1 / factorial(n))),
  Sigmoid: x => (1 + Math.tanh(x / 2)) / 2,
  Softplus: x => (x > 30 ? x : Math.log1p(Math.exp(x))),
  Tanh: x => Math.sinh(x) / Math.cosh(x),
  Sin: x => Math.sin(x),
  Cos: x => Math.cos(x),
  Erf: x => erf(x) as number,
  Not: x => truth(!x),
  Add: (x, y) => x + y,
  Sub: (x, y) => x - y,
  Mul: (x, y) => x * y,
  Div: (x, y) => x / y,
  Max: (x, y) => Math.max(x, y),
  Min: (x, y) => Math.min(x, y),
  Pow: (x, y) => x ** y,
  Greater: (x, y) => truth(x > y),
  GreaterEqual: (x, y) => truth(x >= y),
  Less: (x, y) => truth(x < y),
  LessEqual: (x, y) => truth(x <= y),
  Equal: (x, y) => truth(x === y),
  NotEqual: (x, y) => truth(x !== y),
  And: (x, y) => truth(Boolean(x) && Boolean(y)),
  Or: (x, y) => truth(Boolean(x) || Boolean(y)),
  Select: (c, x, y) => (c ? x! : y!),
};

const factorial = (n: number): number => (n <= 1 ? 1 : n * factorial(n - 1));

const series = (x: number, coefficient: (n: number) => number): number => {
  let sum = 0;
  for (let n = 14; n >= 1; n--) sum += coefficient(n) * x ** n;
  return sum;
};

/** One element of a node. */
function element(node: Node, inputs: readonly Operand[], position: readonly number[]): number {
  const [x, y] = inputs as [Operand, Operand];
  const plain = FUNCTIONS[node.op];
  if (plain) return plain(...inputs.map(input => spread(input, position)));
  switch (node.op) {
    case 'Constant':
      return node.attrs.values.length === 1
        ? node.attrs.values[0]!
        : node.attrs.values[flat(node.shape, position)]!;
    case 'Step': {
      const value = x.at(position);
      return value > 0 ? 1 : Number.isNaN(value) ? value : node.attrs.alpha;
    }
    case 'Cast': {
      const value = x.at(position);
      return node.dtype === 'bool' ? truth(value !== 0) : node.dtype === 'int' ? Math.trunc(value) : value;
    }
    case 'Sum':
    case 'ReduceMax': {
      const { axes, keepDims } = node.attrs;
      const kept = x.shape.map((_, i) => i).filter(i => !axes.includes(i));
      const chosen = (p: readonly number[]): boolean =>
        kept.every((axis, i) => p[axis] === position[keepDims ? axis : i]);
      const values = positions(x.shape).filter(chosen).map(x.at);
      if (node.op === 'Sum') return values.reduce((a, b) => a + b, 0);
      return values.reduce((a, b) => FUNCTIONS.Max!(a, b), Number.NEGATIVE_INFINITY);
    }
    case 'Reshape':
      return x.at(positions(x.shape)[flat(node.shape, position)]!);
    case 'Broadcast':
      return spread(x, position);
    case 'Transpose': {
      const from = new Array<number>(position.length);
      node.attrs.perm.forEach((axis, i) => {
        from[axis] = position[i]!;
      });
      return x.at(from);
    }
    case 'Slice':
      return x.at(position.map((p, i) => p + node.attrs.begin[i]!));
    case 'Pad': {
      const from = position.map((p, i) => p - node.attrs.before[i]!);
      return from.every((p, i) => p >= 0 && p < x.shape[i]!) ? x.at(from) : node.attrs.value;
    }
    case 'Concat': {
      let at = position[node.attrs.axis]!;
      for (const input of inputs) {
        const size = input.shape[node.attrs.axis]!;
        if (at < size) return input.at(position.with(node.attrs.axis, at));
        at -= size;
      }
      throw new Error('naive: position outside');
    }
    case 'Reverse':
      return x.at(position.map((p, i) => (node.attrs.axes.includes(i) ? x.shape[i]! - 1 - p : p)));
    case 'Gather': {
      const { axis } = node.attrs;
      const index = y.at(position.slice(axis, axis + y.shape.length));
      return x.at([...position.slice(0, axis), index, ...position.slice(axis + y.shape.length)]);
    }
    case 'OneHot':
      return truth(x.at(position.slice(0, -1)) === position.at(-1));
    case 'MatMul': {
      const [i, j] = position.slice(-2) as [number, number];
      const lead = position.slice(0, -2);
      const size = x.shape.at(node.attrs.transposeA ? -2 : -1)!;
      let sum = 0;
      for (let p = 0; p < size; p++)
        sum +=
          spread(x, [...lead, ...(node.attrs.transposeA ? [p, i] : [i, p])]) *
          spread(y, [...lead, ...(node.attrs.transposeB ? [j, p] : [p, j])]);
      return sum;
    }
    case 'Conv2D': {
      const [n, oy, ox, o] = position as [number, number, number, number];
      const { strides, pad } = node.attrs;
      return positions(y.shape.slice(0, 3))
        .map(([ky, kx, c]) => {
          const at = [n, oy * strides[0] - pad[0][0] + ky!, ox * strides[1] - pad[1][0] + kx!, c!];
          return inside(x, at) * y.at([ky!, kx!, c!, o]);
        })
        .reduce((a, b) => a + b, 0);
    }
    case 'Conv2DInputGrad':
    case 'Conv2DFilterGrad': {
      // The adjoint of the definition above: all (output, filter) pairs that touch this element.
      const { strides, pad } = node.attrs;
      const forInput = node.op === 'Conv2DInputGrad';
      const [dy, filterShape] = forInput ? [x, y.shape] : [y, node.shape];
      let sum = 0;
      for (const [n, oy, ox, o] of positions(dy.shape))
        for (const [ky, kx, c] of positions(filterShape.slice(0, 3))) {
          const from = [n!, oy! * strides[0] - pad[0][0] + ky!, ox! * strides[1] - pad[1][0] + kx!, c!];
          const weight = [ky!, kx!, c!, o!];
          const touched = forInput ? from : weight;
          if (touched.some((p, i) => p !== position[i])) continue;
          sum += dy.at([n!, oy!, ox!, o!]) * (forInput ? y.at(weight) : inside(x, from));
        }
      return sum;
    }
    default:
      throw new Error(`naive: no rule for ${node.op}`);
  }
}

/** Every node's value. */
export function naiveValues(graph: Graph, inputs: Arrays): Float64Array[] {
  const values: Float64Array[] = [];
  for (const node of graph.nodes) {
    if (node.op === 'Input') {
      values.push(inputs[node.attrs.name]!);
      continue;
    }
    const operands = node.inputs.map(id => {
      const { shape } = graph.nodes[id]!;
      return { shape, at: (position: readonly number[]) => values[id]![flat(shape, position)]! };
    });
    values.push(Float64Array.from(positions(node.shape), position => element(node, operands, position)));
  }
  return values;
}

/** The outputs of a graph from the definitions. */
export function naive(graph: Graph, inputs: Arrays): Record<string, Float64Array> {
  const values = naiveValues(graph, inputs);
  return Object.fromEntries(Object.entries(graph.outputs).map(([name, id]) => [name, values[id]!]));
}
