/** @file Fits on an asymptotic window: the slope, and the leading constant as a vector. */
import { fit } from './least-squares.js';
import { combine, dot, norm } from './vector.js';
import type { Point } from './window.js';

/** Size of the neglected correction at the largest step of a window, where slopes agree to 0.1. */
export const NEGLECTED = 0.02;

/** The correction columns h, h^2, ... in units of the window's largest step. */
function corrections(window: readonly Point[], count: number): number[][] {
  const top = window[0]!.step;
  return Array.from({ length: count }, (_, i) => window.map(p => (p.step / top) ** (i + 1)));
}

/** Relative variance of each residual: round-off, and the correction that the fit neglects. */
function variances(window: readonly Point[], kept: number): number[] {
  const top = window[0]!.step;
  return window.map(p => (p.noise / p.size) ** 2 + (NEGLECTED * (p.step / top) ** (kept + 1)) ** 2);
}

export interface Slope {
  readonly value: number;
  /** Standard error: round-off, the neglected correction, and misfit. */
  readonly error: number;
}

/** log |r| = log C + p log h + b h + ...: the slope p with the pre-asymptotic bias taken out. */
export function fitSlope(window: readonly Point[]): Slope {
  const extra = corrections(window, window.length >= 7 ? 2 : 1);
  const variance = variances(window, extra.length);
  const logs = window.map(p => Math.log(p.step / window[0]!.step));
  const found = fit(
    [logs.map(() => 1), logs, ...extra],
    window.map(p => Math.log(p.size)),
    variance,
  );
  // what the model expects, and what the misfits show (the HC3 estimator of MacKinnon & White 1985)
  const error2 = found.estimator[1]!.reduce(
    (sum, g, k) => sum + g ** 2 * (variance[k]! + found.misfits[k]! ** 2),
    0,
  );
  return { value: found.parameters[1]!, error: Math.sqrt(error2) };
}

export interface CaseConstant {
  /** Component of the measured constant along the theorem's, over the latter's size. */
  readonly ratio: number;
  /** |measured - theorem's| / |theorem's|. */
  readonly deviation: number;
  /** What of the deviation round-off and the neglected terms explain. */
  readonly error: number;
}

/** r / h^q = K + K1 h + ...: the vector K by Richardson extrapolation, against the theorem's. */
export function fitConstant(
  window: readonly Point[],
  order: number,
  theorem: ArrayLike<number>,
): CaseConstant {
  const extra = corrections(window, 2);
  const relative = variances(window, extra.length);
  const scaled = window.map(p => Float64Array.from(p.residual, x => x / p.step ** order));
  const sizes = scaled.map(norm);
  const variance = relative.map((v, k) => v * sizes[k]! ** 2);
  const ones = window.map(() => 1);
  const estimate = (columns: readonly (readonly number[])[]): Float64Array =>
    combine(fit([ones, ...columns], sizes, variance).estimator[0]!, scaled);
  const measured = estimate(extra);
  const cruder = estimate(extra.slice(0, -1));
  const noise = Math.sqrt(
    fit([ones, ...extra], sizes, variance).estimator[0]!.reduce((sum, g, k) => sum + g * g * variance[k]!, 0),
  );
  const size = norm(theorem);
  const distance = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
    norm(Float64Array.from(a, (x, i) => x - b[i]!));
  return {
    ratio: dot(measured, theorem) / size ** 2,
    deviation: distance(measured, theorem) / size,
    // the last correction moved the estimate by more than what is left to correct
    error: (noise + distance(measured, cruder) / 3) / size,
  };
}
