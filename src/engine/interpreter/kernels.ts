/** @file The operations that are library kernels on preallocated buffers. */
import type { Node } from '../graph/graph.js';
import type { ElementwiseOp, OpName } from '../graph/ops.js';
import { type Shape, sizeOf } from '../graph/shapes.js';
import { bindConv2D, bindConv2DFilterGrad, bindConv2DInputGrad } from './kernels/conv.js';
import { bindMatMul } from './kernels/matmul.js';
import { bindConcat, bindGather, bindOneHot, bindPad } from './kernels/move.js';
import { bindReduction, REDUCTIONS } from './kernels/reduce.js';
import type { ViewOp } from './view.js';

/** Whatever is neither elementwise nor a view; so an operation without a rule does not compile. */
export type KernelOp = Exclude<OpName, ElementwiseOp | ViewOp | 'Input' | 'Constant'>;

type Bind<Op extends OpName> = (
  node: Node<Op>,
  shapes: readonly Shape[],
  inputs: readonly Float64Array[],
  output: Float64Array,
) => () => void;

/** Ties each operation to its dense input and output buffers; the function returned computes it. */
export const KERNEL: { readonly [K in KernelOp]: Bind<K> } = {
  Sum: (node, [shape], [x], y) => bindReduction(REDUCTIONS.Sum, shape!, node.attrs.axes, x!, y),
  ReduceMax: (node, [shape], [x], y) => bindReduction(REDUCTIONS.ReduceMax, shape!, node.attrs.axes, x!, y),
  Pad: (node, [shape], [x], y) => bindPad(node, shape!, x!, y),
  Concat: bindConcat,
  Gather: (node, [shape], [values, indices], y) => bindGather(node, shape!, values!, indices!, y),
  OneHot: (node, _, [indices], y) => bindOneHot(node, indices!, y),
  MatMul: (node, [a, b], [x, y], z) => bindMatMul(node, a!, b!, x!, y!, z),
  Conv2D: (node, [x, filter], [image, weights], y) =>
    bindConv2D(node.attrs, { x: x!, filter: filter!, y: node.shape }, [image!, weights!], y),
  Conv2DInputGrad: (node, [y, filter], [dy, weights], dx) =>
    bindConv2DInputGrad(node.attrs, { x: node.shape, filter: filter!, y: y! }, [dy!, weights!], dx),
  Conv2DFilterGrad: (node, [x, y], [image, dy], dw) =>
    bindConv2DFilterGrad(node.attrs, { x: x!, filter: node.shape, y: y! }, [image!, dy!], dw),
};

export const isKernel = (node: Node): node is Node<KernelOp> => node.op in KERNEL;

/** The kernel of a node on its buffers. */
export function bindKernel(
  node: Node<KernelOp>,
  shapes: readonly Shape[],
  inputs: readonly Float64Array[],
  output: Float64Array,
): () => void {
  if (sizeOf(node.shape) === 0) return () => {};
  // The table maps each name to a rule for that very node type; TypeScript cannot follow the correlation.
  const bind = KERNEL[node.op] as Bind<OpName>;
  return bind(node, shapes, inputs, output);
}
