/** @file The static graph of a traced step: plain data, independent of tfjs and of every executor. */
import { ELEMENTWISE_OPS, type ElementwiseOp, type OpAttrs, type OpName } from './ops.js';
import type { Shape } from './shapes.js';

export { sizeOf } from './shapes.js';

/** `float` is a real number; its precision is the executor's business. */
export type DType = 'float' | 'int' | 'bool';

interface NodeOf<Op extends OpName> {
  readonly id: number;
  readonly op: Op;
  readonly inputs: readonly number[];
  readonly attrs: OpAttrs[Op];
  readonly shape: Shape;
  readonly dtype: DType;
}

/** One operation of a graph: a discriminated union over `op`. */
export type Node<Op extends OpName = OpName> = Op extends OpName ? NodeOf<Op> : never;

/** Nodes in an order where inputs precede their users; `nodes[i].id === i`. */
export interface Graph {
  readonly nodes: readonly Node[];
  readonly inputs: Readonly<Record<string, number>>;
  readonly outputs: Readonly<Record<string, number>>;
}

const elementwise: ReadonlySet<OpName> = new Set(ELEMENTWISE_OPS);

export const isElementwise = (node: Node): node is Node<ElementwiseOp> => elementwise.has(node.op);
