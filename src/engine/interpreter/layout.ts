/** @file Which values are views of others, and which get buffers of their own. */
import type { Graph } from '../graph/graph.js';
import { isContiguous, isView, ownView, type View, viewThrough } from './view.js';

export interface Layout {
  /** The layout of every value; `views[id].base === id` where the value has a buffer of its own. */
  readonly views: readonly View[];
  /** For a view operation that has a buffer of its own all the same: what to copy them from. */
  readonly sources: ReadonlyMap<number, View>;
}

/** Lays out all values; those in `dense` end up contiguous. */
export function layOut(graph: Graph, dense: ReadonlySet<number>): Layout {
  const required = new Set(dense);
  // A reshape may ask for a dense input; the second sweep knows every such wish from the start.
  sweep(graph, required);
  return sweep(graph, required);
}

function sweep(graph: Graph, required: Set<number>): Layout {
  const views: View[] = [];
  const sources = new Map<number, View>();
  for (const node of graph.nodes) {
    views.push(ownView(node.id, node.shape));
    if (!isView(node)) continue;
    const input = node.inputs[0]!;
    const { shape } = graph.nodes[input]!;
    const view = viewThrough(node, shape, views[input]!);
    if (view === undefined) required.add(input);
    else if (!required.has(node.id) || isContiguous(view, node.shape)) views[node.id] = view;
    else sources.set(node.id, view);
  }
  return { views, sources };
}
