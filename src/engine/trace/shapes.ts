/** @file tfjs kernels that move or make values without computing with them. */
import * as tf from '@tensorflow/tfjs';
import type { GraphBuilder } from '../graph/builder.js';
import type { Node } from '../graph/graph.js';
import { type Shape, sizeOf } from '../graph/shapes.js';
import { dtypeOf } from './dtype.js';
import { need, type RuleInputs, type RuleTable, withAttrs } from './rule.js';

/** tfjs wants its own tensor record where only the shape matters. */
const shaped = (x: Node): tf.TensorInfo => ({ dataId: {}, shape: [...x.shape], dtype: 'float32' });

const axisOf = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

const list = (inputs: RuleInputs): Node[] => Object.values(inputs);

const without = (shape: Shape, axis: number): number[] => shape.filter((_, i) => i !== axis);

/** Slices of the given sizes along an axis, one after the other. */
function split(b: GraphBuilder, x: Node, sizes: readonly number[], axis: number): Node[] {
  let at = 0;
  return sizes.map(size => {
    const begin = x.shape.map((_, i) => (i === axis ? at : 0));
    at += size;
    return b.slice(
      x,
      begin,
      x.shape.map((n, i) => (i === axis ? size : n)),
    );
  });
}

/**
 * Repeats every axis: a broadcast where the repeated axes have length 1, else through an axis beside each.
 */
function tile(b: GraphBuilder, x: Node, reps: readonly number[]): Node {
  const shape = x.shape.map((n, i) => n * reps[i]!);
  if (x.shape.every((n, i) => n === 1 || reps[i] === 1)) return b.broadcast(x, shape);
  const apart = b.reshape(
    x,
    x.shape.flatMap((n, i) => (reps[i] === 1 ? [n] : [1, n])),
  );
  const repeated = b.broadcast(
    apart,
    x.shape.flatMap((n, i) => (reps[i] === 1 ? [n] : [reps[i]!, n])),
  );
  return b.reshape(repeated, shape);
}

/** Each pixel repeated: only whole factors, where all of tfjs's conventions but alignCorners agree. */
function resizeNearest(b: GraphBuilder, x: Node, attrs: tf.ResizeNearestNeighborAttrs): Node {
  const [n, h, w, c] = x.shape as [number, number, number, number];
  const [rows, columns] = attrs.size;
  if (attrs.alignCorners || rows % h !== 0 || columns % w !== 0)
    throw new Error(
      'trace: resizeNearestNeighbor must enlarge by whole factors without alignCorners, got ' +
        `[${h},${w}] to [${rows},${columns}]`,
    );
  const apart = b.reshape(x, [n, h, 1, w, 1, c]);
  return b.reshape(b.broadcast(apart, [n, h, rows / h, w, columns / w, c]), [n, rows, columns, c]);
}

export const SHAPES: RuleTable = {
  Reshape: withAttrs<tf.ReshapeAttrs>((b, inputs, { shape }) => {
    const x = need(inputs, 'x');
    return b.reshape(x, tf.util.inferFromImplicitShape(shape, sizeOf(x.shape)));
  }),
  ExpandDims: withAttrs<tf.ExpandDimsAttrs>((b, inputs, { dim }) => {
    const x = need(inputs, 'input');
    const shape = [...x.shape];
    shape.splice(axisOf(dim, x.shape.length + 1), 0, 1);
    return b.reshape(x, shape);
  }),
  Transpose: withAttrs<tf.TransposeAttrs>((b, inputs, { perm }) => b.transpose(need(inputs, 'x'), perm)),
  Slice: withAttrs<tf.SliceAttrs>((b, inputs, { begin, size }) => {
    const x = need(inputs, 'x');
    const [start, extent] = tf.slice_util.parseSliceParams(shaped(x), begin, size) as [number[], number[]];
    return b.slice(x, start, extent);
  }),
  PadV2: withAttrs<tf.PadV2Attrs>((b, inputs, { paddings, constantValue }) => {
    const x = need(inputs, 'x');
    if (paddings.every(([before, after]) => before === 0 && after === 0)) return x;
    const before = paddings.map(pair => pair[0]);
    const after = paddings.map(pair => pair[1]);
    const shape = x.shape.map((n, i) => n + before[i]! + after[i]!);
    return b.add('Pad', [x], { before, after, value: constantValue }, shape, x.dtype);
  }),
  Concat: withAttrs<tf.ConcatAttrs>((b, inputs, { axis }) => {
    const parts = list(inputs);
    return b.concat(parts, axisOf(axis, parts[0]?.shape.length ?? 0));
  }),
  Pack: withAttrs<tf.PackAttrs>((b, inputs, { axis }) => {
    const parts = list(inputs).map(x => {
      const shape = [...x.shape];
      shape.splice(axisOf(axis, x.shape.length + 1), 0, 1);
      return b.reshape(x, shape);
    });
    return b.concat(parts, axisOf(axis, parts[0]?.shape.length ?? 0));
  }),
  Unpack: withAttrs<tf.UnpackAttrs>((b, inputs, attrs) => {
    const x = need(inputs, 'value');
    const axis = axisOf(attrs.axis, x.shape.length);
    const ones = new Array<number>(x.shape[axis]!).fill(1);
    return split(b, x, ones, axis).map(part => b.reshape(part, without(x.shape, axis)));
  }),
  SplitV: withAttrs<tf.SplitVAttrs>((b, inputs, attrs) => {
    const x = need(inputs, 'x');
    const axis = axisOf(attrs.axis, x.shape.length);
    return split(b, x, tf.backend_util.prepareSplitSize(shaped(x), attrs.numOrSizeSplits, axis), axis);
  }),
  Tile: withAttrs<tf.TileAttrs>((b, inputs, { reps }) => tile(b, need(inputs, 'x'), reps)),
  Reverse: withAttrs<tf.ReverseAttrs>((b, inputs, { dims }) => {
    const x = need(inputs, 'x');
    const axes = tf.util.parseAxisParam(dims, [...x.shape]).sort((p, q) => p - q);
    return axes.length === 0 ? x : b.add('Reverse', [x], { axes }, x.shape, x.dtype);
  }),
  GatherV2: withAttrs<tf.GatherV2Attrs>((b, inputs, { axis, batchDims }) => {
    if (batchDims !== 0) throw new Error(`trace: gather must have batchDims 0, got ${batchDims}`);
    const x = need(inputs, 'x');
    return b.gather(x, need(inputs, 'indices'), axisOf(axis, x.shape.length));
  }),
  OneHot: withAttrs<tf.OneHotAttrs>((b, inputs, { depth, onValue, offValue, dtype }) => {
    const indices = need(inputs, 'indices');
    const hot = b.add('OneHot', [indices], { depth }, [...indices.shape, depth], dtypeOf(dtype));
    const scaled = onValue - offValue === 1 ? hot : b.withNumber('Mul', hot, onValue - offValue);
    return offValue === 0 ? scaled : b.withNumber('Add', scaled, offValue);
  }),
  ResizeNearestNeighbor: withAttrs<tf.ResizeNearestNeighborAttrs>((b, inputs, attrs) =>
    resizeNearest(b, need(inputs, 'images'), attrs),
  ),
  ZerosLike: (b, inputs) => {
    const x = need(inputs, 'x');
    return b.uniform(0, x.shape, x.dtype);
  },
  OnesLike: (b, inputs) => {
    const x = need(inputs, 'x');
    return b.uniform(1, x.shape, x.dtype);
  },
  Fill: withAttrs<tf.FillAttrs>((b, _, { shape, value, dtype }) =>
    b.uniform(Number(value), shape, dtypeOf(dtype ?? 'float32')),
  ),
  Range: withAttrs<tf.RangeAttrs>((b, _, { start, stop, step, dtype }) => {
    const count = Math.max(0, Math.ceil((stop - start) / step));
    return b.constant(
      Float64Array.from({ length: count }, (_, i) => start + i * step),
      [count],
      dtypeOf(dtype),
    );
  }),
  LinSpace: withAttrs<tf.LinSpaceAttrs>((b, _, { start, stop, num }) => {
    const step = num > 1 ? (stop - start) / (num - 1) : 0;
    return b.constant(
      Float64Array.from({ length: num }, (_, i) => start + i * step),
      [num],
      'float',
    );
  }),
};
