/** @file What to compute in which order: fused elementwise loops and kernels. */
import { type Graph, isElementwise, type Node } from '../graph/graph.js';
import type { ElementwiseOp } from '../graph/ops.js';
import { broadcastStrides, type Shape, stridesOf } from '../graph/shapes.js';
import { uniformValue } from '../graph/uniform.js';
import { isKernel, type KernelOp } from './kernels.js';
import { layOut } from './layout.js';
import { squeeze, type View } from './view.js';

/**
 * An operand of a fused loop: the result of an earlier member of the same loop, a number, or elements of a
 * buffer.
 */
export type Operand =
  | { readonly kind: 'local'; readonly id: number }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'load'; readonly view: View };

/** A value computed in a fused loop; without a node it is the copy of its operand. */
export interface Member {
  readonly id: number;
  readonly node?: Node<ElementwiseOp>;
  readonly operands: readonly Operand[];
}

interface Scheduled {
  /** Values that must be there before, and values written. */
  readonly reads: readonly number[];
  readonly writes: readonly number[];
  /** One bit for each graph input that the step depends on. */
  readonly mask: bigint;
}

export interface LoopStep extends Scheduled {
  readonly kind: 'loop';
  /** Without dimensions of size 1. */
  readonly shape: Shape;
  readonly members: readonly Member[];
}

export interface KernelStep extends Scheduled {
  readonly kind: 'kernel';
  readonly node: Node<KernelOp>;
  readonly inputs: readonly View[];
}

export type Step = LoopStep | KernelStep;

export interface Plan {
  readonly steps: readonly Step[];
  readonly views: readonly View[];
  /** The bit of each graph input in the masks. */
  readonly bits: Readonly<Record<string, bigint>>;
}

/**
 * Loops are cut after this many values: one loop over a hundred parameters is no faster and hard on the
 * compiler.
 */
const MAX_MEMBERS = 48;

/** Where a value stands in the schedule. Values of equal slot share a loop. */
interface Place {
  readonly mask: bigint;
  readonly level: number;
  /** Squeezed shape of values computed in loops. */
  readonly shape?: string;
}

/**
 * Schedules a graph. Elementwise values of one shape join one loop when no kernel lies between them: a
 * value's level is the number of loops and kernels that must come before it. Only values that depend on the
 * same inputs share a loop, so that an update of some inputs runs no more than it must.
 */
export function plan(graph: Graph): Plan {
  const { nodes } = graph;
  const outputs = Object.values(graph.outputs);
  const { views, sources } = layOut(
    graph,
    new Set([...outputs, ...nodes.filter(isKernel).flatMap(n => n.inputs)]),
  );
  const bits = Object.fromEntries(Object.keys(graph.inputs).map((name, i) => [name, 1n << BigInt(i)]));
  const places: Place[] = [];
  const kernels: { step: Omit<KernelStep, 'writes'>; level: number }[] = [];
  const groups = new Map<string, { level: number; mask: bigint; shape: number[]; members: Member[] }[]>();
  const home = new Map<number, readonly Member[]>();

  for (const node of nodes) {
    const from = sources.get(node.id);
    if (node.op === 'Input') places.push({ mask: bits[node.attrs.name]!, level: 0 });
    else if (node.op === 'Constant') places.push({ mask: 0n, level: 0 });
    else if (isKernel(node)) {
      const inputs = node.inputs.map(id => views[id]!);
      const reads = inputs.map(view => view.base);
      const mask = reads.reduce((m, id) => m | places[id]!.mask, 0n);
      const level = 1 + Math.max(0, ...reads.map(id => places[id]!.level));
      places.push({ mask, level });
      kernels.push({ step: { kind: 'kernel', node, inputs, reads, mask }, level });
    } else if (isElementwise(node) || from !== undefined) {
      const inputs = from ? [from] : node.inputs.map(id => spread(views[id]!, nodes[id]!.shape, node.shape));
      place(
        node,
        inputs.map(view => ({ ...view, strides: squeeze(view.strides, node.shape) })),
      );
    } else places.push(places[views[node.id]!.base]!);
  }

  function place(node: Node, inputs: readonly View[]): void {
    const shape = squeeze(node.shape, node.shape);
    const key = shape.join();
    const operands = inputs.filter(view => uniformValue(nodes[view.base]!) === undefined);
    const mask = operands.reduce((m, view) => m | places[view.base]!.mask, 0n);
    const dense = stridesOf(shape);
    const joins = (view: View): boolean => {
      const { mask: m, shape: s } = places[view.base]!;
      return m === mask && s === key && view.strides.every((stride, i) => stride === dense[i]);
    };
    const level = operands.reduce(
      (l, view) => Math.max(l, places[view.base]!.level + (joins(view) ? 0 : 1)),
      0,
    );
    places.push({ mask, level, shape: key });
    const slot = `${level}|${key}|${mask}`;
    const parts = groups.get(slot) ?? [];
    groups.set(slot, parts);
    if (parts.length === 0 || parts.at(-1)!.members.length >= MAX_MEMBERS)
      parts.push({ level, mask, shape, members: [] });
    const { members } = parts.at(-1)!;
    home.set(node.id, members);
    members.push({
      id: node.id,
      ...(isElementwise(node) ? { node } : {}),
      operands: inputs.map((view): Operand => {
        const value = uniformValue(nodes[view.base]!);
        if (value !== undefined) return { kind: 'number', value };
        return joins(view) && home.get(view.base) === members
          ? { kind: 'local', id: view.base }
          : { kind: 'load', view };
      }),
    });
  }

  const loops = [...groups.values()].flat().map(({ level, mask, shape, members }) => {
    const reads = members.flatMap(m => m.operands.flatMap(o => (o.kind === 'load' ? [o.view.base] : [])));
    return { level, step: { kind: 'loop' as const, shape, members, mask, reads: [...new Set(reads)] } };
  });
  const unfinished = [...kernels, ...loops];
  const wanted = new Set([
    ...outputs.map(id => views[id]!.base),
    ...unfinished.flatMap(({ step }) => step.reads),
  ]);
  const steps = unfinished
    .sort((a, b) => a.level - b.level || firstId(a.step) - firstId(b.step))
    .map(({ step }): Step => {
      if (step.kind === 'kernel') return { ...step, writes: [step.node.id] };
      return { ...step, writes: step.members.map(m => m.id).filter(id => wanted.has(id)) };
    });
  return { steps, views, bits };
}

const firstId = (step: Omit<KernelStep, 'writes'> | Omit<LoopStep, 'writes'>): number =>
  step.kind === 'kernel' ? step.node.id : step.members[0]!.id;

const spread = (view: View, from: Shape, to: Shape): View => ({
  ...view,
  strides: broadcastStrides(view.strides, from, to),
});
