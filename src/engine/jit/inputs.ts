/** @file The arguments of a compiled function: what may be given, and what is known of it before a run. */
import * as tf from '@tensorflow/tfjs';
import type { Spec } from '../spec.js';
import { NumberArray } from './array.js';
import { type Flat, flatten, isBranch, kindOf } from './tree.js';

/**
 * A number is a scalar and a typed array a vector; a matrix is a `NumberArray` or a tensor. Int32Array holds
 * integers.
 */
export type Input = number | Float32Array | Float64Array | Int32Array | NumberArray | tf.Tensor;

export interface Given {
  readonly spec: Spec;
  readonly value: Input;
}

const isTyped = (value: unknown): value is Float32Array | Float64Array | Int32Array =>
  value instanceof Float32Array || value instanceof Float64Array || value instanceof Int32Array;

function dtypeOf(dtype: string, path: string): 'float' | 'int' {
  if (dtype === 'float' || dtype === 'float32') return 'float';
  if (dtype === 'int' || dtype === 'int32') return 'int';
  throw new Error(`arguments: ${path} must hold floats or integers, got ${dtype} - cast it to float32`);
}

function givenOf(value: unknown, path: string): Given | undefined {
  if (typeof value === 'number') return { spec: { shape: [] }, value };
  if (isTyped(value)) {
    const dtype = value instanceof Int32Array ? 'int' : 'float';
    return { spec: { shape: [value.length], dtype }, value };
  }
  if (value instanceof tf.Tensor || value instanceof NumberArray)
    return { spec: { shape: [...value.shape], dtype: dtypeOf(value.dtype, path) }, value };
  if (Array.isArray(value) && value.length > 0 && value.every(item => typeof item === 'number'))
    throw new Error(
      `arguments: ${path} must not be a list of plain numbers - give Float32Array.of(...) for a vector`,
    );
  if (isBranch(value)) return undefined;
  throw new Error(
    `arguments: ${path} must be a number, a Float32Array, Float64Array, Int32Array, NumberArray or ` +
      'tensor, or records and lists ' +
      `of these, got ${kindOf(value)} - let the function close over what is no number`,
  );
}

/** The arguments taken apart; paths begin with `arg0`, `arg1`, ... */
export function takeArguments(args: readonly unknown[]): Flat<Given>[] {
  return args.map((arg, i) => flatten(arg, `arg${i}`, givenOf));
}

/** Same key: same structure, shapes and kinds of numbers, hence the same graph. */
export const signatureOf = (args: readonly Flat<Given>[]): string =>
  JSON.stringify(
    args.map(({ structure, leaves }) => [structure, Object.values(leaves).map(({ spec }) => spec)]),
  );
