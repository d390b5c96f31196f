/** @file Dead code elimination. */
import type { Graph } from '../graph.js';
import { GraphBuilder } from '../trace/builder.js';
import { copyOf } from './rewrite.js';

/** Drops what no output needs. Inputs stay: they are the signature of the graph. Values are bit-identical. */
export function dce(graph: Graph): Graph {
  const needed = new Set<number>([...Object.values(graph.outputs), ...Object.values(graph.inputs)]);
  for (const node of graph.nodes.toReversed())
    if (needed.has(node.id)) for (const id of node.inputs) needed.add(id);
  if (needed.size === graph.nodes.length) return graph;
  const builder = new GraphBuilder();
  const ids = new Map<number, number>();
  for (const node of graph.nodes) {
    if (!needed.has(node.id)) continue;
    const inputs = node.inputs.map(id => builder.nodes[ids.get(id)!]!);
    ids.set(node.id, copyOf(node, inputs, builder).id);
  }
  const follow = (old: Readonly<Record<string, number>>): Record<string, number> =>
    Object.fromEntries(Object.entries(old).map(([name, id]) => [name, ids.get(id)!]));
  return { nodes: builder.nodes, inputs: follow(graph.inputs), outputs: follow(graph.outputs) };
}
