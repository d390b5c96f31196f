/**
 * @file Cases of every canonical operation: broadcasting, uniform constants, odd strides and pads, ints and
 * bools.
 */
import type { DType } from '../../src/engine/graph/graph.js';
import type { BinaryOp, OpName, UnaryOp } from '../../src/engine/graph/ops.js';
import { type Shape, sizeOf } from '../../src/engine/graph/shapes.js';
import type { Arrays } from '../../src/engine/program.js';
import { convShape, GraphBuilder } from './graph-builder.js';
import { CONVOLUTIONS, type Convolution } from './onnx-convolutions.js';
import { spreadNumbers } from './op-table/case.js';
import type { GraphCase } from './random-graph.js';

/** Evenly spread numbers of float32 in (low, high), the same for the same seed. */
const spread = (count: number, low: number, high: number, seed: number): Float64Array =>
  spreadNumbers(count, seed).map(u => Math.fround(low + (high - low) * u));

/** A graph under construction, with numbers for its inputs. */
class Case extends GraphBuilder {
  readonly values: Record<string, Float64Array> = {};

  private get seed(): number {
    return Object.keys(this.values).length;
  }

  real(shape: Shape, low = -2, high = 2): number {
    return this.given(shape, 'float', spread(sizeOf(shape), low, high, this.seed));
  }

  whole(shape: Shape, below: number): number {
    return this.given(shape, 'int', spread(sizeOf(shape), 0, below, this.seed).map(Math.floor));
  }

  truth(shape: Shape): number {
    return this.cast(this.whole(shape, 2), 'bool');
  }

  given(shape: Shape, dtype: DType, values: Float64Array): number {
    const name = `x${this.seed}`;
    this.values[name] = values;
    return this.input(name, shape, dtype);
  }
}

type Make = (c: Case) => number;

const one = (op: UnaryOp, low = -2, high = 2): Make[] => [c => c.elementwise(op, c.real([3, 5], low, high))];

const two = (op: BinaryOp, low = -2, high = 2, divisor = low): Make[] => [
  c => c.elementwise(op, c.real([2, 3], low, high), c.real([2, 3], divisor, high)),
  c => c.elementwise(op, c.real([2, 1, 3], low, high), c.real([4, 1], divisor, high)),
  c => c.elementwise(op, c.real([2, 3], low, high), c.constant([1.5], [])),
  c => c.elementwise(op, c.constant([0.75], [2, 1, 1]), c.real([3], divisor, high)),
  c => c.elementwise(op, c.constant([0.75], [2, 1]), c.constant([1.5], [1, 2])),
];

const integers =
  (op: 'Add' | 'Sub' | 'Mul' | 'Max' | 'Min'): Make =>
  c => {
    const [a, b] = [c.whole([2, 3], 9), c.whole([3], 5)];
    return c.node(op, [a, b], {}, [2, 3], 'int');
  };

const compared = (op: BinaryOp): Make[] => [
  ...two(op),
  c => c.elementwise(op, c.whole([3, 4], 3), c.whole([4], 3)),
  c => c.elementwise(op, c.truth([2, 5]), c.truth([5])),
  c => c.elementwise(op, c.whole([7], 3), c.constant([1], [], 'int')),
];

const logical = (op: 'And' | 'Or'): Make[] => [
  c => c.elementwise(op, c.truth([2, 5]), c.truth([5])),
  c => c.elementwise(op, c.truth([4]), c.constant([1], [], 'bool')),
];

const AXES: readonly (readonly number[])[] = [[0], [2], [0, 2], [0, 1, 2], []];

const reduced = (op: 'Sum' | 'ReduceMax'): Make[] =>
  AXES.flatMap(axes =>
    [true, false].map(
      (keep): Make =>
        c =>
          c.reduce(op, c.real([2, 3, 4]), axes, keep),
    ),
  );

const matMul =
  (a: Shape, b: Shape, ta = false, tb = false): Make =>
  c =>
    c.matMul(c.real(a), c.real(b), ta, tb);

const convolutions = (make: (c: Case, conv: Convolution, y: Shape) => number): Make[] =>
  CONVOLUTIONS.map(conv => c => make(c, conv, convShape(conv.x, conv.filter, conv)));

/** A missing operation does not compile. */
const MAKERS: { readonly [Op in OpName]: readonly Make[] } = {
  Input: [c => c.real([2, 3]), c => c.whole([4], 5)],
  Constant: [
    c => c.constant([0.1], [2, 3]),
    c => c.constant([0.1, -2, 3], [3]),
    c => c.constant([7], [], 'int'),
    c => c.constant([1], [1, 1], 'bool'),
    c => c.constant([-Infinity, Infinity], [2]),
  ],
  Neg: one('Neg'),
  Abs: one('Abs'),
  Sign: one('Sign'),
  Exp: one('Exp'),
  Expm1: [...one('Expm1'), ...one('Expm1', -1e-4, 1e-4)],
  Log: one('Log', 0.01, 4),
  Log1p: [...one('Log1p', -0.9, 4), ...one('Log1p', -1e-4, 1e-4)],
  Sqrt: one('Sqrt', 0, 4),
  Rsqrt: one('Rsqrt', 0.01, 4),
  Square: one('Square'),
  Reciprocal: one('Reciprocal', 0.1, 4),
  Relu: one('Relu'),
  Elu: one('Elu'),
  Sigmoid: one('Sigmoid', -9, 9),
  Softplus: one('Softplus', -60, 60),
  Tanh: [...one('Tanh', -9, 9), ...one('Tanh', -1e-4, 1e-4)],
  Sin: one('Sin', -9, 9),
  Cos: one('Cos', -9, 9),
  Erf: one('Erf', -4, 4),
  Not: [c => c.elementwise('Not', c.truth([5]))],
  Add: [...two('Add'), integers('Add')],
  Sub: [...two('Sub'), integers('Sub')],
  Mul: [...two('Mul'), integers('Mul')],
  Div: two('Div', -2, 2, 0.25),
  Max: [...two('Max'), integers('Max')],
  Min: [...two('Min'), integers('Min')],
  Pow: [...two('Pow', 0.25, 2, -2), c => c.elementwise('Pow', c.real([7]), c.constant([2], []))],
  Greater: compared('Greater'),
  GreaterEqual: compared('GreaterEqual'),
  Less: compared('Less'),
  LessEqual: compared('LessEqual'),
  Equal: compared('Equal'),
  NotEqual: compared('NotEqual'),
  And: logical('And'),
  Or: logical('Or'),
  Step: [
    c => c.step(c.real([9]), 0),
    ...[0, 0.25].map(
      (alpha): Make =>
        c =>
          c.step(c.given([6], 'float', Float64Array.of(-1, -0, 0, NaN, 2, 2 ** -120)), alpha),
    ),
  ],
  Cast: [
    c => c.cast(c.real([9], -3, 3), 'int'),
    c => c.cast(c.given([3], 'float', Float64Array.of(0, -0.5, 2)), 'bool'),
    c => c.cast(c.whole([5], 4), 'float'),
    c => c.cast(c.whole([5], 3), 'bool'),
    c => c.cast(c.truth([5]), 'float'),
    c => c.cast(c.truth([5]), 'int'),
  ],
  Select: [
    c => c.elementwise('Select', c.truth([2, 3]), c.real([2, 3]), c.real([2, 3])),
    c => c.elementwise('Select', c.truth([2, 1]), c.real([3]), c.real([4, 1, 1])),
    c => c.elementwise('Select', c.truth([5]), c.real([5]), c.constant([0], [5])),
    c => c.elementwise('Select', c.truth([2, 1]), c.constant([1.5], [3]), c.constant([0], [])),
  ],
  Sum: reduced('Sum'),
  ReduceMax: reduced('ReduceMax'),
  Reshape: [c => c.reshape(c.real([2, 3, 4]), [6, 4]), c => c.reshape(c.real([1, 1]), [])],
  Broadcast: [
    c => c.broadcast(c.real([]), [2, 2]),
    c => c.broadcast(c.real([3, 1]), [2, 3, 4]),
    c => c.broadcast(c.whole([1, 3], 5), [2, 3]),
  ],
  Transpose: [
    c => c.transpose(c.real([2, 3, 4]), [2, 0, 1]),
    c => c.transpose(c.transpose(c.real([2, 3, 4]), [2, 0, 1]), [1, 2, 0]),
    c => c.transpose(c.transpose(c.real([2, 3, 4]), [2, 0, 1]), [0, 2, 1]),
  ],
  Slice: [c => c.slice(c.real([4, 3, 5]), [1, 0, 2], [2, 3, 3]), c => c.slice(c.real([2]), [0], [2])],
  Pad: [
    c => c.pad(c.real([2, 3]), [1, 0], [0, 2], 0.5),
    c => c.pad(c.whole([3], 4), [2], [1], 7),
    c => c.pad(c.real([2]), [0], [0], 1),
  ],
  Concat: [
    c => c.concat([c.real([2, 1]), c.real([2, 3]), c.constant([1], [2, 2])], 1),
    c => c.concat([c.real([2])], 0),
  ],
  Reverse: [
    c => c.reverse(c.real([2, 3, 4]), [1]),
    c => c.reverse(c.real([2, 3, 4]), [0, 2]),
    c => c.reverse(c.real([3]), []),
  ],
  Gather: [
    c => c.gather(c.real([4, 3]), c.whole([5], 4), 0),
    c => c.gather(c.real([2, 4, 3]), c.whole([2, 2], 4), 1),
    c => c.gather(c.real([4]), c.constant([3], [], 'int'), 0),
  ],
  OneHot: [
    c => c.oneHot(c.given([2, 2], 'int', Float64Array.of(0, -1, 2, 3)), 3),
    c => c.node('OneHot', [c.whole([3], 4)], { depth: 4 }, [3, 4], 'bool'),
  ],
  MatMul: [
    ...[false, true].flatMap(ta =>
      [false, true].flatMap(tb => [
        matMul(ta ? [4, 2] : [2, 4], tb ? [3, 4] : [4, 3], ta, tb),
        matMul(ta ? [5, 4, 2] : [5, 2, 4], tb ? [3, 4] : [4, 3], ta, tb),
        matMul(ta ? [2, 1, 4, 2] : [2, 1, 2, 4], tb ? [3, 3, 4] : [3, 4, 3], ta, tb),
      ]),
    ),
    matMul([1, 70], [70, 1]),
  ],
  Conv2D: convolutions((c, conv) => c.conv2D(c.real(conv.x), c.real(conv.filter), conv)),
  Conv2DInputGrad: convolutions((c, { x, filter, strides, pad }, y) =>
    c.node('Conv2DInputGrad', [c.real(y), c.real(filter)], { strides, pad }, x),
  ),
  Conv2DFilterGrad: convolutions((c, { x, filter, strides, pad }, y) =>
    c.node('Conv2DFilterGrad', [c.real(x), c.real(y)], { strides, pad }, filter),
  ),
};

/** Every case by operation, with inputs that are exact in float32. */
export const OP_CASES: readonly (readonly [OpName, readonly GraphCase[]])[] = (
  Object.keys(MAKERS) as OpName[]
).map(op => [
  op,
  MAKERS[op].map(make => {
    const c = new Case();
    const y = make(c);
    return { graph: c.graph({ y }), inputs: c.values satisfies Arrays };
  }),
]);
