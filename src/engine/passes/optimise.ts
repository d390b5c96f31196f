/** @file Simplifies a graph without changing its values. */
import type { Graph } from '../graph/graph.js';
import { cse } from './cse.js';
import { dce } from './dce.js';
import { fold } from './fold.js';

/**
 * All passes, in the order they are applied. A pass returns the very graph it was given when there was
 * nothing to do.
 */
export const PASSES = { fold, cse, dce } as const satisfies Record<string, (graph: Graph) => Graph>;

export type PassName = keyof typeof PASSES;

/** Rounds after which a graph is taken as it is; two or three are usual. */
const MAX_ROUNDS = 10;

/**
 * Applies the passes over and over until none changes the graph. Outputs keep their values to a few ulp (see
 * `fold`); inputs stay, used or not.
 */
export function optimise(graph: Graph, options: { readonly disable?: readonly PassName[] } = {}): Graph {
  const passes = Object.entries(PASSES).filter(
    ([name]) => !options.disable?.some(disabled => disabled === name),
  );
  let current = graph;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const before = current;
    for (const [, pass] of passes) current = pass(current);
    if (current === before) break;
  }
  return current;
}
