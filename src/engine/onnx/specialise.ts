/** @file Rewrites a graph into one that ONNX Runtime's CPU kernels run faster. */
import type { Graph } from '../graph/graph.js';
import { optimise } from '../passes/optimise.js';
import { bilinear } from './passes/bilinear.js';
import { layout } from './passes/layout.js';
import { masks } from './passes/masks.js';
import { products } from './passes/products.js';
import { recompute } from './passes/recompute.js';

/** All passes that change what is computed, in the order they are applied; each keeps values to rounding. */
export const CPU_PASSES = {
  masks,
  products,
  bilinear: (graph: Graph) => bilinear(graph),
  layout,
} as const satisfies Record<string, (graph: Graph) => Graph>;

/** What can be left out. */
export type CpuPassName = keyof typeof CPU_PASSES | 'recompute';

/**
 * Applies the passes once each, simplifying after each. Nothing may be simplified after `recompute`, which
 * comes last.
 */
export function specialise(graph: Graph, options: { readonly disable?: readonly CpuPassName[] } = {}): Graph {
  const without = (name: string): boolean => options.disable?.some(disabled => disabled === name) ?? false;
  const specialised = Object.entries(CPU_PASSES)
    .filter(([name]) => !without(name))
    .reduce((current, [, pass]) => optimise(pass(current)), graph);
  return without('recompute') ? specialised : recompute(specialised);
}
