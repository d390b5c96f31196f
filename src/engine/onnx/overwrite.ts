/**
 * @file Donation of buffers: outputs that may be written into the buffers of the inputs they replace, so that
 * a training step needs one set of state instead of two. ONNX Runtime executes nodes in a topological order
 * of its own choice; only the nodes that an output depends on are sure to have run when it is written.
 */
import type { OnnxGraph as AnyGraph, OnnxNode, OnnxValue } from '../../formats/onnx/model.js';
import { sizeOf } from '../graph/shapes.js';
import { INTERNAL } from './emitter.js';

type OnnxGraph = AnyGraph<OnnxValue>;

/** Names of an output and of the input it replaces. */
export interface Replacement {
  readonly output: string;
  readonly input: string;
}

export interface Overwriting {
  readonly graph: OnnxGraph;
  /** Those that may be written into the buffer of their input. */
  readonly safe: readonly Replacement[];
}

/** Operators that read and write element by element. */
const ELEMENTWISE: ReadonlySet<string> = new Set(['Add', 'Sub', 'Mul', 'Div', 'Max', 'Min']);

/** Operators whose result may be a view of their operand, even for the caller. */
const VIEWS: ReadonlySet<string> = new Set(['Identity', 'Reshape']);

/** An input with more readers than this is not donated, unless its output is behind the barrier. */
const FEW = 8;

class Flow {
  private readonly readers = new Map<string, OnnxNode[]>();
  private readonly makers = new Map<string, OnnxNode>();
  private readonly outputs: ReadonlySet<string>;

  constructor(graph: OnnxGraph) {
    this.outputs = new Set(graph.outputs.map(({ name }) => name));
    for (const node of graph.nodes) {
      for (const output of node.outputs) this.makers.set(output, node);
      for (const input of new Set(node.inputs)) {
        const known = this.readers.get(input);
        if (known === undefined) this.readers.set(input, [node]);
        else known.push(node);
      }
    }
  }

  isOutput(made: OnnxNode): boolean {
    return made.outputs.some(output => this.outputs.has(output));
  }

  maker(value: string): OnnxNode | undefined {
    return this.makers.get(value);
  }

  /** All nodes that depend on a value; with `within`, only those with no other output in between. */
  after(value: string, within?: OnnxNode, limit = Number.POSITIVE_INFINITY): ReadonlySet<OnnxNode> {
    const found = new Set<OnnxNode>();
    const open = [value];
    while (open.length > 0 && found.size <= limit)
      for (const node of this.readers.get(open.pop()!) ?? []) {
        if (found.has(node)) continue;
        found.add(node);
        const stop = within !== undefined && (node === within || this.isOutput(node));
        if (!stop) open.push(...node.outputs);
      }
    return found;
  }

  /** The nodes that a node depends on, itself included, but none behind `known` ones. */
  before(last: OnnxNode, known: ReadonlySet<OnnxNode> = new Set()): ReadonlySet<OnnxNode> {
    const found = new Set([last]);
    for (const node of found)
      for (const input of node.inputs) {
        const maker = this.makers.get(input);
        if (maker !== undefined && !known.has(maker)) found.add(maker);
      }
    return found;
  }
}

const node = (op: string, name: string, inputs: readonly string[], attributes = {}): OnnxNode => ({
  ...{ name: `${op}${name}`, op, inputs, attributes },
  outputs: [name],
});

const FLAT = `${INTERNAL}flat`;
const START = `${INTERNAL}start`;

/**
 * The barrier: nodes that pass the scalar `gate` on once all `awaited` values are computed. They concatenate
 * it with an empty slice of each.
 */
function waiting(gate: OnnxValue, awaited: readonly OnnxValue[], passed: string): OnnxNode[] {
  const empty = awaited.flatMap(({ name, type }, i) => {
    const [flat, none, cast] = ['flat', 'none', 'cast'].map(step => `${INTERNAL}${step}${i}`);
    return [
      node('Reshape', flat!, [name, FLAT]),
      node('Slice', none!, [flat!, START, START, START]),
      ...(type === gate.type ? [] : [node('Cast', cast!, [none!], { to: { int: 1 } })]),
    ];
  });
  const parts = awaited.map(({ type }, i) => `${INTERNAL}${type === gate.type ? 'none' : 'cast'}${i}`);
  const [number, joined] = [`${INTERNAL}number`, `${INTERNAL}joined`];
  return [
    ...empty,
    node('Reshape', number, [gate.name, FLAT]),
    node('Concat', joined, [number, ...parts], { axis: { int: 0 } }),
    node('Reshape', passed, [joined, `${INTERNAL}dims`]),
  ];
}

const vector = (name: string, values: readonly number[]) => ({
  ...{ name, type: 'int64' as const, dims: [values.length] },
  data: new Uint8Array(BigInt64Array.from(values, BigInt).buffer),
});

/**
 * The graph with a barrier: all that depends on one scalar input executes after every output that does not.
 */
function gated(graph: OnnxGraph, gate: OnnxValue, awaited: readonly OnnxValue[]): OnnxGraph {
  const late = new Flow(graph).after(gate.name);
  const passed = `${INTERNAL}passed`;
  const first = graph.nodes.filter(each => !late.has(each));
  const last = graph.nodes
    .filter(each => late.has(each))
    .map(each => ({ ...each, inputs: each.inputs.map(input => (input === gate.name ? passed : input)) }));
  return {
    ...graph,
    nodes: [...first, ...waiting(gate, awaited, passed), ...last],
    initializers: [
      ...graph.initializers,
      vector(FLAT, [-1]),
      vector(START, [0]),
      vector(`${INTERNAL}dims`, gate.dims),
    ],
  };
}

/**
 * Finds which inputs can be donated, and inserts a barrier where that lets more of them be: the new
 * parameters depend on the learning rate, which passes the barrier when everything else is computed. Values
 * are bit-identical.
 */
export function overwriting(graph: OnnxGraph, replacements: readonly Replacement[]): Overwriting {
  const flow = new Flow(graph);
  const replaced = new Set(replacements.map(({ output }) => output));
  const lateOutputs = ({ name }: OnnxValue): OnnxValue[] => {
    const late = flow.after(name);
    return graph.outputs.filter(output => late.has(flow.maker(output.name)!));
  };
  const gate = graph.inputs.find(input => {
    if (input.type !== 'float32' || sizeOf(input.dims) !== 1) return false;
    const late = lateOutputs(input);
    return late.length > 0 && late.every(({ name }) => replaced.has(name));
  });
  if (gate === undefined) return { graph, safe: replacements.filter(each => isSafe(flow, graph, each)) };
  const late = new Set(lateOutputs(gate));
  const whole = gated(
    graph,
    gate,
    graph.outputs.filter(output => !late.has(output)),
  );
  const after = new Flow(whole);
  const awaited = after.before(after.maker(`${INTERNAL}passed`)!);
  const lateNames = new Set([...late].map(({ name }) => name));
  const safe = replacements.filter(each =>
    isSafe(after, whole, each, lateNames.has(each.output) ? awaited : undefined),
  );
  return { graph: whole, safe };
}

/**
 * Whether all that may read the input has run when the output is written. Every node that depends on the
 * input counts as a reader, as operators may be fused, up to another output, which no fusion removes. The
 * operator that writes the output may read the input itself, element by element.
 */
function isSafe(
  flow: Flow,
  graph: OnnxGraph,
  { output, input }: Replacement,
  awaited?: ReadonlySet<OnnxNode>,
): boolean {
  const writer = flow.maker(output);
  const [from, to] = [graph.inputs.find(v => v.name === input), graph.outputs.find(v => v.name === output)];
  if (writer === undefined || from === undefined || to === undefined) return false;
  if (from.type !== to.type || String(from.dims) !== String(to.dims) || !ELEMENTWISE.has(writer.op))
    return false;
  const readers = flow.after(input, writer, awaited === undefined ? FEW : undefined);
  if (awaited === undefined && readers.size > FEW) return false;
  const done = flow.before(writer, awaited);
  return [...readers].every(
    reader => (done.has(reader) || awaited?.has(reader)) && !(VIEWS.has(reader.op) && flow.isOutput(reader)),
  );
}
