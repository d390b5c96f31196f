/**
 * @file Strided views: values that need no buffer of their own because they read another value's with other
 * strides.
 */
import type { Node } from '../graph/graph.js';
import { broadcastStrides, type Shape, sizeOf, stridesOf } from '../graph/shapes.js';

/** Element `index` of the value is element `offset + sum(strides * index)` of the buffer of node `base`. */
export interface View {
  readonly base: number;
  readonly offset: number;
  readonly strides: readonly number[];
}

export type ViewOp = 'Reshape' | 'Broadcast' | 'Transpose' | 'Slice' | 'Reverse';

/** The view of a value that has a buffer of its own. */
export const ownView = (id: number, shape: Shape): View => ({
  base: id,
  offset: 0,
  strides: normalised(shape, stridesOf(shape)),
});

/** Strides of dimensions of size 1 never matter; they are 0 so that equal layouts have equal strides. */
const normalised = (shape: Shape, strides: readonly number[]): number[] =>
  strides.map((stride, i) => (shape[i] === 1 ? 0 : stride));

/** Whether the elements lie one after the other in the base's buffer. */
export function isContiguous(view: View, shape: Shape): boolean {
  const dense = normalised(shape, stridesOf(shape));
  return dense.every((stride, i) => stride === view.strides[i]) || sizeOf(shape) === 0;
}

/** Drops the dimensions of size 1 of `shape` from a list that runs along it. */
export const squeeze = (list: readonly number[], shape: Shape): number[] =>
  list.filter((_, i) => shape[i] !== 1);

function reshaped(node: Node<'Reshape'>, shape: Shape, view: View): View | undefined {
  if (isContiguous(view, shape)) return { ...ownView(view.base, node.shape), offset: view.offset };
  const kept = squeeze(view.strides, shape);
  if (squeeze(node.shape, node.shape).join() !== squeeze(shape, shape).join()) return undefined;
  let next = 0;
  return { ...view, strides: node.shape.map(size => (size === 1 ? 0 : kept[next++]!)) };
}

type ViewRule<Op extends ViewOp> = (node: Node<Op>, shape: Shape, view: View) => View | undefined;

/**
 * How each operation re-reads its input (of the given shape and view); undefined when the input must be made
 * contiguous first.
 */
export const VIEW: { readonly [K in ViewOp]: ViewRule<K> } = {
  Reshape: reshaped,
  Broadcast: (node, shape, view) => ({ ...view, strides: broadcastStrides(view.strides, shape, node.shape) }),
  Transpose: (node, _, view) => ({ ...view, strides: node.attrs.perm.map(axis => view.strides[axis]!) }),
  Slice: (node, _, view) => ({
    ...view,
    offset: node.attrs.begin.reduce((at, begin, i) => at + begin * view.strides[i]!, view.offset),
    strides: normalised(node.shape, view.strides),
  }),
  Reverse: (node, shape, view) => ({
    ...view,
    offset: node.attrs.axes.reduce((at, axis) => at + (shape[axis]! - 1) * view.strides[axis]!, view.offset),
    strides: view.strides.map((stride, i) =>
      node.attrs.axes.includes(i) && stride !== 0 ? -stride : stride,
    ),
  }),
};

export const isView = (node: Node): node is Node<ViewOp> => node.op in VIEW;

/** The view a view operation takes of its input. */
export function viewThrough(node: Node<ViewOp>, shape: Shape, view: View): View | undefined {
  // The table maps each name to a rule for that very node type; TypeScript cannot follow the correlation.
  const rule = VIEW[node.op] as (node: Node, shape: Shape, view: View) => View | undefined;
  return rule(node, shape, view);
}
