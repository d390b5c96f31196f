/**
 * @file Reassociates products of several factors, the small ones first: (images * 2) * scale, with a scale
 * per channel, becomes images * (2 * scale), one operation over the images instead of two. Gradients of batch
 * normalisation are full of these.
 */
import type { Graph, Node } from '../../graph/graph.js';
import { rewrite } from '../../graph/rewrite.js';
import { broadcastShape, type Shape, sizeOf } from '../../graph/shapes.js';

/** How many of the partial products of these factors, from left to right, are as large as the last. */
function largeProducts(shapes: readonly Shape[]): number {
  const partial: Shape[] = [];
  for (const shape of shapes) partial.push(broadcastShape(partial.at(-1) ?? [], shape));
  const largest = sizeOf(partial.at(-1)!);
  return partial.slice(1).filter(shape => sizeOf(shape) === largest).length;
}

/**
 * Values keep to a few units in the last place; a product of the small factors may over- or underflow where
 * the old order did not.
 */
export function products(graph: Graph): Graph {
  const { nodes } = graph;
  const uses = new Array<number>(nodes.length).fill(0);
  for (const id of [...nodes.flatMap(node => node.inputs), ...Object.values(graph.outputs)]) uses[id]!++;
  const isInner = (node: Node): boolean => node.op === 'Mul' && node.dtype === 'float' && uses[node.id] === 1;
  const inside = (node: Node): Node[] => {
    const operands = node.inputs.map(id => nodes[id]!);
    return operands.flatMap(operand => (isInner(operand) ? [operand, ...inside(operand)] : []));
  };
  return rewrite(graph, (node, _, builder, standIn) => {
    if (node.op !== 'Mul' || node.dtype !== 'float') return undefined;
    const inner = inside(node);
    const factors = [node, ...inner].flatMap(each => each.inputs).filter(id => !inner.includes(nodes[id]!));
    const size = sizeOf(node.shape);
    const before = [node, ...inner].filter(each => sizeOf(each.shape) === size).length;
    const sorted = factors.map(standIn).sort((a, b) => sizeOf(a.shape) - sizeOf(b.shape));
    if (largeProducts(sorted.map(({ shape }) => shape)) >= before) return undefined;
    return sorted.reduce((product, factor) => builder.binary('Mul', product, factor));
  });
}
