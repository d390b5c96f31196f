/** @file Tensors that are one number everywhere. */
import type { Node } from '../graph/graph.js';

/** The number that all elements of a constant share; undefined for any other node. */
export function uniformValue(node: Node): number | undefined {
  return node.op === 'Constant' && node.attrs.values.length === 1 ? node.attrs.values[0] : undefined;
}
