/**
 * @file The order in which ONNX Runtime runs the nodes of a model, and what is in memory meanwhile. Its executor goes through the
 * operands of a node, the one written last first, before it runs the node. Fusions move a few nodes from the places that are told here.
 */
import { type Graph, type Node, sizeOf } from '../graph.js';

/** Nodes that nothing runs for. */
const isGiven = ({ op }: Node): boolean => op === 'Input' || op === 'Constant';

/** Numbers that a node writes: a Reshape is another name for its operand's memory. */
export const written = (node: Node): number =>
  isGiven(node) || node.op === 'Reshape' ? 0 : sizeOf(node.shape);

/**
 * Nodes in the order a model is written in: masks right after what they are made of. A gradient then comes before its mask, which is
 * made when it is needed and not kept from the forward pass on.
 */
export function* masksFirst({ nodes }: Graph): Generator<Node> {
  const masks = new Map<number, Node[]>();
  for (const node of nodes)
    if (node.op === 'Step') masks.set(node.inputs[0]!, [...(masks.get(node.inputs[0]!) ?? []), node]);
  for (const node of nodes) {
    if (node.op !== 'Step') yield node;
    yield* masks.get(node.id) ?? [];
  }
}

/** What depends on a node, itself included. */
function dependents({ nodes }: Graph, first: number): ReadonlySet<number> {
  const found = new Set([first]);
  for (const { id, inputs } of nodes) if (inputs.some(input => found.has(input))) found.add(id);
  return found;
}

/**
 * What waits until all other outputs are there (see `overwriting`): everything that depends on a number of which only new state
 * depends. Empty where there is none.
 */
function waitingNodes(graph: Graph): ReadonlySet<number> {
  for (const input of Object.values(graph.inputs)) {
    const { dtype, shape } = graph.nodes[input]!;
    if (dtype !== 'float' || sizeOf(shape) !== 1) continue;
    const late = dependents(graph, input);
    const outputs = Object.keys(graph.outputs).filter(name => late.has(graph.outputs[name]!));
    if (outputs.length > 0 && outputs.every(name => Object.hasOwn(graph.inputs, name))) return late;
  }
  return new Set();
}

/** Ids of the nodes that run, in that order. */
export function runOrder(graph: Graph): readonly number[] {
  const { nodes } = graph;
  const late = waitingNodes(graph);
  // a node that is not there, with all other outputs as operands, is an operand of those that wait
  const gate = nodes.length;
  const awaited = Object.values(graph.outputs).filter(id => !late.has(id));
  const place = new Float64Array(nodes.length + 1).fill(gate);
  let next = 0;
  for (const { id } of masksFirst(graph)) place[id] = (late.has(id) ? gate + 1 : 0) + next++;
  const operands = (id: number): readonly number[] => {
    if (id === gate) return awaited;
    const all = nodes[id]!.inputs;
    return late.has(id) && all.some(input => isGiven(nodes[input]!) && late.has(input))
      ? [...all, gate]
      : all;
  };
  const used = new Set(nodes.flatMap(({ inputs }) => inputs));
  const runs = (id: number): boolean => id === gate || !isGiven(nodes[id]!);
  const byPlace = (a: number, b: number): number => place[a]! - place[b]!;
  const open = nodes
    .filter(({ id }) => runs(id) && !used.has(id))
    .map(({ id }) => id)
    .sort(byPlace);
  const order: number[] = [];
  const entered = new Uint8Array(nodes.length + 1);
  while (open.length > 0) {
    const id = open.pop()!;
    // below zero: all operands of the node have run
    if (id < 0) {
      if (~id !== gate) order.push(~id);
      continue;
    }
    if (entered[id] === 1) continue;
    entered[id] = 1;
    open.push(
      ~id,
      ...[...new Set(operands(id))].filter(input => runs(input) && !entered[input]).sort(byPlace),
    );
  }
  return order;
}

/** What is in memory while a graph runs, inputs and constants apart. */
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

/** The node whose memory a value lies in. */
export function holder(nodes: readonly Node[], id: number): number {
  let at = nodes[id]!;
  while (at.op === 'Reshape') at = nodes[at.inputs[0]!]!;
  return at.id;
}

/** Goes through the order, with every buffer given back after its last use. */
export function liveness(graph: Graph): Liveness {
  const { nodes } = graph;
  const order = runOrder(graph);
  const position = new Int32Array(nodes.length).fill(-1);
  const last = new Float64Array(nodes.length).fill(-1);
  const holders = nodes.map(({ id }) => holder(nodes, id));
  for (const [at, id] of order.entries()) {
    position[id] = at;
    last[id] = Math.max(last[id]!, at);
    for (const input of nodes[id]!.inputs) last[holders[input]!] = at;
  }
  for (const id of Object.values(graph.outputs)) last[holders[id]!] = Number.POSITIVE_INFINITY;
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
