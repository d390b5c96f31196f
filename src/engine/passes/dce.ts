/** @file Dead code elimination. */

import { GraphBuilder } from '../graph/builder.js';
import type { Graph, Node } from '../graph/graph.js';
import { copyOf, rebuilt } from '../graph/rewrite.js';

/** Drops what no output needs. Inputs stay: they are the signature of the graph. Values are bit-identical. */
export function dce(graph: Graph): Graph {
  const needed = new Set<number>([...Object.values(graph.outputs), ...Object.values(graph.inputs)]);
  for (const node of graph.nodes.toReversed())
    if (needed.has(node.id)) for (const id of node.inputs) needed.add(id);
  if (needed.size === graph.nodes.length) return graph;
  const builder = new GraphBuilder();
  const made = new Map<number, Node>();
  const standIn = (id: number): Node => made.get(id)!;
  for (const node of graph.nodes)
    if (needed.has(node.id)) made.set(node.id, copyOf(node, node.inputs.map(standIn), builder));
  return rebuilt(graph, builder, standIn);
}
