/** @file The reference engine: a graph evaluated in doubles. */
import type { Graph } from '../graph/graph.js';
import { bufferBytes, interpret } from '../interpreter/interpret.js';
import { optimise } from '../passes/optimise.js';
import type { Float64Program } from '../program.js';

export interface Float64Options {
  /** Return the program's own buffers instead of copies: no allocation in a run. */
  readonly borrow?: boolean;
  /** Apply the passes of `optimise` first; default true. */
  readonly optimise?: boolean;
}

const optimised = new WeakMap<Graph, Graph>();

function optimisedOnce(graph: Graph): Graph {
  const known = optimised.get(graph) ?? optimise(graph);
  optimised.set(graph, known);
  return known;
}

/**
 * Compiles a graph to JavaScript on Float64Array. Elementwise operations are fused into generated loops; the
 * rest are library kernels. Values share buffers where their lives do not overlap. What is generated is kept
 * as long as the graph, so compiling a graph again only allocates; every program has buffers of its own.
 */
export function compileFloat64(graph: Graph, options: Float64Options = {}): Float64Program {
  return interpret(options.optimise === false ? graph : optimisedOnce(graph), options.borrow ?? false);
}

/** Bytes that the buffers of `compileFloat64(graph)` will take; nothing is allocated yet. */
export const float64Bytes = (graph: Graph): number => bufferBytes(optimisedOnce(graph));
