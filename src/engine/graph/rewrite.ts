/** @file Rebuilds a graph node by node; passes say what to put in a node's place. */

import { GraphBuilder } from './builder.js';
import type { Graph, Node } from './graph.js';
import type { OpAttrs, OpName } from './ops.js';

/**
 * The replacement of a node whose inputs have been rewritten already; undefined leaves it as it is. `standIn`
 * gives the replacement of any node before it in the order.
 */
export type Replace = (
  node: Node,
  inputs: readonly Node[],
  builder: GraphBuilder,
  standIn: (id: number) => Node,
) => Node | undefined;

/** The graph with every node replaced; the same object when nothing was. */
export function rewrite(graph: Graph, replace: Replace): Graph {
  const builder = new GraphBuilder();
  const made: Node[] = [];
  let changed = false;
  for (const node of graph.nodes) {
    const inputs = node.inputs.map(id => made[id]!);
    const replacement = replace(node, inputs, builder, id => made[id]!);
    if (replacement !== undefined) changed = true;
    made.push(replacement ?? copyOf(node, inputs, builder));
  }
  return changed ? rebuilt(graph, builder, id => made[id]!) : graph;
}

/**
 * The graph of a builder's nodes, with the inputs and outputs of another graph; `standIn` gives their
 * replacements.
 */
export function rebuilt(graph: Graph, builder: GraphBuilder, standIn: (id: number) => Node): Graph {
  const follow = (ids: Readonly<Record<string, number>>): Record<string, number> =>
    Object.fromEntries(Object.entries(ids).map(([name, id]) => [name, standIn(id).id]));
  return { nodes: builder.nodes, inputs: follow(graph.inputs), outputs: follow(graph.outputs) };
}

/** The node with other inputs. */
export const copyOf = (node: Node, inputs: readonly Node[], builder: GraphBuilder): Node =>
  builder.add<OpName>(node.op, inputs, node.attrs as OpAttrs[OpName], node.shape, node.dtype);
