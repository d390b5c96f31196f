/**
 * @file The order in which ONNX Runtime runs the nodes of a model, and what is in memory meanwhile. Its executor goes through the
 * operands of a node, the one written last first, before it runs the node. Fusions move a few nodes from the places that are told here.
 */
import type { Graph, Node } from '../../graph/graph.js';
import { isGiven, type Liveness, liveness, type Storage } from '../../graph/liveness.js';
import { sizeOf } from '../../graph/shapes.js';

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
  const byPlace = (a: number, b: number): number => place[a]! - place[b]!;
  const waits = (id: number): boolean =>
    nodes[id]!.inputs.some(input => isGiven(nodes[input]!) && late.has(input));
  /** The last one is run first: the one written last, or the last of the outputs that are waited for. */
  const operands = (id: number): readonly number[] =>
    id === gate ? awaited : [...nodes[id]!.inputs, ...(waits(id) ? [gate] : [])].sort(byPlace);
  const used = new Set(nodes.flatMap(({ inputs }) => inputs));
  const runs = (id: number): boolean => id === gate || !isGiven(nodes[id]!);
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
    open.push(~id, ...operands(id).filter(input => runs(input) && !entered[input]));
  }
  return order;
}

/** A Reshape is another name for its operand's memory. */
const VIEWS: Storage = {
  written: node => (isGiven(node) || node.op === 'Reshape' ? 0 : sizeOf(node.shape)),
  holder(nodes, id) {
    let at = nodes[id]!;
    while (at.op === 'Reshape') at = nodes[at.inputs[0]!]!;
    return at.id;
  },
};

export const { written, holder } = VIEWS;

/** When ONNX Runtime runs the graph. */
export const livenessWhenRun = (graph: Graph): Liveness => liveness(graph, runOrder(graph), VIEWS);
