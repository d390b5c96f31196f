/** @file Turns ordinary tfjs code into a static graph by running it once on a backend that records. */
import * as tf from '@tensorflow/tfjs';
import { GraphBuilder } from './graph/builder.js';
import type { Graph, Node } from './graph/graph.js';
import type { Shape } from './graph/shapes.js';
import type { Specs } from './spec.js';
import { nodeOf, tensorOf } from './trace/backend.js';
import { recordInto } from './trace/session.js';
import { explain } from './trace/unknown.js';

export interface TraceOptions {
  /** Take constants that tfjs has rounded to float32 as they are, instead of refusing them. */
  readonly allowFloat32Constants?: boolean;
  /** Told the name of every tfjs kernel that was met, once each. */
  readonly onKernel?: (kernel: string) => void;
}

export type Traceable = (inputs: Record<string, tf.Tensor>) => Record<string, tf.Tensor>;

/** The nodes of the outputs; refuses what is no tensor. */
function outputsOf(outputs: Record<string, tf.Tensor>): Record<string, number> {
  if (typeof outputs !== 'object' || outputs === null || outputs instanceof Promise)
    throw new Error('trace: the traced function must return its outputs by name, at once (no promise)');
  if (outputs instanceof tf.Tensor)
    throw new Error('trace: the traced function must name its output: { y: tensor }');
  const entries = Object.entries(outputs);
  if (entries.length === 0) throw new Error('trace: the traced function must have an output, got none');
  return Object.fromEntries(
    entries.map(([name, tensor]) => {
      if (!(tensor instanceof tf.Tensor))
        throw new Error(
          `trace: output '${name}' must be a tensor, got ${tensor === null ? 'null' : typeof tensor}`,
        );
      return [name, nodeOf(tensor).id];
    }),
  );
}

function checkShape(name: string, shape: Shape): void {
  if (!shape.every(n => Number.isInteger(n) && n >= 0))
    throw new Error(`trace: input '${name}' must have a shape of non-negative integers, got [${shape}]`);
}

/**
 * The graph of `fn` for inputs of the given shapes: `fn` runs once, with gradients of any order inside it, on
 * tensors without values. Numbers reach the graph in full precision only through `constant()` of ops.ts; a
 * float32-rounded constant is refused. tfjs's backend and tensors are afterwards as they were before. Throws
 * one-line errors for what a static graph cannot hold: reading values, random numbers, variables, untraceable
 * kernels.
 */
export function trace(fn: Traceable, specs: Specs, options: TraceOptions = {}): Graph {
  const builder = new GraphBuilder();
  const kernels = new Set<string>();
  const allowFloat32Constants = options.allowFloat32Constants ?? false;
  const record = (): Graph => {
    const nodes: Record<string, Node> = {};
    for (const [name, spec] of Object.entries(specs)) {
      checkShape(name, spec.shape);
      nodes[name] = builder.add('Input', [], { name }, spec.shape, spec.dtype ?? 'float');
    }
    const tensors = Object.fromEntries(Object.entries(nodes).map(([name, node]) => [name, tensorOf(node)]));
    const outputs = outputsOf(fn(tensors));
    const inputs = Object.fromEntries(Object.entries(nodes).map(([name, node]) => [name, node.id]));
    return { nodes: builder.nodes, inputs, outputs };
  };
  try {
    let graph: Graph | undefined;
    recordInto({ builder, kernels, allowFloat32Constants }, () => {
      graph = record();
    });
    if (graph === undefined) throw new Error('trace: the traced function did not run');
    for (const kernel of kernels) options.onKernel?.(kernel);
    return graph;
  } catch (error) {
    throw explain(error);
  }
}
