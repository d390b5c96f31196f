/** @file Makes a graph runnable as it stands: plan, buffers, generated loops. */
import type { Graph, Node } from '../graph/graph.js';
import { sizeOf } from '../graph/shapes.js';
import { uniformValue } from '../graph/uniform.js';
import type { Float64Program } from '../program.js';
import { emit } from './emit.js';
import { bindKernel } from './kernels.js';
import { allot } from './memory.js';
import { type Plan, plan } from './plan.js';
import { Ports } from './ports.js';
import { SCALAR_LIBRARY } from './scalar.js';

/** What does not depend on one program's buffers; kept for as long as its graph. */
interface Prepared {
  readonly plan: Plan;
  readonly memory: ReturnType<typeof allot>;
  /** Given the buffers, the functions of all loop steps in order. */
  readonly loops: (buffers: readonly Float64Array[], library: typeof SCALAR_LIBRARY) => (() => void)[];
}

const prepared = new WeakMap<Graph, Prepared>();

function prepare(graph: Graph): Prepared {
  const known = prepared.get(graph);
  if (known) return known;
  const schedule = plan(graph);
  const memory = allot(graph, schedule);
  // Equal text, as graphs of equal shapes have, costs nothing the second time: V8 keeps what it compiled.
  const loops = new Function('buffers', 'library', emit(schedule, memory)) as Prepared['loops'];
  const made = { plan: schedule, memory, loops };
  prepared.set(graph, made);
  return made;
}

/** Bytes of the buffers that a program of this graph would allocate. */
export const bufferBytes = (graph: Graph): number =>
  prepare(graph).memory.sizes.reduce((sum, size) => sum + size * Float64Array.BYTES_PER_ELEMENT, 0);

/** The numbers of a constant, all of them. */
function constantValues(node: Node<'Constant'>): Float64Array {
  const value = uniformValue(node);
  return value === undefined ? node.attrs.values : new Float64Array(sizeOf(node.shape)).fill(value);
}

/** The graph as it stands, without passes; see `compileFloat64`. */
export function interpret(graph: Graph, borrow: boolean): Float64Program {
  const { plan: schedule, memory, loops } = prepare(graph);
  const buffers: Float64Array[] = memory.sizes.map(() => EMPTY);
  memory.slots.forEach((slot, id) => {
    const node = graph.nodes[id]!;
    if (node.op === 'Constant') buffers[slot] = constantValues(node);
    else if (buffers[slot] === EMPTY) buffers[slot] = new Float64Array(memory.sizes[slot]!);
  });
  const bufferOf = (id: number): Float64Array => buffers[memory.slots.get(id)!]!;
  const dense = (id: number): Float64Array => {
    const { base, offset } = schedule.views[id]!;
    const size = sizeOf(graph.nodes[id]!.shape);
    const buffer = bufferOf(base);
    return offset === 0 && buffer.length === size ? buffer : buffer.subarray(offset, offset + size);
  };
  const generated = loops(buffers, SCALAR_LIBRARY);
  let next = 0;
  const steps = schedule.steps.map(step => {
    if (step.kind === 'loop') return generated[next++]!;
    const { node } = step;
    return bindKernel(
      node,
      node.inputs.map(id => graph.nodes[id]!.shape),
      node.inputs.map(dense),
      bufferOf(node.id),
    );
  });
  const ports = new Ports(graph, bufferOf);
  const results = Object.fromEntries(Object.entries(graph.outputs).map(([name, id]) => [name, dense(id)]));

  const answer = (): Record<string, Float64Array> => {
    if (borrow) return results;
    const copies: Record<string, Float64Array> = {};
    for (const name in results) copies[name] = results[name]!.slice();
    return copies;
  };
  const partial = new Map<bigint, (() => void)[]>();
  const dependents = (names: readonly string[]): (() => void)[] => {
    const mask = names.reduce((m, name) => m | schedule.bits[name]!, 0n);
    const chosen = partial.get(mask) ?? steps.filter((_, s) => (schedule.steps[s]!.mask & mask) !== 0n);
    partial.set(mask, chosen);
    return chosen;
  };
  let complete = false;
  return {
    run(inputs) {
      complete = false;
      ports.loadAll(inputs);
      for (let s = 0; s < steps.length; s++) steps[s]!();
      complete = true;
      return answer();
    },
    update(inputs) {
      if (!complete) throw new Error('float64: update starts from a finished run, got none - call run first');
      complete = false;
      const chosen = dependents(ports.load(inputs));
      for (let s = 0; s < chosen.length; s++) chosen[s]!();
      complete = true;
      return answer();
    },
  };
}

const EMPTY = new Float64Array(0);
