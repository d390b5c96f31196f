/** @file How far two implementations are apart, tensor by tensor. */
import { EXPECT } from './layout.js';
import type { Outputs } from './mistakes/mistake.js';
import type { Tensors } from './vector.js';

/** Agreement is a relative error below this. */
export const LIMIT = 1e-9;

/** Where the expected norm is below `TINY` the absolute error counts, and must be below it. */
const TINY = 1e-12;

/** Relative errors by tensor, `expect.loss` and so on. */
export type Errors = Readonly<Record<string, number>>;

/** The Euclidean norm; the entries are divided by the largest first, so that nothing overflows. */
function norm(length: number, entry: (i: number) => number): number {
  let largest = 0;
  for (let i = 0; i < length; i++) {
    const size = Math.abs(entry(i));
    if (!(size <= largest)) largest = size; // NaN, too
  }
  if (largest === 0 || !Number.isFinite(largest)) return largest;
  let sum = 0;
  for (let i = 0; i < length; i++) sum += (entry(i) / largest) ** 2;
  return largest * Math.sqrt(sum);
}

/**
 * The norm of the difference over the norm of the expected. Where the latter is below 1e-12, 1000 times the
 * absolute difference: `LIMIT` then stands for 1e-12. Infinite where what was computed is not finite.
 */
export function relativeError(got: Float64Array, expected: Float64Array): number {
  const size = norm(expected.length, i => expected[i]!);
  const difference = norm(expected.length, i => got[i]! - expected[i]!);
  const error = size < TINY ? difference * (LIMIT / TINY) : difference / size;
  return Number.isFinite(error) ? error : Number.POSITIVE_INFINITY;
}

/** The errors of outputs against `expect.*`. */
export const compare = (outputs: Outputs, expected: Tensors): Errors =>
  Object.fromEntries(
    Object.entries(expected).map(([name, { data }]) => [
      name,
      relativeError(outputs[name.slice(EXPECT.length)]!, data),
    ]),
  );

/** The tensor with the largest error, and that error. */
export function worst(errors: Errors): readonly [tensor: string, error: number] {
  return Object.entries(errors).reduce((a, b) => (b[1] > a[1] ? b : a));
}

/** The tensors that do not agree. */
export const disagreeing = (errors: Errors): readonly string[] =>
  Object.keys(errors).filter(name => !(errors[name]! < LIMIT));
