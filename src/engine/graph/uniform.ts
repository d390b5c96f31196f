/** @file Tensors that are one number everywhere. */
import type { Node } from './graph.js';

/** Whether a node is a constant of one value everywhere. */
export const isUniform = (node: Node): node is Node<'Constant'> =>
  node.op === 'Constant' && node.attrs.values.length === 1;

/** The number that all elements of a constant share; undefined for any other node. */
export const uniformValue = (node: Node): number | undefined =>
  isUniform(node) ? node.attrs.values[0] : undefined;
