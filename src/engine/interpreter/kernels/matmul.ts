/** @file Batched matrix products. */
import type { Node } from '../../graph/graph.js';
import { broadcastStrides, type Shape, sizeOf, stridesOf } from '../../graph/shapes.js';
import { matrixAt, multiply, transposed, workspaceFor } from './product.js';

/** For each batch index of the output, the index of the operand's matrix: leading dimensions broadcast. */
function matrixIndices(operand: Shape, output: Shape): number[] {
  const lead = operand.slice(0, -2);
  const strides = broadcastStrides(stridesOf(lead), lead, output.slice(0, -2));
  const batch = output.slice(0, -2);
  return Array.from({ length: sizeOf(batch) }, (_, flat) => {
    let rest = flat;
    let index = 0;
    for (let axis = batch.length - 1; axis >= 0; axis--) {
      index += (rest % batch[axis]!) * strides[axis]!;
      rest = Math.trunc(rest / batch[axis]!);
    }
    return index;
  });
}

export function bindMatMul(
  node: Node<'MatMul'>,
  aShape: Shape,
  bShape: Shape,
  a: Float64Array,
  b: Float64Array,
  c: Float64Array,
): () => void {
  const { transposeA, transposeB } = node.attrs;
  const [m, n] = node.shape.slice(-2) as [number, number];
  const k = aShape.at(transposeA ? -2 : -1)!;
  const lefts = matrixIndices(aShape, node.shape).map(i =>
    matrixAt(a, i * m * k, aShape.at(-1)!, transposeA),
  );
  const rights = matrixIndices(bShape, node.shape).map(i =>
    matrixAt(b, i * n * k, bShape.at(-1)!, transposeB),
  );
  // A b with a column b is computed as the row b^T A^T: both have the same layout, and columns come four at a
  // time.
  const flip = n === 1;
  const extent = flip ? { m: 1, n: m, k } : { m, n, k };
  const [xs, ys] = flip ? [rights.map(transposed), lefts.map(transposed)] : [lefts, rights];
  const workspace = workspaceFor(extent);
  return () => {
    for (let i = 0; i < xs.length; i++) multiply(xs[i]!, ys[i]!, c, i * m * n, extent, workspace, false);
  };
}
