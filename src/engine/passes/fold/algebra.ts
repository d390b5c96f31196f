/** @file Folding by rules of arithmetic with operands that are uniform constants or related to each other. */

import type { GraphBuilder } from '../../graph/builder.js';
import { isElementwise, type Node } from '../../graph/graph.js';
import type { OpName } from '../../graph/ops.js';
import { copyOf } from '../../graph/rewrite.js';
import { broadcastShape } from '../../graph/shapes.js';
import { uniformValue } from '../../graph/uniform.js';

type Rule<Op extends OpName> = (
  node: Node<Op>,
  inputs: readonly Node[],
  builder: GraphBuilder,
) => Node | undefined;

/** x standing for the node: brought to its shape; not across kinds of number. */
const as = (node: Node, x: Node, builder: GraphBuilder): Node | undefined =>
  x.dtype === node.dtype ? builder.broadcast(x, node.shape) : undefined;

const negated = (node: Node, x: Node, builder: GraphBuilder): Node | undefined =>
  x.dtype === node.dtype ? builder.broadcast(builder.unary('Neg', x), node.shape) : undefined;

const isOp = <Op extends OpName>(node: Node, op: Op): node is Node<Op> => node.op === op;

/** Products of constants in this range lose nothing, in single precision neither. */
const isModerate = (c: number): boolean => Math.abs(c) < 1e30 && Math.abs(c) > 1e-30;

function product(node: Node, x: Node, c: number, builder: GraphBuilder): Node | undefined {
  if (c === 1) return as(node, x, builder);
  if (c === -1) return negated(node, x, builder);
  if (c === 0) return builder.uniform(0, node.shape, node.dtype);
  if (x.op !== 'Mul' || x.dtype !== node.dtype) return undefined;
  const [a, b] = x.inputs.map(id => builder.nodes[id]!) as [Node, Node];
  for (const [factor, other] of [
    [a, b],
    [b, a],
  ] as const) {
    const d = uniformValue(factor);
    if (d === undefined || !isModerate(d) || !isModerate(c * d) || other.dtype !== node.dtype) continue;
    return builder.broadcast(builder.withNumber('Mul', other, c * d), node.shape);
  }
  return undefined;
}

const ALGEBRA: { readonly [K in OpName]?: Rule<K> } = {
  Add(node, [x, y], builder) {
    if (uniformValue(y!) === 0) return as(node, x!, builder);
    if (uniformValue(x!) === 0) return as(node, y!, builder);
    if (isOp(y!, 'Neg')) return builder.binary('Sub', x!, builder.nodes[y.inputs[0]!]!);
    if (isOp(x!, 'Neg')) return builder.binary('Sub', y!, builder.nodes[x.inputs[0]!]!);
    return undefined;
  },
  Sub(node, [x, y], builder) {
    if (uniformValue(y!) === 0) return as(node, x!, builder);
    if (uniformValue(x!) === 0) return negated(node, y!, builder);
    if (isOp(y!, 'Neg')) return builder.binary('Add', x!, builder.nodes[y.inputs[0]!]!);
    return undefined;
  },
  Mul(node, [x, y], builder) {
    const [c, d] = [uniformValue(x!), uniformValue(y!)];
    if (d !== undefined) return product(node, x!, d, builder);
    return c === undefined ? undefined : product(node, y!, c, builder);
  },
  Div(node, [x, y], builder) {
    const c = uniformValue(y!);
    return c === 1 ? as(node, x!, builder) : c === -1 ? negated(node, x!, builder) : undefined;
  },
  Pow(node, [x, y], builder) {
    const power = uniformValue(y!);
    if (power === 1) return as(node, x!, builder);
    if (x!.dtype !== node.dtype) return undefined;
    if (power === 0) return builder.uniform(1, node.shape, node.dtype);
    if (power === 2) return builder.broadcast(builder.unary('Square', x!), node.shape);
    if (power === -1) return builder.broadcast(builder.unary('Reciprocal', x!), node.shape);
    return undefined;
  },
  Neg(node, [x], builder) {
    if (isOp(x!, 'Neg')) return as(node, builder.nodes[x.inputs[0]!]!, builder);
    if (!isOp(x!, 'Sub')) return undefined;
    const [a, b] = x.inputs;
    return builder.binary('Sub', builder.nodes[b!]!, builder.nodes[a!]!);
  },
  Not(node, [x], builder) {
    return isOp(x!, 'Not') && builder.nodes[x.inputs[0]!]!.dtype === 'bool'
      ? as(node, builder.nodes[x.inputs[0]!]!, builder)
      : undefined;
  },
  Cast(node, [x], builder) {
    if (x!.dtype === node.dtype) return x;
    // 0 and 1 survive any cast.
    const source = isOp(x!, 'Cast') ? builder.nodes[x.inputs[0]!]! : undefined;
    return source?.dtype === 'bool' ? builder.cast(source, node.dtype) : undefined;
  },
  Select(node, [condition, x, y], builder) {
    const choice = uniformValue(condition!);
    if (choice !== undefined) return as(node, choice !== 0 ? x! : y!, builder);
    return x === y ? as(node, x!, builder) : undefined;
  },
};

/**
 * Uniform numbers and broadcasts need not be spelled out for an elementwise operation: it broadcasts by
 * itself.
 */
function unspread(node: Node, inputs: readonly Node[], builder: GraphBuilder): Node | undefined {
  if (!isElementwise(node)) return undefined;
  const bare = inputs.map(input => {
    if (isOp(input, 'Broadcast')) return builder.nodes[input.inputs[0]!]!;
    const value = uniformValue(input);
    return value === undefined || input.shape.length === 0 ? input : builder.uniform(value, [], input.dtype);
  });
  if (bare.every((input, i) => input === inputs[i])) return undefined;
  const shape = bare.map(input => input.shape).reduce<readonly number[]>(broadcastShape, []);
  return builder.broadcast(copyOf({ ...node, shape } as Node, bare, builder), node.shape);
}

/**
 * The simpler expression a node amounts to, if a rule knows one. Each rule is exact but for the sign of
 * zeros, the product of two constant factors and x^-1 (both within an ulp or two), and products with a
 * constant zero (see foldConstants).
 */
export function foldAlgebra(node: Node, inputs: readonly Node[], builder: GraphBuilder): Node | undefined {
  // The table maps each name to a rule for that very node type; TypeScript cannot follow the correlation.
  const rule = ALGEBRA[node.op] as Rule<OpName> | undefined;
  const simpler = rule?.(node, inputs, builder);
  return simpler?.dtype === node.dtype ? simpler : unspread(node, inputs, builder);
}
