/** @file What runs the steps of a run, whatever engine does the work. */
import type { TrainEngine } from './config.js';
import type { Measures } from './graphs.js';

/** Numbers by output name: `loss`, `term.kl`, ... */
export type Numbers = Record<string, number>;

export interface Batch {
  readonly x: Float32Array;
  readonly noise?: Float32Array;
}

/**
 * What is carried from step to step, by `param.NAME`, `statistics.NAME` and `state.NAME`; doubles on engine
 * float64.
 */
export type Carried = Record<string, Float32Array | Float64Array>;

export interface Runner {
  /**
   * One step; afterwards the new parameters, statistics and state are carried. Returns the loss and terms at
   * the old ones.
   */
  step(batch: Batch, rate: number): Promise<Numbers>;
  /** Loss, terms and measures of a batch of any size at the current parameters and running statistics. */
  evaluate(batch: Batch): Promise<Numbers>;
  /** The state carried now, to be read before the next step. */
  carried(): Carried;
  close(): Promise<void>;
}

export interface RunnerOptions {
  readonly engine: TrainEngine;
  readonly threads: number;
  readonly batchSize: number;
  readonly measures: Measures;
}
