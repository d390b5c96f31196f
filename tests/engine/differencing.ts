/**
 * @file Derivatives of traced functions two ways: by tracing tfjs's gradient, and by differencing in float64.
 */
import * as tf from '@tensorflow/tfjs';
import { compileFloat64 } from '../../src/engine/float64/compile.js';
import { constant } from '../../src/engine/ops.js';
import type { Arrays } from '../../src/engine/program.js';
import type { Specs } from '../../src/engine/spec.js';
import { trace } from '../../src/engine/trace.js';
import { spreadNumbers } from './op-table/case.js';

type Inputs = Record<string, tf.Tensor>;
export type Scalar = (inputs: Inputs) => tf.Tensor;

/** The gradients of f with respect to the named inputs, by name. */
export function gradientsOf(f: Scalar, names: readonly string[]): (inputs: Inputs) => Inputs {
  return inputs => {
    const along = tf.grads((...xs: tf.Tensor[]) =>
      f({ ...inputs, ...Object.fromEntries(names.map((n, i) => [n, xs[i]!])) }),
    );
    const gradients = along(names.map(name => inputs[name]!));
    return Object.fromEntries(names.map((name, i) => [name, gradients[i]!]));
  };
}

/** A weighted sum of all partial derivatives of f: a scalar again, one order up. */
export function slopeOf(f: Scalar, names: readonly string[]): Scalar {
  const gradients = gradientsOf(f, names);
  return inputs =>
    Object.values(gradients(inputs))
      .map((g, i) => tf.sum(tf.mul(g, constant(spreadNumbers(g.size, i + 3), g.shape))))
      .reduce((a, b) => tf.add(a, b));
}

/** Evaluates what `fn` gives by name, in float64. */
export const evaluate = (
  fn: (inputs: Inputs) => Inputs,
  specs: Specs,
  values: Arrays,
): Record<string, Float64Array> => compileFloat64(trace(fn, specs)).run(values);

// Sixth-order central difference: f'(x) h = sum of c_k (f(x + k h) - f(x - k h)) + O(h^7).
const STENCIL = [3 / 4, -3 / 20, 1 / 60] as const;
const STEP = 2 ** -8;

/** The gradients of f by central differences of order 6. */
export function differencesOf(
  f: Scalar,
  names: readonly string[],
  specs: Specs,
  values: Arrays,
): Record<string, Float64Array> {
  const program = compileFloat64(trace(inputs => ({ y: f(inputs) }), specs));
  const at = (name: string, index: number, x: number): number => {
    const moved = Float64Array.from(values[name]!);
    moved[index] = x;
    return program.run({ ...values, [name]: moved }).y![0]!;
  };
  const partial = (name: string, x: number, index: number): number =>
    STENCIL.reduce((sum, c, i) => {
      const h = (i + 1) * STEP;
      return sum + (c * (at(name, index, x + h) - at(name, index, x - h))) / STEP;
    }, 0);
  return Object.fromEntries(names.map(name => [name, values[name]!.map((x, i) => partial(name, x, i))]));
}

/** The largest difference between two sets of gradients, relative to the largest entry (at least 1). */
export function relativeError(got: Arrays, want: Arrays): number {
  const scale = Math.max(1, ...Object.values(want).flatMap(values => [...values.map(Math.abs)]));
  const errors = Object.entries(want).flatMap(([name, values]) => [
    ...values.map((x, i) => Math.abs(x - (got[name]?.[i] ?? Number.NaN))),
  ]);
  return Math.max(...errors) / scale;
}
