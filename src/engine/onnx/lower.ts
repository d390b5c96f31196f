/** @file A graph as an ONNX model in float32. */
import type { OnnxGraph, OnnxNode, OnnxValue } from '../../formats/onnx/model.js';
import { writeModel } from '../../formats/onnx/write.js';
import type { Graph, Node } from '../graph/graph.js';
import { nodeText } from '../graph/print.js';
import { Emitter, INTERNAL, UnfitConstant } from './emitter.js';
import { castTo, ELEMENT_OF, type Lowering, type Rule } from './rule.js';
import { RULES } from './rules.js';
import { masksFirst } from './schedule/run-order.js';

/**
 * From 22 on, the WebGPU provider of onnxruntime-node 1.30 leaves Sin, Cos, Elu and ConvTranspose to the CPU.
 */
const OPSET = 21;
const IR_VERSION = 10;

/**
 * Name of an output in the ONNX model: its own, but for one that is an input's too (a state that a step
 * updates).
 */
export function outputName({ inputs, outputs }: Graph, name: string): string {
  let free = name;
  while (Object.hasOwn(inputs, free) || (free !== name && Object.hasOwn(outputs, free))) free += ':next';
  return free;
}

/** The protobuf bytes of a model. */
export const toBytes = (graph: OnnxGraph): Uint8Array =>
  writeModel({ irVersion: IR_VERSION, opset: OPSET, producer: 'flatcheck', graph });

/**
 * An ONNX model that computes the graph in float32 (ints in int32), with fixed shapes. Inputs keep their
 * names, outputs are called `outputName`. A constant is rounded to float32; one that overflows is an error.
 */
export function lowerGraph(graph: Graph): OnnxGraph<OnnxValue> {
  const emitter = new Emitter();
  const value = lowerNodes(graph, emitter);
  const made = new Set(emitter.nodes.flatMap(node => node.outputs));
  const names = new Map<string, string>();
  const copies: OnnxNode[] = [];
  const outputs = Object.entries(graph.outputs).map(([name, id]) => {
    const node = graph.nodes[id]!;
    const info = valueInfo(outputName(graph, name), node);
    const source = value(node);
    if (made.has(source) && !names.has(source)) names.set(source, info.name);
    else copies.push(copyOf(names.get(source) ?? source, info.name));
    return info;
  });
  const named = (value: string): string => names.get(value) ?? value;
  const renamed = emitter.nodes.map(node => ({
    ...node,
    inputs: node.inputs.map(named),
    outputs: node.outputs.map(named),
  }));
  const { nodes, used } = withoutDead([...renamed, ...copies], outputs);
  return {
    name: 'step',
    nodes,
    initializers: emitter.initializers.filter(tensor => used.has(tensor.name)),
    inputs: Object.entries(graph.inputs).map(([name, id]) => valueInfo(name, graph.nodes[id]!)),
    outputs,
  };
}

/** An output that is an input, a constant or another output besides. */
const copyOf = (source: string, name: string): OnnxNode => ({
  name: `Identity${name}`,
  op: 'Identity',
  inputs: [source],
  outputs: [name],
  attributes: {},
});

function valueInfo(name: string, node: Node): OnnxValue {
  if (name === '' || name.startsWith(INTERNAL))
    throw new Error(
      `onnx: names of inputs and outputs must not be empty or start with ${INTERNAL}, got '${name}'`,
    );
  return { name, type: ELEMENT_OF[node.dtype], dims: node.shape };
}

/** What `emit` throws, with the node that it is about. */
function at(node: Node, emit: () => string): string {
  try {
    return emit();
  } catch (error) {
    if (!(error instanceof UnfitConstant)) throw error;
    throw new Error(`${error.message} (${nodeText(node)})`);
  }
}

/** Emits every node, constants only where they are asked for. */
function lowerNodes(graph: Graph, emitter: Emitter): Lowering['value'] {
  const names = new Map<Node, string>();
  const met = new Map<string, number>();
  const apply = (node: Node): string => {
    // after CSE, equal nodes are rematerialised values (see `recompute`)
    if (node.op !== 'Constant') {
      const same = JSON.stringify([node.op, node.inputs, node.attrs, node.shape]);
      emitter.copy = met.get(same) ?? 0;
      met.set(same, emitter.copy + 1);
    }
    // the table gives each operation the rule for that very operation
    const rule = RULES[node.op] as Rule;
    const inputs = node.inputs.map(id => graph.nodes[id]!);
    const name = at(node, () => rule(node, inputs, lowering));
    names.set(node, name);
    return name;
  };
  const lowering: Lowering = {
    emitter,
    value: (node, type = node.dtype) => castTo(emitter, names.get(node) ?? apply(node), node.dtype, type),
    scalar(node, type = node.dtype) {
      const value = at(node, () => emitter.scalar(node.attrs.values[0]!, ELEMENT_OF[node.dtype]));
      return castTo(emitter, value, node.dtype, type);
    },
  };
  for (const node of masksFirst(graph)) if (node.op !== 'Constant') lowering.value(node);
  return lowering.value;
}

/** The nodes that the outputs need, and the names of all values used. */
function withoutDead(
  all: readonly OnnxNode[],
  outputs: readonly OnnxValue[],
): { nodes: OnnxNode[]; used: ReadonlySet<string> } {
  const used = new Set(outputs.map(output => output.name));
  const nodes: OnnxNode[] = [];
  for (const node of [...all].reverse()) {
    if (!node.outputs.some(output => used.has(output))) continue;
    nodes.push(node);
    for (const input of node.inputs) used.add(input);
  }
  return { nodes: nodes.reverse(), used };
}
