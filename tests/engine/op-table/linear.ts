/** @file Matrix products and convolutions. */
import * as tf from '@tensorflow/tfjs';
import { type OpCase, reals, run } from './case.js';

const matMul = (note: string, a: number[], b: number[], ta = false, tb = false): OpCase => ({
  kernel: 'BatchMatMul',
  note,
  inputs: { a: reals(a, -1, 1), b: reals(b, -1, 1) },
  fn: inputs => tf.matMul(inputs.a!, inputs.b!, ta, tb),
});

interface ConvCase {
  readonly note: string;
  readonly x: [number, number, number, number];
  readonly filter: [number, number, number, number];
  readonly strides: [number, number];
  readonly pad: 'same' | 'valid' | number | tf.backend_util.ExplicitPadding;
}

const CONVOLUTIONS: readonly ConvCase[] = [
  { note: 'valid', x: [2, 3, 3, 1], filter: [2, 2, 1, 2], strides: [1, 1], pad: 'valid' },
  { note: 'same, stride 2', x: [1, 4, 4, 1], filter: [3, 3, 1, 2], strides: [2, 2], pad: 'same' },
  { note: 'number, stride 2 leaves a rest', x: [1, 4, 3, 2], filter: [3, 2, 2, 1], strides: [2, 1], pad: 1 },
  {
    note: 'explicit',
    x: [1, 3, 2, 1],
    filter: [2, 2, 1, 1],
    strides: [1, 2],
    pad: [
      [0, 0],
      [1, 0],
      [0, 2],
      [0, 0],
    ],
  },
];

function convolution({ note, x, filter, strides, pad }: ConvCase): OpCase[] {
  const { outShape } = tf.backend_util.computeConv2DInfo(x, filter, strides, 1, pad);
  const attrs = { strides, pad, dataFormat: 'NHWC', dilations: 1 };
  const domains = { x: reals(x, -1, 1), filter: reals(filter, -1, 1), dy: reals([...outShape], -1, 1) };
  return [
    {
      kernel: 'Conv2D',
      note,
      inputs: { x: domains.x, filter: domains.filter },
      fn: inputs => tf.conv2d(inputs.x as tf.Tensor4D, inputs.filter as tf.Tensor4D, strides, pad),
    },
    {
      kernel: 'Conv2DBackpropInput',
      note,
      inputs: { dy: domains.dy, filter: domains.filter },
      fn: inputs =>
        run('Conv2DBackpropInput', { dy: inputs.dy!, filter: inputs.filter! }, { ...attrs, inputShape: x }),
    },
    {
      kernel: 'Conv2DBackpropFilter',
      note,
      inputs: { x: domains.x, dy: domains.dy },
      fn: inputs =>
        run('Conv2DBackpropFilter', { x: inputs.x!, dy: inputs.dy! }, { ...attrs, filterShape: filter }),
    },
  ];
}

const cpuIsWrong = 'it computes as many products as the larger batch has';

export const LINEAR_CASES: readonly OpCase[] = [
  matMul('', [2, 3], [3, 2]),
  matMul('a transposed', [3, 2], [3, 2], true),
  matMul('b transposed', [2, 3], [2, 3], false, true),
  matMul('both transposed', [3, 2], [2, 3], true, true),
  matMul('matrix by batch', [2, 2], [2, 2, 1]),
  matMul('batch by matrix, b transposed', [2, 2, 2], [1, 2], false, true),
  { ...matMul('both batches broadcast, a transposed', [2, 1, 2, 1], [2, 2, 2], true), cpuIsWrong },
  { ...matMul('both batches broadcast, both transposed', [2, 1, 2, 1], [2, 2, 2], true, true), cpuIsWrong },
  ...CONVOLUTIONS.flatMap(convolution),
];
