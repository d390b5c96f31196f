/** @file Folding of nodes whose operands are known numbers. */

import type { GraphBuilder } from '../../graph/builder.js';
import { isElementwise, type Node } from '../../graph/graph.js';
import type { ElementwiseOp } from '../../graph/ops.js';
import { sizeOf } from '../../graph/shapes.js';
import { uniformValue } from '../../graph/uniform.js';
import { interpret } from '../../interpreter/interpret.js';
import { expressionOf, SCALAR_LIBRARY } from '../../interpreter/scalar.js';

/**
 * Folding may produce this many numbers even where its operands are fewer; above it constants would only grow
 * the graph.
 */
const SMALL = 4096;

/** One elementwise operation on numbers, by the same rule that compiles it. */
function evaluate(node: Node<ElementwiseOp>, args: readonly number[]): number {
  const names = args.map((_, i) => `a${i}`);
  const library = Object.keys(SCALAR_LIBRARY);
  const operation = new Function(...library, ...names, `return ${expressionOf(node, names)};`);
  return operation(...Object.values(SCALAR_LIBRARY), ...args) as number;
}

/** The number all elements of the node have, if its operands tell. */
function uniformResult(node: Node, inputs: readonly Node[]): number | undefined {
  const values = inputs.map(uniformValue);
  const [first] = values;
  if (isElementwise(node)) return values.every(v => v !== undefined) ? evaluate(node, values) : undefined;
  switch (node.op) {
    case 'Broadcast':
    case 'Reshape':
    case 'Transpose':
    case 'Slice':
    case 'Reverse':
    case 'Gather':
    case 'ReduceMax':
      return first;
    case 'Sum':
      return first === undefined ? undefined : first * (sizeOf(inputs[0]!.shape) / sizeOf(node.shape));
    case 'Pad':
      return Object.is(first, node.attrs.value) ? first : undefined;
    case 'Concat':
      return values.every(value => Object.is(value, first)) ? first : undefined;
    case 'MatMul':
    case 'Conv2D':
    case 'Conv2DInputGrad':
    case 'Conv2DFilterGrad':
      return values.some(value => value === 0) ? 0 : undefined;
    default:
      return undefined;
  }
}

/**
 * The constant a node amounts to. A product with a constant zero counts as zero whatever the other factor: a
 * gradient that was cut off stays cut off where its factor is infinite or NaN.
 */
export function foldConstants(node: Node, inputs: readonly Node[], builder: GraphBuilder): Node | undefined {
  if (node.op === 'Input' || node.op === 'Constant' || sizeOf(node.shape) === 0) return undefined;
  const uniform = uniformResult(node, inputs);
  if (uniform !== undefined) return builder.uniform(uniform, node.shape, node.dtype);
  if (inputs.length === 0 || !inputs.every(input => input.op === 'Constant')) return undefined;
  const known = inputs.reduce((total, input) => total + sizeOf(input.shape), 0);
  if (sizeOf(node.shape) > Math.max(SMALL, known)) return undefined;
  const alone = inputs.map((input, id): Node => ({ ...input, id }));
  const copy: Node = { ...node, id: alone.length, inputs: alone.map(({ id }) => id) };
  const { result } = interpret(
    { nodes: [...alone, copy], inputs: {}, outputs: { result: copy.id } },
    false,
  ).run({});
  return builder.constant(result!, node.shape, node.dtype);
}
