/** @file What is in memory while a graph is evaluated, inputs and constants apart, which are there anyway. */
import type { Graph, Node } from './graph.js';
import { sizeOf } from './shapes.js';

/** Whether a node is there before the evaluation: nothing runs for it. */
export const isGiven = ({ op }: Node): boolean => op === 'Input' || op === 'Constant';

/** How values take memory. */
export interface Storage {
  /** Numbers that a node writes. */
  written(node: Node): number;
  /** Id of the node whose memory a value lies in. */
  holder(nodes: readonly Node[], id: number): number;
}

/** Every value in memory of its own. */
const APART: Storage = {
  written: node => (isGiven(node) ? 0 : sizeOf(node.shape)),
  holder: (_, id) => id,
};

/** What is in memory when. */
export interface Liveness {
  /** The most numbers at once. */
  readonly peak: number;
  /** Position in the order at which that is. */
  readonly at: number;
  /** Ids of the nodes whose values are there at that time. */
  readonly alive: readonly number[];
  /** By id, the position of a node in the order; -1 of what does not run. */
  readonly position: Int32Array;
  /** By id, the last position at which the memory of a node is read; infinite for outputs. */
  readonly last: Float64Array;
}

/** When nodes run in this order, each value from its node to its last reader, outputs to the end. */
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

/** When a graph is evaluated in the order of its nodes, every value in memory of its own; with that order. */
export function livenessInOrder(graph: Graph): Liveness & { readonly order: readonly number[] } {
  const order = graph.nodes.filter(node => !isGiven(node)).map(({ id }) => id);
  return { ...liveness(graph, order, APART), order };
}

/** Peak memory of a graph that is evaluated in the order of its nodes, in numbers. */
export const liveNumbers = (graph: Graph): number => livenessInOrder(graph).peak;
