/** @file How many numbers of a graph are alive at once. */
import { type Graph, sizeOf } from './graph.js';

/**
 * The most numbers that are alive at once when a graph is evaluated in its order, each value from its node to its last
 * reader, outputs to the end; inputs and constants apart, which are there anyway.
 */
export function liveNumbers({ nodes, inputs, outputs }: Graph): number {
  const lastReader = new Map<number, number>();
  for (const node of nodes) for (const id of node.inputs) lastReader.set(id, node.id);
  for (const id of Object.values(outputs)) lastReader.set(id, nodes.length);
  const given = new Set(Object.values(inputs));
  const counts = (id: number): boolean => !given.has(id) && nodes[id]!.op !== 'Constant';
  const dying = new Map<number, number[]>();
  for (const [id, reader] of lastReader)
    if (counts(id)) dying.set(reader, [...(dying.get(reader) ?? []), id]);
  let [alive, most] = [0, 0];
  for (const { id, shape } of nodes) {
    if (counts(id)) alive += sizeOf(shape);
    most = Math.max(most, alive);
    for (const dead of dying.get(id) ?? []) alive -= sizeOf(nodes[dead]!.shape);
  }
  return most;
}
