/** @file Anyone's tfjs function evaluated in doubles. */
import * as tf from '@tensorflow/tfjs';
import { compileFloat64 } from '../float64/compile.js';
import { NumberArray } from './array.js';
import { traceTree } from './compile.js';
import { type Given, signatureOf, takeArguments } from './inputs.js';
import { type Flat, rebuild } from './tree.js';
import type { ArgumentsOf, OutputsOf } from './types.js';

export interface Float64Options {
  /** Take numbers that tfjs has rounded to float32 as they are: results are then good to about 1e-8 only. */
  readonly allowFloat32Constants?: boolean;
}

function doubles({ value }: Given): Float64Array {
  if (typeof value === 'number') return Float64Array.of(value);
  if (value instanceof tf.Tensor) return Float64Array.from(value.dataSync());
  const data = value instanceof NumberArray ? value.data : value;
  return data instanceof Float64Array ? data : Float64Array.from(data);
}

/**
 * The same function in double precision, evaluated at once. Numbers other than short binary fractions must
 * come as arguments or from `constant()`: tfjs rounds all others to float32, which is refused.
 */
export function float64<Args extends readonly unknown[], Out>(
  fn: (...args: Args) => Out,
  { allowFloat32Constants = false }: Float64Options = {},
): (...args: ArgumentsOf<Args>) => OutputsOf<Out> {
  const programs = new Map<string, (args: readonly Flat<Given>[]) => unknown>();

  function compile(args: readonly Flat<Given>[]): (args: readonly Flat<Given>[]) => unknown {
    const { graph, result } = traceTree(fn as (...args: never[]) => unknown, args, { allowFloat32Constants });
    const program = compileFloat64(graph);
    return current => {
      const leaves = current.flatMap(arg => Object.entries(arg.leaves));
      const outputs = program.run(Object.fromEntries(leaves.map(([path, leaf]) => [path, doubles(leaf)])));
      const arrays = Object.entries(outputs).map(([name, data]) => {
        const { shape, dtype } = graph.nodes[graph.outputs[name]!]!;
        return [name, new NumberArray(data, shape, dtype)] as const;
      });
      return rebuild(result, Object.fromEntries(arrays));
    };
  }

  return (...given) => {
    const args = takeArguments(given);
    const signature = signatureOf(args);
    const run = programs.get(signature) ?? compile(args);
    programs.set(signature, run);
    return run(args) as OutputsOf<Out>;
  };
}
