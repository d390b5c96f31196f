/** @file Folding of operations that only move numbers: those that do nothing, and two that are one. */

import type { GraphBuilder } from '../../graph/builder.js';
import type { Node } from '../../graph/graph.js';
import type { OpName } from '../../graph/ops.js';
import { copyOf } from '../../graph/rewrite.js';
import { same, sizeOf } from '../../graph/shapes.js';

type Rule<Op extends OpName> = (node: Node<Op>, input: Node, builder: GraphBuilder) => Node | undefined;

const inputOf = (node: Node, builder: GraphBuilder): Node => builder.nodes[node.inputs[0]!]!;

function foldReduction(node: Node<'Sum' | 'ReduceMax'>, x: Node, builder: GraphBuilder): Node | undefined {
  return node.attrs.axes.every(axis => x.shape[axis] === 1) ? builder.reshape(x, node.shape) : undefined;
}

const SHAPES: { readonly [K in OpName]?: Rule<K> } = {
  Reshape(node, x, builder) {
    if (same(x.shape, node.shape)) return x;
    return x.op === 'Reshape' ? builder.reshape(inputOf(x, builder), node.shape) : undefined;
  },
  Broadcast(node, x, builder) {
    if (sizeOf(x.shape) === sizeOf(node.shape)) return builder.reshape(x, node.shape);
    return x.op === 'Broadcast' ? builder.broadcast(inputOf(x, builder), node.shape) : undefined;
  },
  Transpose(node, x, builder) {
    const { perm } = node.attrs;
    const moved = perm.filter(axis => x.shape[axis] !== 1);
    if (moved.every((axis, i) => i === 0 || axis > moved[i - 1]!)) return builder.reshape(x, node.shape);
    if (x.op !== 'Transpose') return undefined;
    const inner = x.attrs.perm;
    return builder.transpose(
      inputOf(x, builder),
      perm.map(axis => inner[axis]!),
    );
  },
  Slice(node, x, builder) {
    if (same(x.shape, node.shape)) return x;
    if (x.op !== 'Slice') return undefined;
    const inner = x.attrs.begin;
    return builder.slice(
      inputOf(x, builder),
      node.attrs.begin.map((begin, i) => begin + inner[i]!),
      node.shape,
    );
  },
  Pad: (node, x) => (same(x.shape, node.shape) ? x : undefined),
  Concat: (node, x) => (node.inputs.length === 1 ? x : undefined),
  Reverse(node, x, builder) {
    if (node.attrs.axes.every(axis => x.shape[axis] === 1)) return x;
    return x.op === 'Reverse' && same(x.attrs.axes, node.attrs.axes) ? inputOf(x, builder) : undefined;
  },
  Sum: foldReduction,
  ReduceMax: foldReduction,
};

/** A matrix product reads its operands transposed at no cost. */
function foldMatMul(node: Node<'MatMul'>, inputs: readonly Node[], builder: GraphBuilder): Node | undefined {
  const swaps = inputs.map(input => {
    if (input.op !== 'Transpose') return false;
    const rank = input.shape.length;
    return input.attrs.perm.every((axis, i) => axis === (i < rank - 2 ? i : 2 * rank - 3 - i));
  });
  if (!swaps.includes(true)) return undefined;
  const operands = inputs.map((input, i) => (swaps[i] ? inputOf(input, builder) : input));
  const { transposeA, transposeB } = node.attrs;
  const attrs = { transposeA: transposeA !== swaps[0], transposeB: transposeB !== swaps[1] };
  return copyOf({ ...node, attrs }, operands, builder);
}

/** The shorter way to the same numbers, if there is one. Values are bit-identical. */
export function foldShapes(node: Node, inputs: readonly Node[], builder: GraphBuilder): Node | undefined {
  if (node.op === 'MatMul') return foldMatMul(node, inputs, builder);
  if (inputs.length === 0 || inputs[0]!.dtype !== node.dtype) return undefined;
  // The table maps each name to a rule for that very node type; TypeScript cannot follow the correlation.
  const rule = SHAPES[node.op] as Rule<OpName> | undefined;
  return rule?.(node, inputs[0]!, builder);
}
