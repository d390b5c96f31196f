/** @file What every executor of a graph offers. */

/** Numbers by name, row-major. */
export type Arrays = Readonly<Record<string, Float64Array>>;

/** A graph made ready to run in doubles, synchronously. */
export interface Float64Program {
  /**
   * Evaluates the graph. Every graph input must be given, with the size its shape asks for.
   * The arrays returned are fresh copies unless `borrow` was asked for at compilation: then they are the program's own
   * buffers, valid until the next run.
   */
  run(inputs: Arrays): Record<string, Float64Array>;
}
