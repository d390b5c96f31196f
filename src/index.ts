/** @file The public surface of the package. */
export type { Graph } from './engine/graph/graph.js';
export { NumberArray, type Numbers } from './engine/jit/array.js';
export { type Float64Options, float64 } from './engine/jit/float64.js';
export type { Input } from './engine/jit/inputs.js';
export type { ArgumentsOf, InputsOf, OutputsOf } from './engine/jit/types.js';
export { type JitOptions, type Jitted, jit } from './engine/jit.js';
export { constant, detach, logSoftmax } from './engine/ops.js';
export type { Spec, Specs } from './engine/spec.js';
export { type Traceable, type TraceOptions, trace } from './engine/trace.js';
