/** @file What every executor of a graph offers. */

/** Numbers by name, row-major. */
export type Arrays = Readonly<Record<string, Float64Array>>;

/** A graph made ready to run in doubles, synchronously. */
export interface Float64Program {
  /**
   * Evaluates the graph. Every graph input must be given, with the size its shape asks for. The arrays
   * returned are fresh copies unless `borrow` was asked for at compilation: then they are the program's own
   * buffers, to be read only, and valid until the next run.
   */
  run(inputs: Arrays): Record<string, Float64Array>;
  /**
   * Evaluates the graph with the inputs of the last run or update, except those given here, and recomputes
   * only what depends on these (a ladder of step sizes costs one run and then the part behind the step).
   * Bit-identical to `run`. Throws before the first run. The result is lent or copied as that of `run`.
   */
  update(inputs: Arrays): Record<string, Float64Array>;
}
