/** @file The interface of a lowering rule. */
import { ELEMENT_TYPES, type ElementType } from '../../formats/onnx/model.js';
import type { DType, Node } from '../graph/graph.js';
import type { OpName } from '../graph/ops.js';
import { broadcastShape, type Shape, same } from '../graph/shapes.js';
import { isUniform } from '../graph/uniform.js';
import type { Emitter } from './emitter.js';

/** Our float runs in float32; int is int32, which is what tfjs calls int. */
export const ELEMENT_OF: Readonly<Record<DType, ElementType>> = {
  float: 'float32',
  int: 'int32',
  bool: 'bool',
};

/** The graph's values in ONNX. */
export interface Lowering {
  readonly emitter: Emitter;
  /** Name of a node's value in its full shape, cast to `type` when given. */
  value(node: Node, type?: DType): string;
  /** Name of a uniform constant's value as one number, of rank 0. */
  scalar(node: Node<'Constant'>, type?: DType): string;
}

/** Emits the ONNX nodes for one node; returns the name of its value. */
export type Rule<Op extends OpName = OpName> = (
  node: Node<Op>,
  inputs: readonly Node[],
  to: Lowering,
) => string;

/**
 * Names of the operands of a broadcasting node, cast to `type` where given. Uniform constants stand as one
 * number where the others alone give the node its shape, so that no uniform tensor is materialised.
 */
export function operands(
  node: Node,
  inputs: readonly Node[],
  to: Lowering,
  types: readonly (DType | undefined)[],
): string[] {
  const rest = inputs.filter(input => !isUniform(input)).map(input => input.shape);
  const scalars = same(
    rest.reduce<Shape>((shape, next) => broadcastShape(shape, next), []),
    node.shape,
  );
  return inputs.map((input, i) =>
    scalars && isUniform(input) ? to.scalar(input, types[i]) : to.value(input, types[i]),
  );
}

/**
 * `Cast` between our types; ONNX truncates float to int toward zero and takes any non-zero number for true.
 */
export function castTo(emitter: Emitter, value: string, from: DType, type: DType): string {
  return from === type
    ? value
    : emitter.emit('Cast', [value], { to: { int: ELEMENT_TYPES[ELEMENT_OF[type]] } });
}
