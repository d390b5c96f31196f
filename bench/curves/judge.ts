/** @file How far a loss curve is from those of PyTorch, in units of what PyTorch's own differ by. */
import type { Curve } from './runs.js';

/** Our distance from the exact curve over PyTorch's spread: the largest difference between two of its own curves. */
export interface Judged {
  /** The largest distance of all steps over the largest spread of all steps. */
  readonly largest: number;
  /** Root mean squares over the steps, the one over the other. */
  readonly typical: number;
  /** The largest distance at a step over the largest spread up to that step, and the step, from 1. */
  readonly soFar: number;
  readonly step: number;
}

const rootMeanSquare = (values: readonly number[]): number =>
  Math.sqrt(values.reduce((sum, x) => sum + x * x, 0) / values.length);

/**
 * Compares with the curve in float64. Curves cross, and the first units that change sign are a matter of luck, so a single
 * step says little: `soFar` is above 2 whenever they do so a step earlier than in PyTorch.
 */
export function judge(curve: Curve, exact: Curve, others: readonly Curve[]): Judged {
  const distances = curve.map((loss, step) => Math.abs(loss - exact[step]!));
  const spreads = exact.map((loss, step) => {
    const values = [loss, ...others.map(other => other[step]!)];
    return Math.max(...values) - Math.min(...values);
  });
  let [spread, soFar, at] = [0, 0, 0];
  for (const [step, distance] of distances.entries()) {
    spread = Math.max(spread, spreads[step]!);
    if (distance / spread > soFar) [soFar, at] = [distance / spread, step + 1];
  }
  return {
    largest: Math.max(...distances) / Math.max(...spreads),
    typical: rootMeanSquare(distances) / rootMeanSquare(spreads),
    soFar,
    step: at,
  };
}

/** Largest relative difference of two curves, without the part of the loss that never changes. */
export const apart = (curve: Curve, exact: Curve, constant: number): number =>
  Math.max(...curve.map((loss, step) => Math.abs(loss - exact[step]!) / Math.abs(exact[step]! - constant)));
