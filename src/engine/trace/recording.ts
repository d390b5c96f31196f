/** @file The trace in progress, of which there is at most one. */

import type { GraphBuilder } from '../graph/builder.js';
import type { Node } from '../graph/graph.js';

/** What a trace in progress collects, and how strict it is. */
export interface Recording {
  readonly builder: GraphBuilder;
  readonly kernels: Set<string>;
  readonly allowFloat32Constants: boolean;
}

/** What tfjs carries around as the data of a traced tensor. */
export class TracedData {
  /** How many tensors and variables share it. */
  references = 1;

  constructor(
    readonly node: Node,
    readonly builder: GraphBuilder,
  ) {}
}

let current: Recording | undefined;

/** The trace in progress. */
export function recording(): Recording {
  if (current === undefined) throw new Error('trace: a traced tensor was used after its trace had ended');
  return current;
}

export function startRecording(into: Recording): void {
  if (current !== undefined) throw new Error('trace: a trace cannot be started inside another');
  current = into;
}

export function stopRecording(): void {
  current = undefined;
}
