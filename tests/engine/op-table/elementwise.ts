/** @file Elementwise kernels. */
import * as tf from '@tensorflow/tfjs';
import { type OpCase, type Reals, reals, run } from './case.js';

const unary = (kernel: string, domain: Reals = reals([2, 3]), attrs: object = {}): OpCase => ({
  kernel,
  note: '',
  inputs: { x: domain },
  fn: ({ x }) => run(kernel, { x: x! }, attrs),
});

/** A flat function beside the identity, so that there is something to differentiate. */
const flatUnary = (kernel: string, attrs: object = {}): OpCase => ({
  ...unary(kernel, reals([2, 3], -2, 2, [0])),
  fn: ({ x }) => tf.add(x!, run(kernel, { x: x! }, attrs)),
});

const OPERANDS = {
  'same shape': [
    [2, 3],
    [2, 3],
  ],
  'row broadcast': [[2, 3], [3]],
  'both broadcast': [
    [2, 1],
    [1, 3],
  ],
  scalar: [[], [2, 2]],
} as const;

type Combine = (a: tf.Tensor, b: tf.Tensor, kernel: string) => tf.Tensor;

const plain: Combine = (a, b, kernel) => run(kernel, { a, b });
const chosen: Combine = (a, b, kernel) => tf.add(tf.mul(a, b), tf.cast(run(kernel, { a, b }), 'float32'));
const logical: Combine = (a, b, kernel) =>
  tf.where(run(kernel, { a: tf.greater(a, 0), b: tf.greater(b, 0) }), tf.mul(a, b), tf.sin(tf.add(a, b)));

const binary = (
  kernel: string,
  a: [number, number],
  b: [number, number],
  combine: Combine = plain,
): OpCase[] =>
  Object.entries(OPERANDS).map(([note, [left, right]]) => ({
    kernel,
    note,
    inputs: { a: reals([...left], a[0], a[1], [0]), b: reals([...right], b[0], b[1], [0]) },
    fn: inputs => combine(inputs.a!, inputs.b!, kernel),
  }));

export const UNARY_CASES: readonly OpCase[] = [
  unary('Neg'),
  unary('Abs', reals([2, 3], -2, 2, [0])),
  flatUnary('Sign'),
  flatUnary('Step', { alpha: 0.5 }),
  unary('Exp', reals([2, 3], -2, 1.5)),
  unary('Expm1', reals([2, 3], -2, 1.5)),
  unary('Log', reals([2, 3], 0.75, 3)),
  unary('Log1p', reals([2, 3], -0.25, 2)),
  unary('Sqrt', reals([2, 3], 0.75, 3)),
  unary('Rsqrt', reals([2, 3], 0.75, 3)),
  unary('Square'),
  unary('Reciprocal', reals([2, 3], 0.75, 3)),
  unary('Relu', reals([2, 3], -2, 2, [0])),
  unary('Relu6', reals([2, 4], -2, 8, [0, 6])),
  unary('Elu', reals([2, 3], -2, 2, [0])),
  unary('Selu', reals([2, 3], -2, 2, [0])),
  unary('LeakyRelu', reals([2, 3], -2, 2, [0]), { alpha: 0.2 }),
  unary('Sigmoid'),
  unary('Softplus'),
  unary('Tanh'),
  unary('Sin'),
  unary('Cos'),
  unary('Erf'),
  unary('ClipByValue', reals([2, 4], -2, 2, [-0.7, 1.1]), { clipValueMin: -0.7, clipValueMax: 1.1 }),
  unary('Identity'),
  unary('Cast', reals([3]), { dtype: 'float32' }),
  {
    kernel: 'Cast',
    note: 'float to int and back',
    inputs: { x: reals([2, 3], 0.25, 2.9, [1, 2]) },
    fn: ({ x }) => tf.mul(x!, tf.cast(tf.cast(x!, 'int32'), 'float32')),
  },
  {
    kernel: 'LogicalNot',
    note: '',
    inputs: { x: reals([2, 3], -2, 2, [0]) },
    fn: ({ x }) => tf.mul(x!, tf.cast(tf.logicalNot(tf.greater(x!, 0)), 'float32')),
  },
  {
    kernel: 'Prelu',
    note: 'alpha broadcast',
    inputs: { x: reals([2, 3], -2, 2, [0]), alpha: reals([3], 0.1, 0.5) },
    fn: ({ x, alpha }) => tf.prelu(x!, alpha!),
  },
  ...['ZerosLike', 'OnesLike'].map(kernel => flatUnary(kernel)),
];

export const BINARY_CASES: readonly OpCase[] = [
  ...binary('Add', [-2, 2], [-2, 2]),
  ...binary('Sub', [-2, 2], [-2, 2]),
  ...binary('Multiply', [-2, 2], [-2, 2]),
  ...binary('RealDiv', [-2, 2], [0.75, 3]),
  ...binary('Maximum', [-2, 2], [-2, 2]),
  ...binary('Minimum', [-2, 2], [-2, 2]),
  ...binary('SquaredDifference', [-1, 1], [-1, 1]),
  ...binary('Pow', [0.75, 2], [-1.5, 2]),
  ...['Greater', 'GreaterEqual', 'Less', 'LessEqual', 'Equal', 'NotEqual'].flatMap(kernel =>
    binary(kernel, [-2, 2], [-2, 2], chosen),
  ),
  ...['LogicalAnd', 'LogicalOr'].flatMap(kernel => binary(kernel, [-2, 2], [-2, 2], logical)),
  {
    kernel: 'Pow',
    note: 'constant exponents, base zero and below',
    inputs: { x: reals([4], -1, 1) },
    fn: ({ x }) => {
      const base = tf.mul(x!, [0, 1, 1, 1]);
      return tf.add(tf.pow(base, 2), tf.pow(base, 1));
    },
  },
  {
    kernel: 'Pow',
    note: 'exponent zero',
    inputs: { a: reals([3], 0.75, 2), b: reals([3], 0, 0) },
    fn: ({ a, b }) => tf.pow(a!, b!),
  },
  {
    kernel: 'Select',
    note: 'all operands broadcast',
    inputs: { a: reals([2, 1], -2, 2, [0]), b: reals([3]), c: reals([2, 1]) },
    fn: ({ a, b, c }) => tf.where(tf.greater(a!, 0), tf.mul(a!, b!), c!),
  },
  {
    kernel: 'AddN',
    note: '',
    inputs: { a: reals([2, 2]), b: reals([2, 2]), c: reals([2, 2]) },
    fn: ({ a, b, c }) => tf.addN([a!, b!, c!]),
  },
  {
    kernel: 'FusedBatchNorm',
    note: 'per channel',
    inputs: {
      x: reals([2, 1, 2, 2]),
      mean: reals([2], -1, 1),
      variance: reals([2], 0.75, 2),
      offset: reals([2]),
      scale: reals([2], 0.5, 2),
    },
    fn: ({ x, mean, variance, offset, scale }) =>
      tf.batchNorm(
        x!,
        mean as tf.Tensor1D,
        variance as tf.Tensor1D,
        offset as tf.Tensor1D,
        scale as tf.Tensor1D,
      ),
  },
];
