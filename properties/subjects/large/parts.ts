/**
 * @file Gradients of a large network by part, and sketches of them: millions of entries by sixty-four sums.
 */
import type * as tf from '@tensorflow/tfjs';
import { gradients } from '../../../src/core/derivatives.js';
import type { Params } from '../../../src/core/net/network.js';
import type { Arrays } from '../../../src/engine/program.js';
import { partOf, prefixed } from '../network/network.js';

/** With one variance for all codes there is no scale head. */
export type LargePart = 'z' | 'phi' | 'theta';

/** Outputs `<prefix>.*`: the gradient of a loss with respect to the parameters of these parts alone. */
export function partGradients(
  prefix: string,
  parts: readonly LargePart[],
  params: Params,
  loss: (params: Params) => tf.Tensor,
): Record<string, tf.Tensor> {
  const chosen = Object.entries(params).filter(([name]) => parts.some(part => part === partOf(name)));
  const live = gradients(
    given => ({ loss: loss({ ...params, ...given }), aux: {} }),
    Object.fromEntries(chosen),
  );
  return prefixed(prefix, live.grads);
}

const SUMS = 64;

/**
 * The place of entry i: well mixed, the same everywhere. The low six bits say which sum it is in, the next
 * one its sign.
 */
function place(i: number): number {
  let h = Math.imul(i + 1, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 15), 0x85ebca77);
  return h ^ (h >>> 13);
}

/**
 * Signed sums of the entries of `<prefix>.*` in one part, and behind them the 2-norm of all entries. The sums
 * are linear in the entries and miss no direction: orders and constants are those of the whole vector. They
 * are compensated, so that sketches may be subtracted where vectors would be.
 */
export function sketch(outputs: Arrays, prefix: string, part: LargePart): Float64Array {
  const [sums, rest] = [new Float64Array(SUMS + 1), new Float64Array(SUMS)];
  let [i, squares] = [0, 0];
  for (const [name, values] of Object.entries(outputs)) {
    if (!name.startsWith(`${prefix}.`) || partOf(name.slice(prefix.length + 1)) !== part) continue;
    for (let k = 0; k < values.length; k++) {
      const value = values[k]!;
      squares += value * value;
      const h = place(i++);
      const at = h & (SUMS - 1);
      const term = ((h & SUMS) === 0 ? value : -value) - rest[at]!;
      const sum = sums[at]! + term;
      rest[at] = sum - sums[at]! - term;
      sums[at] = sum;
    }
  }
  sums[SUMS] = Math.sqrt(squares);
  return sums;
}

/** The sums of a sketch. */
export const sumsOf = (sketched: Float64Array): Float64Array => sketched.subarray(0, SUMS);

/** The 2-norm of what was sketched. */
export const sizeOf = (sketched: Float64Array): number => sketched[SUMS]!;

/** The sums of a difference. */
export const differenceOf = (a: Float64Array, b: Float64Array): Float64Array =>
  sumsOf(a).map((x, k) => x - b[k]!);
