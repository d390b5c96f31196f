/** @file Kernels that reduce, and kernels that move values. */
import * as tf from '@tensorflow/tfjs';
import { integers, type OpCase, reals } from './case.js';

const AXES = { all: undefined, last: -1, first: 0, two: [0, 2] } as const;

const reduction = (
  kernel: string,
  op: (x: tf.Tensor, axis?: number | number[], keep?: boolean) => tf.Tensor,
): OpCase[] =>
  Object.entries(AXES).flatMap(([note, axis]) =>
    [false, true].map(keep => ({
      kernel,
      note: `${note}${keep ? ' kept' : ''}`,
      inputs: { x: reals([2, 2, 3]) },
      fn: ({ x }) => op(x!, typeof axis === 'object' ? [...axis] : axis, keep),
    })),
  );

export const REDUCTION_CASES: readonly OpCase[] = [
  ...reduction('Sum', tf.sum),
  ...reduction('Mean', tf.mean),
  ...reduction('Max', tf.max),
  ...reduction('Min', tf.min),
  { kernel: 'Softmax', note: '', inputs: { x: reals([2, 3]) }, fn: ({ x }) => tf.softmax(x!) },
];

const shaped = (kernel: string, note: string, shape: number[], fn: (x: tf.Tensor) => tf.Tensor): OpCase => ({
  kernel,
  note,
  inputs: { x: reals(shape) },
  fn: ({ x }) => fn(x!),
});

export const SHAPE_CASES: readonly OpCase[] = [
  shaped('Reshape', '', [2, 3], x => tf.reshape(x, [3, -1])),
  shaped('ExpandDims', '', [2, 3], x => tf.expandDims(x, -1)),
  shaped('Transpose', '', [2, 1, 3], x => tf.transpose(x, [2, 0, 1])),
  shaped('Slice', '', [3, 4], x => tf.slice(x, [1, 0], [2, -1])),
  shaped('PadV2', 'with a value', [2, 3], x =>
    tf.pad(
      x,
      [
        [1, 0],
        [0, 2],
      ],
      0.3,
    ),
  ),
  shaped('Concat', 'shared operand', [2, 2], x => tf.concat([x, tf.square(x), x], 1)),
  shaped('Pack', '', [2, 2], x => tf.stack([x, tf.square(x)], 1)),
  shaped('Unpack', '', [2, 2], x => {
    const [top, bottom] = tf.unstack(x) as [tf.Tensor, tf.Tensor];
    return tf.mul(top, bottom);
  }),
  shaped('Unpack', 'single part', [1, 3], x => tf.square(tf.unstack(x)[0]!)),
  shaped('SplitV', 'one part unused', [2, 5], x => {
    const [left, , right] = tf.split(x, [2, 1, 2], 1) as [tf.Tensor, tf.Tensor, tf.Tensor];
    return tf.mul(left, right);
  }),
  shaped('SplitV', 'single part', [2, 2], x => tf.square(tf.split(x, 1, 1)[0]!)),
  shaped('Tile', '', [2, 3], x => tf.tile(x, [3, 2])),
  shaped('Tile', 'as a broadcast', [2, 1, 2], x => tf.broadcastTo(x, [2, 2, 3, 2])),
  shaped('Tile', 'both kinds', [1, 2, 1, 2, 1], x => tf.tile(x, [2, 2, 1, 1, 3])),
  shaped('Reverse', '', [2, 3], x => tf.reverse(x, [1])),
  shaped('GatherV2', 'repeated rows', [3, 2], x => tf.gather(x, tf.tensor1d([2, 0, 2, 2], 'int32'))),
  shaped('GatherV2', 'matrix of indices', [2, 3], x =>
    tf.gather(
      x,
      tf.tensor2d(
        [
          [1, 0],
          [2, 1],
        ],
        [2, 2],
        'int32',
      ),
      1,
    ),
  ),
  shaped('GatherV2', 'from a single row', [1, 2], x => tf.gather(x, tf.tensor1d([0, 0], 'int32'))),
  {
    kernel: 'OneHot',
    note: '',
    inputs: { x: reals([3, 4]), i: integers([3], 4) },
    fn: ({ x, i }) => tf.mul(x!, tf.cast(tf.oneHot(i!, 4), 'float32')),
  },
  {
    kernel: 'OneHot',
    note: 'with its own values',
    inputs: { x: reals([2, 3]), i: integers([2], 3) },
    fn: ({ x, i }) => tf.mul(x!, tf.oneHot(i!, 3, 4, -1, 'float32')),
  },
  shaped('ResizeNearestNeighbor', '', [2, 2, 1, 2], x =>
    tf.image.resizeNearestNeighbor(x as tf.Tensor4D, [4, 3]),
  ),
  shaped('ResizeNearestNeighbor', 'half pixel centres', [1, 2, 2, 1], x =>
    tf.image.resizeNearestNeighbor(x as tf.Tensor4D, [4, 6], false, true),
  ),
  shaped('Fill', '', [2, 2], x => tf.mul(x, tf.fill([2, 2], 0.3))),
  shaped('Range', '', [4], x => tf.mul(x, tf.range(-1, 1, 0.5))),
  shaped('LinSpace', '', [4], x => tf.mul(x, tf.linspace(-1, 1, 4))),
];
