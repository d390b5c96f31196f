/**
 * @file What the tests of core share: traced functions run in float64, deterministic numbers, differences.
 */
import type * as tf from '@tensorflow/tfjs';
import * as assert from 'uvu/assert';
import type { ParamShapes, Params } from '../../src/core/net/network.js';
import { compileFloat64 } from '../../src/engine/float64/compile.js';
import { trace } from '../../src/engine/trace.js';

export interface Values {
  readonly shape: readonly number[];
  readonly values: Float64Array;
}

export type Named = Readonly<Record<string, Values>>;
export type Traced = (inputs: Record<string, tf.Tensor>) => Record<string, tf.Tensor>;

export const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

export const values = (shape: readonly number[], numbers: Iterable<number>): Values => {
  const array = Float64Array.from(numbers);
  assert.is(array.length, sizeOf(shape), `values do not fill [${shape}]`);
  return { shape, values: array };
};

export const scalarOf = (value: number): Values => values([], [value]);

/** Evenly distributed numbers in (-1, 1), the same in every run (mulberry32). */
export function uniforms(seed: number): () => number {
  let state = (seed * 0x9e3779b1) | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (((t ^ (t >>> 14)) >>> 0) + 0.5) / 2 ** 31 - 1;
  };
}

export const draw = (seed: number, shape: readonly number[], size = 1): Values => {
  const next = uniforms(seed);
  return values(
    shape,
    Array.from({ length: sizeOf(shape) }, () => size * next()),
  );
};

/** Parameters of a network as inputs `param.NAME`. */
export const drawParams = (seed: number, shapes: ParamShapes, size = 0.7): Named =>
  Object.fromEntries(
    Object.entries(shapes).map(([name, shape], i) => [`param.${name}`, draw(seed + 7919 * i, shape, size)]),
  );

/** The inputs called `param.NAME` as parameters. */
export const paramsOf = (inputs: Record<string, tf.Tensor>): Params =>
  Object.fromEntries(
    Object.entries(inputs)
      .filter(([name]) => name.startsWith('param.'))
      .map(([name, tensor]) => [name.slice('param.'.length), tensor]),
  );

export const prefixed = (prefix: string, tensors: Params): Record<string, tf.Tensor> =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [prefix + name, tensor]));

/** The function in float64, for inputs shaped as the examples. */
export function compiled(fn: Traced, examples: Named): (inputs: Named) => Record<string, Float64Array> {
  const program = compileFloat64(trace(fn, examples));
  return inputs => program.run(Object.fromEntries(Object.entries(inputs).map(([k, v]) => [k, v.values])));
}

export const run = (fn: Traced, inputs: Named): Record<string, Float64Array> => compiled(fn, inputs)(inputs);

export function norm(x: Iterable<number>): number {
  return Math.hypot(...x);
}

/** |a - b| / |b|, or |a - b| where b is tiny. */
export function relativeError(a: Float64Array, b: Float64Array): number {
  assert.is(a.length, b.length);
  const size = norm(b);
  const difference = norm(a.map((x, i) => x - b[i]!));
  return size < 1e-12 ? difference : difference / size;
}

export function close(a: Iterable<number>, b: Iterable<number>, tolerance: number, what = ''): void {
  const error = relativeError(Float64Array.from(a), Float64Array.from(b));
  assert.ok(
    error <= tolerance,
    `${what}: relative error ${error} above ${tolerance}: [${[...a]}] for [${[...b]}]`,
  );
}

export function finite(outputs: Record<string, Float64Array>): void {
  for (const [name, array] of Object.entries(outputs))
    assert.ok(array.every(Number.isFinite), `${name} must be finite, got [${array}]`);
}

/** Derivative at 0 of a function of one number: a central difference of sixth order. */
export function slope(f: (t: number) => number, h = 2e-3): number {
  const d = (k: number): number => f(k * h) - f(-k * h);
  return (45 * d(1) - 9 * d(2) + d(3)) / (60 * h);
}

/** inputs + t * direction, for the inputs that the direction names. */
export const moved = (inputs: Named, direction: Named, t: number): Named =>
  Object.fromEntries(
    Object.entries(inputs).map(([name, { shape, values: x }]) => {
      const v = direction[name]?.values;
      return [name, { shape, values: v === undefined ? x : x.map((xi, i) => xi + t * v[i]!) }];
    }),
  );
