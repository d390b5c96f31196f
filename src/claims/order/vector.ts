/** @file The little vector arithmetic that order decisions need. */
import type { Vector } from './case.js';

/** The entries of a vector, a scalar being one entry. */
export function entries(v: Vector): ArrayLike<number> {
  return typeof v === 'number' ? [v] : v;
}

/** Largest absolute entry; NaN where an entry is NaN. */
export function maxAbs(v: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < v.length; i++) largest = Math.max(largest, Math.abs(v[i]!));
  return largest;
}

/** Euclidean norm without overflow or underflow. */
export function norm(v: ArrayLike<number>): number {
  const largest = maxAbs(v);
  if (largest === 0 || !Number.isFinite(largest)) return largest;
  let sum = 0;
  for (let i = 0; i < v.length; i++) sum += (v[i]! / largest) ** 2;
  return largest * Math.sqrt(sum);
}

export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** sum_k weights[k] * vectors[k]. */
export function combine(weights: ArrayLike<number>, vectors: readonly ArrayLike<number>[]): Float64Array {
  const out = new Float64Array(vectors[0]?.length ?? 0);
  vectors.forEach((v, k) => {
    for (let i = 0; i < out.length; i++) out[i]! += weights[k]! * v[i]!;
  });
  return out;
}
