/** @file Every canonical operation as the tfjs call that means the same. */
import * as tf from '@tensorflow/tfjs';
import type { DType, Node } from '../../src/engine/graph/graph.js';
import type { OpAttrs, OpName } from '../../src/engine/graph/ops.js';
import { broadcastShape, type Shape } from '../../src/engine/graph/shapes.js';

type Call<Op extends OpName> = (node: Node<Op>, inputs: readonly tf.Tensor[]) => tf.Tensor;

const DTYPES = { float: 'float32', int: 'int32', bool: 'bool' } as const satisfies Record<DType, tf.DataType>;

const unary =
  (f: (x: tf.Tensor) => tf.Tensor) =>
  (_: Node, [x]: readonly tf.Tensor[]): tf.Tensor =>
    f(x!);

const binary =
  (f: (x: tf.Tensor, y: tf.Tensor) => tf.Tensor) =>
  (_: Node, [x, y]: readonly tf.Tensor[]): tf.Tensor =>
    f(x!, y!);

const spread = (x: tf.Tensor, shape: Shape): tf.Tensor => tf.broadcastTo(x, [...shape]);

const geometry = ({ strides, pad }: OpAttrs['Conv2D']) => ({
  strides: [...strides],
  pad: [[0, 0], [...pad[0]], [...pad[1]], [0, 0]],
  dataFormat: 'NHWC',
  dilations: [1, 1],
});

const kernel = (name: string, inputs: tf.NamedTensorMap, attrs: object): tf.Tensor =>
  tf.engine().runKernel(name, inputs, { ...attrs }) as tf.Tensor;

const TFJS: { readonly [K in OpName]: Call<K> } = {
  Input: () => tf.scalar(0),
  Constant: (node, _) =>
    node.attrs.values.length === 1 && node.shape.length > 0
      ? tf.fill([...node.shape], node.attrs.values[0]!)
      : tf.tensor([...node.attrs.values], [...node.shape]),
  Neg: unary(tf.neg),
  Abs: unary(tf.abs),
  Sign: unary(tf.sign),
  Exp: unary(tf.exp),
  Expm1: unary(tf.expm1),
  Log: unary(tf.log),
  Log1p: unary(tf.log1p),
  Sqrt: unary(tf.sqrt),
  Rsqrt: unary(tf.rsqrt),
  Square: unary(tf.square),
  Reciprocal: unary(tf.reciprocal),
  Relu: unary(tf.relu),
  Elu: unary(tf.elu),
  Sigmoid: unary(tf.sigmoid),
  Softplus: unary(tf.softplus),
  Tanh: unary(tf.tanh),
  Sin: unary(tf.sin),
  Cos: unary(tf.cos),
  Erf: unary(tf.erf),
  Not: unary(x => tf.logicalNot(tf.cast(x, 'bool'))),
  Add: binary(tf.add),
  Sub: binary(tf.sub),
  Mul: binary(tf.mul),
  Div: binary(tf.div),
  Max: binary(tf.maximum),
  Min: binary(tf.minimum),
  Pow: binary(tf.pow),
  Greater: binary(tf.greater),
  GreaterEqual: binary(tf.greaterEqual),
  Less: binary(tf.less),
  LessEqual: binary(tf.lessEqual),
  Equal: binary(tf.equal),
  NotEqual: binary(tf.notEqual),
  And: binary((x, y) => tf.logicalAnd(tf.cast(x, 'bool'), tf.cast(y, 'bool'))),
  Or: binary((x, y) => tf.logicalOr(tf.cast(x, 'bool'), tf.cast(y, 'bool'))),
  Step: (node, [x]) => tf.step(x!, node.attrs.alpha),
  Cast: (node, [x]) => tf.cast(x!, DTYPES[node.dtype]),
  Select: (node, [c, x, y]) =>
    tf.where(tf.cast(spread(c!, node.shape), 'bool'), spread(x!, node.shape), spread(y!, node.shape)),
  Sum: (node, [x]) => tf.sum(x!, [...node.attrs.axes], node.attrs.keepDims),
  ReduceMax: (node, [x]) => tf.max(x!, [...node.attrs.axes], node.attrs.keepDims),
  Reshape: (node, [x]) => tf.reshape(x!, [...node.shape]),
  Broadcast: (node, [x]) => spread(x!, node.shape),
  Transpose: (node, [x]) => tf.transpose(x!, [...node.attrs.perm]),
  Slice: (node, [x]) => tf.slice(x!, [...node.attrs.begin], [...node.shape]),
  Pad: (node, [x]) =>
    tf.pad(
      x!,
      node.attrs.before.map((b, i): [number, number] => [b, node.attrs.after[i]!]),
      node.attrs.value,
    ),
  Concat: (node, inputs) => tf.concat([...inputs], node.attrs.axis),
  Reverse: (node, [x]) => (node.attrs.axes.length === 0 ? x! : tf.reverse(x!, [...node.attrs.axes])),
  Gather: (node, [x, indices]) => tf.gather(x!, tf.cast(indices!, 'int32'), node.attrs.axis),
  OneHot: (node, [indices]) => tf.oneHot(tf.cast(indices!, 'int32'), node.attrs.depth),
  MatMul(node, [a, b]) {
    const lead = broadcastShape(a!.shape.slice(0, -2), b!.shape.slice(0, -2));
    const [x, y] = [a!, b!].map(operand => spread(operand, [...lead, ...operand.shape.slice(-2)]));
    return tf.matMul(x!, y!, node.attrs.transposeA, node.attrs.transposeB);
  },
  Conv2D: (node, [x, filter]) => kernel('Conv2D', { x: x!, filter: filter! }, geometry(node.attrs)),
  Conv2DInputGrad: (node, [dy, filter]) =>
    kernel(
      'Conv2DBackpropInput',
      { dy: dy!, filter: filter! },
      { ...geometry(node.attrs), inputShape: [...node.shape] },
    ),
  Conv2DFilterGrad: (node, [x, dy]) =>
    kernel(
      'Conv2DBackpropFilter',
      { x: x!, dy: dy! },
      { ...geometry(node.attrs), filterShape: [...node.shape] },
    ),
};

/** tfjs refuses these for scalars, where there is nothing to move. */
const MOVES: readonly OpName[] = ['Slice', 'Pad', 'Transpose', 'Reverse'];

/** One operation by tfjs's current backend, on operands given as numbers (rounded to float32). */
export function byTfjs(
  node: Node,
  shapes: readonly Shape[],
  operands: readonly Float64Array[],
): ArrayLike<number> {
  if (node.shape.length === 0 && MOVES.includes(node.op)) return operands[0]!;
  return tf.tidy(() => {
    const inputs = operands.map((values, i) => tf.tensor(Float32Array.from(values), [...shapes[i]!]));
    // The table maps each name to a call for that very node type; TypeScript cannot follow the correlation.
    const call = TFJS[node.op] as Call<OpName>;
    return call(node, inputs).dataSync();
  });
}
