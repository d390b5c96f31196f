/**
 * @file Liveness of the values of a graph in an order of execution, and its peak memory. Inputs and constants
 * are not counted: they are live throughout.
 */
import type { Graph, Node } from './graph.js';
import { sizeOf } from './shapes.js';

/** Whether a value exists before the evaluation: nothing executes for it. */
export const isGiven = ({ op }: Node): boolean => op === 'Input' || op === 'Constant';

/** How values are stored. */
export interface Storage {
  /** Size of the buffer that a node allocates, in elements. */
  written(node: Node): number;
  /** Id of the node whose buffer a value is stored in. */
  holder(nodes: readonly Node[], id: number): number;
}

/** Every value in a buffer of its own. */
const APART: Storage = {
  written: node => (isGiven(node) ? 0 : sizeOf(node.shape)),
  holder: (_, id) => id,
};

/** When each value is live. */
export interface Liveness {
  /** Peak memory, in elements. */
  readonly peak: number;
  /** Position in the order at which the peak is reached. */
  readonly at: number;
  /** Ids of the nodes whose buffers are live at the peak. */
  readonly alive: readonly number[];
  /** By id, the position of a node in the order; -1 for nodes that do not execute. */
  readonly position: Int32Array;
  /** By id, the last position at which the buffer of a node is read; infinite for outputs. */
  readonly last: Float64Array;
}

/** Liveness in this order: a value is live from its node to its last reader, an output to the end. */
export function liveness(
  { nodes, outputs }: Graph,
  order: readonly number[],
  { written, holder }: Storage,
): Liveness {
  const position = new Int32Array(nodes.length).fill(-1);
  const last = new Float64Array(nodes.length).fill(-1);
  const holders = nodes.map(({ id }) => holder(nodes, id));
  for (const [at, id] of order.entries()) {
    position[id] = at;
    last[id] = Math.max(last[id]!, at);
    for (const input of nodes[id]!.inputs) last[holders[input]!] = at;
  }
  for (const id of Object.values(outputs)) last[holders[id]!] = Number.POSITIVE_INFINITY;
  const freed = new Map<number, number[]>();
  let [now, peak, at] = [0, 0, 0];
  for (const [t, id] of order.entries()) {
    now += written(nodes[id]!);
    if (now > peak) [peak, at] = [now, t];
    const end = last[id]!;
    freed.set(end, [...(freed.get(end) ?? []), id]);
    for (const gone of freed.get(t) ?? []) now -= written(nodes[gone]!);
  }
  const alive = order.slice(0, at + 1).filter(id => written(nodes[id]!) > 0 && last[id]! >= at);
  return { peak, at, alive, position, last };
}

/** Liveness in the order of the nodes, every value in a buffer of its own; with that order. */
export function livenessInOrder(graph: Graph): Liveness & { readonly order: readonly number[] } {
  const order = graph.nodes.filter(node => !isGiven(node)).map(({ id }) => id);
  return { ...liveness(graph, order, APART), order };
}

/** Peak memory of a graph that is evaluated in the order of its nodes, in elements. */
export const liveNumbers = (graph: Graph): number => livenessInOrder(graph).peak;
