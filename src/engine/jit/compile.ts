/** @file A function of tensors in records and lists as a graph with named inputs and outputs. */
import * as tf from '@tensorflow/tfjs';
import type { Graph } from '../graph/graph.js';
import { type TraceOptions, trace } from '../trace.js';
import type { Given } from './inputs.js';
import { type Flat, flatten, isBranch, kindOf, rebuild, type Structure } from './tree.js';

export interface Traced {
  readonly graph: Graph;
  /** How the function's result is put together of the graph's outputs. */
  readonly result: Structure;
}

function outputOf(value: unknown, path: string): tf.Tensor | undefined {
  if (value instanceof tf.Tensor) return value;
  if (isBranch(value)) return undefined;
  throw new Error(`result: ${path} must be a tensor, got ${kindOf(value)}`);
}

function checkPromise(result: unknown): void {
  if (!(result instanceof Promise)) return;
  // what it was waiting for fails too, with nobody to hear of it
  result.catch(() => {});
  throw new Error(
    'result: the function must return its tensors at once, got a promise - no await: a graph holds ' +
      'no values to wait for',
  );
}

/**
 * Runs the function once on tensors without values. Throws for what a static graph cannot hold (see `trace`).
 */
export function traceTree(
  fn: (...args: never[]) => unknown,
  args: readonly Flat<Given>[],
  options: TraceOptions,
): Traced {
  const given = args.flatMap(({ leaves }) => Object.entries(leaves));
  const specs = Object.fromEntries(given.map(([path, { spec }]) => [path, spec]));
  let structure: Structure = { kind: 'absent' };
  const graph = trace(
    inputs => {
      const result = fn(...(args.map(arg => rebuild(arg.structure, inputs)) as never[]));
      checkPromise(result);
      const flat = flatten(result, 'out', outputOf);
      structure = flat.structure;
      return flat.leaves;
    },
    specs,
    options,
  );
  return { graph, result: structure };
}
