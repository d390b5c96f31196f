/** @file Rewrites a graph into one that ONNX Runtime's CPU kernels run faster. */
import type { Graph } from '../graph.js';
import { optimise } from '../optimise.js';
import { LIMITS } from './passes/bilinear/choose.js';
import { bilinear } from './passes/bilinear.js';
import { layout } from './passes/layout.js';
import { products } from './passes/products.js';

type Without = (name: string) => boolean;

/** All passes, in the order they are applied; each keeps values to rounding. */
export const CPU_PASSES = {
  products: (graph: Graph) => products(graph),
  bilinear: (graph: Graph, without: Without) => bilinear(graph, LIMITS, !without('recompute')),
  layout: (graph: Graph) => layout(graph),
} as const satisfies Record<string, (graph: Graph, without: Without) => Graph>;

/** What can be left out: a pass, or `recompute`, by which `bilinear` saves memory. */
export type CpuPassName = keyof typeof CPU_PASSES | 'recompute';

/** Applies the passes once each, simplifying after each. */
export function specialise(graph: Graph, options: { readonly disable?: readonly CpuPassName[] } = {}): Graph {
  const without = (name: string): boolean => options.disable?.some(disabled => disabled === name) ?? false;
  return Object.entries(CPU_PASSES)
    .filter(([name]) => !without(name))
    .reduce((current, [, pass]) => optimise(pass(current, without)), graph);
}
