/** @file Kernels that only move numbers: padding, concatenation, gathering. */
import type { Node } from '../../graph/graph.js';
import { type Shape, sizeOf, stridesOf } from '../../graph/shapes.js';

/** Copies a dense array of the given shape into the window of a larger one that starts at `begin`. */
function copyInto(
  target: Float64Array,
  targetShape: Shape,
  begin: readonly number[],
  source: Float64Array,
  shape: Shape,
): void {
  const strides = stridesOf(targetShape);
  const width = shape.at(-1) ?? 1;
  const rows = width === 0 ? 0 : sizeOf(shape) / width;
  for (let row = 0; row < rows; row++) {
    let at = begin.at(-1) ?? 0;
    let rest = row;
    for (let axis = shape.length - 2; axis >= 0; axis--) {
      at += (begin[axis]! + (rest % shape[axis]!)) * strides[axis]!;
      rest = Math.trunc(rest / shape[axis]!);
    }
    const from = row * width;
    for (let i = 0; i < width; i++) target[at + i] = source[from + i]!;
  }
}

export function bindPad(
  node: Node<'Pad'>,
  shape: Shape,
  input: Float64Array,
  output: Float64Array,
): () => void {
  const { before, value } = node.attrs;
  return () => {
    output.fill(value);
    copyInto(output, node.shape, before, input, shape);
  };
}

export function bindConcat(
  node: Node<'Concat'>,
  shapes: readonly Shape[],
  inputs: readonly Float64Array[],
  output: Float64Array,
): () => void {
  let end = 0;
  const begins = shapes.map(shape => {
    const begin = node.shape.map((_, axis) => (axis === node.attrs.axis ? end : 0));
    end += shape[node.attrs.axis]!;
    return begin;
  });
  return () =>
    inputs.forEach((input, i) => {
      copyInto(output, node.shape, begins[i]!, input, shapes[i]!);
    });
}

/** An index as a position along an axis of the given size; negative indices are refused as in tfjs. */
function position(index: number, size: number): number {
  if (!Number.isInteger(index) || index < 0 || index >= size)
    throw new Error(
      `gather: indices must be whole numbers from 0 to ${size - 1}, got ${index} - check the indices given`,
    );
  return index;
}

export function bindGather(
  node: Node<'Gather'>,
  shape: Shape,
  values: Float64Array,
  indices: Float64Array,
  output: Float64Array,
): () => void {
  const { axis } = node.attrs;
  const outer = sizeOf(shape.slice(0, axis));
  const size = shape[axis]!;
  const inner = sizeOf(shape.slice(axis + 1));
  const count = indices.length;
  return () => {
    for (let i = 0; i < count; i++) {
      const from = position(indices[i]!, size);
      for (let o = 0; o < outer; o++)
        for (let j = 0; j < inner; j++)
          output[(o * count + i) * inner + j] = values[(o * size + from) * inner + j]!;
    }
  };
}

/** Indices outside 0..depth-1 give a row of zeros, as in tfjs. */
export function bindOneHot(node: Node<'OneHot'>, indices: Float64Array, output: Float64Array): () => void {
  const { depth } = node.attrs;
  return () => {
    output.fill(0);
    for (let i = 0; i < indices.length; i++) {
      const at = indices[i]!;
      if (at >= 0 && at < depth) output[i * depth + at] = 1;
    }
  };
}
