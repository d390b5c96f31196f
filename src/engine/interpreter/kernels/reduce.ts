/** @file Reductions over any axes. */
import { type Shape, sizeOf } from '../../graph/shapes.js';

/** Reduces the middle dimension of [outer, size, inner]; `block` has room for one row. */
type Stage = (input: Float64Array, output: Float64Array, { outer, size, inner, block }: Extent) => void;

interface Extent {
  readonly outer: number;
  readonly size: number;
  readonly inner: number;
  readonly block: Float64Array;
}

/**
 * Sums run over this many numbers before partial sums are combined: round-off grows with the block, not with
 * the length.
 */
const BLOCK = 64;

/** Sum of `count` numbers from `start` on, pairwise above one block. */
function sumRange(x: Float64Array, start: number, count: number): number {
  if (count > BLOCK) {
    const half = Math.ceil(count / (2 * BLOCK)) * BLOCK;
    return sumRange(x, start, half) + sumRange(x, start + half, count - half);
  }
  let sum = 0;
  for (let i = start; i < start + count; i++) sum += x[i]!;
  return sum;
}

/** Adds `count` rows of the input to the row of the output that begins at `to`. */
function addRows(
  input: Float64Array,
  from: number,
  output: Float64Array,
  to: number,
  count: number,
  inner: number,
): void {
  for (let row = from; row < from + count * inner; row += inner)
    for (let i = 0; i < inner; i++) output[to + i]! += input[row + i]!;
}

function sumStage(input: Float64Array, output: Float64Array, { outer, size, inner, block }: Extent): void {
  if (inner === 1) {
    for (let o = 0; o < outer; o++) output[o] = sumRange(input, o * size, size);
    return;
  }
  output.fill(0);
  for (let o = 0; o < outer; o++)
    for (let first = 0; first < size; first += BLOCK) {
      const from = (o * size + first) * inner;
      const count = Math.min(BLOCK, size - first);
      if (size <= BLOCK) addRows(input, from, output, o * inner, count, inner);
      else {
        block.fill(0);
        addRows(input, from, block, 0, count, inner);
        addRows(block, 0, output, o * inner, 1, inner);
      }
    }
}

function maxStage(input: Float64Array, output: Float64Array, { outer, size, inner }: Extent): void {
  output.fill(Number.NEGATIVE_INFINITY);
  for (let o = 0; o < outer; o++)
    for (let r = 0; r < size; r++) {
      const row = (o * size + r) * inner;
      for (let i = 0; i < inner; i++)
        output[o * inner + i] = Math.max(output[o * inner + i]!, input[row + i]!);
    }
}

export const REDUCTIONS = { Sum: sumStage, ReduceMax: maxStage } as const;

/** Splits the axes into runs of neighbours, last run first: each run is one stage. */
function runs(shape: Shape, axes: readonly number[]): Extent[] {
  const stages: Extent[] = [];
  let inner = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (!axes.includes(axis)) {
      inner *= shape[axis]!;
      continue;
    }
    let size = shape[axis]!;
    while (axes.includes(axis - 1)) size *= shape[--axis]!;
    stages.push({ outer: sizeOf(shape.slice(0, axis)), size, inner, block: new Float64Array(inner) });
  }
  return stages;
}

/** The reduction of an input of the given shape over sorted axes. */
export function bindReduction(
  stage: Stage,
  shape: Shape,
  axes: readonly number[],
  input: Float64Array,
  output: Float64Array,
): () => void {
  let source = input;
  const extents = runs(shape, axes);
  const steps = extents.map((extent, s) => {
    const from = source;
    const to = s === extents.length - 1 ? output : new Float64Array(extent.outer * extent.inner);
    source = to;
    return () => stage(from, to, extent);
  });
  if (steps.length === 0) return () => output.set(input);
  if (steps.length === 1) return steps[0]!;
  return () => {
    for (const step of steps) step();
  };
}
