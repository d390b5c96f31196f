/** @file Rewrites a graph into one that ONNX Runtime's CPU kernels run faster. */
import type { Graph } from '../graph.js';
import { optimise } from '../optimise.js';
import { bilinear } from './passes/bilinear.js';
import { layout } from './passes/layout.js';

/** All passes, in the order they are applied; each keeps values to rounding. */
export const CPU_PASSES = {
  bilinear: (graph: Graph) => bilinear(graph),
  layout,
} as const satisfies Record<string, (graph: Graph) => Graph>;

export type CpuPassName = keyof typeof CPU_PASSES;

/** Applies the passes once each, simplifying after each. */
export function specialise(graph: Graph, options: { readonly disable?: readonly CpuPassName[] } = {}): Graph {
  return Object.entries(CPU_PASSES)
    .filter(([name]) => !options.disable?.some(disabled => disabled === name))
    .reduce((current, [, pass]) => optimise(pass(current)), graph);
}
