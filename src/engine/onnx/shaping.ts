/** @file Lowering of operations that move or reduce elements. */
import { type Shape, sizeOf } from '../graph/shapes.js';
import { castTo, ELEMENT_OF, type Lowering, type Rule } from './rule.js';

/** `Slice` over the axes where begin, end or step say anything; ends as ONNX has them, exclusive. */
export function slice(
  to: Lowering,
  value: string,
  axes: readonly { axis: number; begin: number; end: number; step?: number }[],
): string {
  if (axes.length === 0) return value;
  const { emitter } = to;
  return emitter.emit('Slice', [
    value,
    emitter.ints(axes.map(a => a.begin)),
    emitter.ints(axes.map(a => a.end)),
    emitter.ints(axes.map(a => a.axis)),
    emitter.ints(axes.map(a => a.step ?? 1)),
  ]);
}

/** `Pad` with a constant; nothing when there is nothing to add. */
export function pad(
  to: Lowering,
  value: string,
  before: readonly number[],
  after: readonly number[],
  filler: string,
): string {
  const pads = [...before, ...after];
  return pads.every(n => n === 0) ? value : to.emitter.emit('Pad', [value, to.emitter.ints(pads), filler]);
}

export function concatenate(to: Lowering, parts: readonly string[], axis: number): string {
  return parts.length === 1 ? parts[0]! : to.emitter.emit('Concat', parts, { axis: { int: axis } });
}

export function reshape(to: Lowering, value: string, shape: Shape): string {
  // without allowzero a 0 in the shape means 'as in the input'
  return to.emitter.emit(
    'Reshape',
    [value, to.emitter.ints(shape)],
    sizeOf(shape) === 0 ? { allowzero: { int: 1 } } : {},
  );
}

const reduction =
  (op: string): Rule<'Sum' | 'ReduceMax'> =>
  (node, [x], to) => {
    const value = to.value(x!, node.dtype);
    const { axes, keepDims } = node.attrs;
    // ONNX takes no axes for all axes
    if (axes.length === 0) return value;
    return to.emitter.emit(op, [value, to.emitter.ints(axes)], { keepdims: { int: keepDims ? 1 : 0 } });
  };

export const sum = reduction('ReduceSum');
export const reduceMax = reduction('ReduceMax');

export const cast: Rule<'Cast'> = (node, [x], to) => to.value(x!, node.dtype);

export const reshaped: Rule<'Reshape'> = (node, [x], to) => reshape(to, to.value(x!), node.shape);

export const broadcast: Rule<'Broadcast'> = (node, [x], to) =>
  to.emitter.emit('Expand', [to.value(x!), to.emitter.ints(node.shape)]);

export const transpose: Rule<'Transpose'> = (node, [x], to) =>
  to.emitter.transpose(to.value(x!), x!.shape, node.attrs.perm);

export const sliced: Rule<'Slice'> = (node, [x], to) => {
  const axes = node.shape.flatMap((size, axis) => {
    const begin = node.attrs.begin[axis]!;
    return size === x!.shape[axis] ? [] : [{ axis, begin, end: begin + size }];
  });
  return slice(to, to.value(x!), axes);
};

export const padded: Rule<'Pad'> = (node, [x], to) =>
  pad(
    to,
    to.value(x!),
    node.attrs.before,
    node.attrs.after,
    to.emitter.scalar(node.attrs.value, ELEMENT_OF[node.dtype]),
  );

export const concat: Rule<'Concat'> = (node, inputs, to) =>
  concatenate(
    to,
    inputs.map(input => to.value(input, node.dtype)),
    node.attrs.axis,
  );

export const reverse: Rule<'Reverse'> = (node, [x], to) =>
  slice(
    to,
    to.value(x!),
    // an end beyond the first element, however counted from the last
    node.attrs.axes.map(axis => ({ axis, begin: -1, end: -1 - x!.shape[axis]!, step: -1 })),
  );

export const gather: Rule<'Gather'> = (node, [values, indices], to) =>
  to.emitter.emit('Gather', [to.value(values!), to.value(indices!, 'int')], {
    axis: { int: node.attrs.axis },
  });

/**
 * A comparison with 0, 1, ...: ONNX's OneHot counts negative indices from the end, ours are all zero there.
 */
export const oneHot: Rule<'OneHot'> = (node, [indices], to) => {
  const { emitter } = to;
  const positions = Float64Array.from({ length: node.attrs.depth }, (_, i) => i);
  const columns = reshape(to, to.value(indices!, 'int'), [...indices!.shape, 1]);
  const hits = emitter.emit('Equal', [columns, emitter.constant(positions, 'int32', [positions.length])]);
  return castTo(emitter, hits, 'bool', node.dtype);
};
