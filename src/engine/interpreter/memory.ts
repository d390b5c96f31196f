/** @file Buffer assignment: which value lives in which buffer. */
import type { Graph } from '../graph/graph.js';
import { sizeOf } from '../graph/shapes.js';
import type { Plan } from './plan.js';

export interface Memory {
  /** Buffer number of every value that is no view and is read by a step or returned. */
  readonly slots: ReadonlyMap<number, number>;
  /** Length of each buffer. */
  readonly sizes: readonly number[];
}

/**
 * Values of equal size reuse buffers. A buffer is free after the last reader of its value; but only if all
 * its readers depend on the same graph inputs as itself: an update that runs a reader then also recomputes
 * the value.
 */
export function allot(graph: Graph, { steps, views }: Plan): Memory {
  const kept = new Set(Object.values(graph.outputs).map(id => views[id]!.base));
  const lastReader = new Map<number, number>();
  const masks = new Map<number, bigint>();
  steps.forEach((step, s) => {
    for (const id of step.writes) masks.set(id, step.mask);
    for (const id of step.reads) {
      lastReader.set(id, s);
      if (masks.get(id) !== step.mask) kept.add(id);
    }
  });
  const slots = new Map<number, number>();
  const sizes: number[] = [];
  const free = new Map<number, number[]>();
  const take = (id: number): void => {
    if (slots.has(id)) return;
    const size = sizeOf(graph.nodes[id]!.shape);
    const slot = kept.has(id) ? undefined : free.get(size)?.pop();
    slots.set(id, slot ?? sizes.push(size) - 1);
  };
  for (const id of Object.values(graph.inputs)) take(id);
  steps.forEach((step, s) => {
    for (const id of [...step.reads, ...step.writes]) take(id);
    for (const id of new Set(step.reads)) {
      if (kept.has(id) || lastReader.get(id) !== s) continue;
      const size = sizeOf(graph.nodes[id]!.shape);
      free.set(size, [...(free.get(size) ?? []), slots.get(id)!]);
    }
  });
  for (const id of kept) take(id);
  return { slots, sizes };
}
