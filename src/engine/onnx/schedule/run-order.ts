/**
 * @file The topological order in which ONNX Runtime executes the nodes of a model, and the liveness of values
 * in that order. Its executor visits the operands of a node depth first, the last one in the model first,
 * before it runs the node. Fusions move a few nodes from the places predicted here.
 */
import type { Graph, Node } from '../../graph/graph.js';
import { isGiven, type Liveness, liveness, type Storage } from '../../graph/liveness.js';
import { sizeOf } from '../../graph/shapes.js';

/**
 * Nodes in the order in which the model lists them: masks right after their operands. The executor then runs
 * a gradient before its mask, which is computed where it is needed and not live from the forward pass on.
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

/** Ids of the nodes that depend on a node, itself included. */
function dependents({ nodes }: Graph, first: number): ReadonlySet<number> {
  const found = new Set([first]);
  for (const { id, inputs } of nodes) if (inputs.some(input => found.has(input))) found.add(id);
  return found;
}

/**
 * The nodes behind the barrier of `overwriting`, which execute once all other outputs are computed: those
 * that depend on a scalar input of which only new state depends. Empty where there is no such input.
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

/** Ids of the nodes that execute, in the order of ONNX Runtime. */
export function runOrder(graph: Graph): readonly number[] {
  const { nodes } = graph;
  const late = waitingNodes(graph);
  // the barrier: a node beyond the graph whose operands are all other outputs, and which late nodes read
  const barrier = nodes.length;
  const awaited = Object.values(graph.outputs).filter(id => !late.has(id));
  const place = new Float64Array(nodes.length + 1).fill(barrier);
  let next = 0;
  for (const { id } of masksFirst(graph)) place[id] = (late.has(id) ? barrier + 1 : 0) + next++;
  const byPlace = (a: number, b: number): number => place[a]! - place[b]!;
  const waits = (id: number): boolean =>
    nodes[id]!.inputs.some(input => isGiven(nodes[input]!) && late.has(input));
  /**
   * The last one runs first: the last of a node's operands in the model, or the last output before the
   * barrier.
   */
  const operands = (id: number): readonly number[] =>
    id === barrier ? awaited : [...nodes[id]!.inputs, ...(waits(id) ? [barrier] : [])].sort(byPlace);
  const used = new Set(nodes.flatMap(({ inputs }) => inputs));
  const runs = (id: number): boolean => id === barrier || !isGiven(nodes[id]!);
  const open = nodes
    .filter(({ id }) => runs(id) && !used.has(id))
    .map(({ id }) => id)
    .sort(byPlace);
  const order: number[] = [];
  const entered = new Uint8Array(nodes.length + 1);
  while (open.length > 0) {
    const id = open.pop()!;
    // a negative entry: all operands of the node have run
    if (id < 0) {
      if (~id !== barrier) order.push(~id);
      continue;
    }
    if (entered[id] === 1) continue;
    entered[id] = 1;
    open.push(~id, ...operands(id).filter(input => runs(input) && !entered[input]));
  }
  return order;
}

/** A Reshape is a view of its operand's buffer. */
const VIEWS: Storage = {
  written: node => (isGiven(node) || node.op === 'Reshape' ? 0 : sizeOf(node.shape)),
  holder(nodes, id) {
    let at = nodes[id]!;
    while (at.op === 'Reshape') at = nodes[at.inputs[0]!]!;
    return at.id;
  },
};

export const { written, holder } = VIEWS;

/** Liveness in the order of ONNX Runtime. */
export const livenessWhenRun = (graph: Graph): Liveness => liveness(graph, runOrder(graph), VIEWS);
