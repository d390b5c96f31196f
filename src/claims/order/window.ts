/** @file Finding the asymptotic window of a ladder: it is found, never assumed. */
import { UNIT } from '../checks/rounding.js';
import type { OrderCase } from './case.js';
import { entries, norm } from './vector.js';

/**
 * Round-off model: a residual whose terms have size `scale` carries an error of ROUND_OFF * 2^-52 * scale.
 * Measured: differences of two evaluations stay below 1 unit of 2^-52 * scale, sums of up to 300 products
 * below 1 where scale is the sum of all sizes and below 10 where it is the largest intermediate value. Ten
 * times more only costs rungs.
 */
export const ROUND_OFF = 4;
/** A residual counts as signal from here, in units of its round-off. */
export const SIGNAL = 10;
/** Where the round-off model fell short, the floor may lie this high, in units of the modelled round-off. */
export const FLOOR = 1000;
/** Successive slopes agree within this, beyond what round-off explains. */
export const AGREEMENT = 0.1;
export const MIN_WINDOW = 5;

/** A rung as the decision sees it. */
export interface Point {
  readonly step: number;
  readonly residual: ArrayLike<number>;
  /** 2-norm of the residual. */
  readonly size: number;
  /** Modelled round-off of the residual. */
  readonly noise: number;
}

/**
 * The rungs by descending step.
 * @throws RangeError for no rungs, steps that are not positive and distinct, or values that are not finite
 */
export function points(of: OrderCase): Point[] {
  if (of.ladder.length === 0) throw new RangeError('ladder: it must have at least one rung, got none');
  const sorted = of.ladder.map(({ step, residual, scale }) => {
    const vector = entries(residual);
    const size = norm(vector);
    if (!(step > 0 && Number.isFinite(step)))
      throw new RangeError(`ladder: steps must be positive and finite, got ${step}`);
    if (!Number.isFinite(size))
      throw new RangeError(`ladder: residuals must be finite, got ${size} at step ${step}`);
    if (!(scale > 0 && Number.isFinite(scale)))
      throw new RangeError(`ladder: scale must be positive and finite, got ${scale} at step ${step}`);
    return { step, residual: vector, size, noise: ROUND_OFF * UNIT * scale };
  });
  sorted.sort((a, b) => b.step - a.step);
  for (let k = 1; k < sorted.length; k++) {
    if (sorted[k]!.step === sorted[k - 1]!.step)
      throw new RangeError(`ladder: steps must be distinct, got ${sorted[k]!.step} twice`);
    if (sorted[k]!.residual.length !== sorted[0]!.residual.length)
      throw new RangeError('ladder: residuals of one ladder must have one length');
  }
  return sorted;
}

const isSignal = (p: Point): boolean => p.size > SIGNAL * p.noise;

/** Local slope between two rungs, with its uncertainty from round-off. */
function slope(a: Point, b: Point): { value: number; error: number } {
  const octaves = Math.log(a.step / b.step);
  return {
    value: Math.log(a.size / b.size) / octaves,
    error: Math.hypot(a.noise / a.size, b.noise / b.size) / octaves,
  };
}

/**
 * Maximal stretches of signal in which successive local slopes agree, from large steps to small, as [first,
 * end).
 */
function stretches(all: readonly Point[]): [number, number][] {
  const found: [number, number][] = [];
  let first = 0;
  const close = (end: number): void => {
    if (end > first) found.push([first, end]);
  };
  for (let k = 0; k < all.length; k++) {
    if (!isSignal(all[k]!)) {
      close(k);
      first = k + 1;
    } else if (k - first >= 2) {
      const [before, now] = [slope(all[k - 2]!, all[k - 1]!), slope(all[k - 1]!, all[k]!)];
      if (Math.abs(now.value - before.value) > AGREEMENT + 3 * (before.error + now.error)) {
        close(k);
        first = k - 1;
      }
    }
  }
  close(all.length);
  return found;
}

export type Window =
  | { readonly kind: 'found'; readonly points: readonly Point[] }
  /** No rung is above round-off. */
  | { readonly kind: 'round-off' }
  | { readonly kind: 'none'; readonly why: string };

/**
 * The asymptotic window: of the stretches with at least 5 rungs, the one of the smallest steps, so that a
 * lower order which takes over as the step shrinks cannot hide behind a longer stretch before it. What lies
 * below it must be round-off.
 */
export function findWindow(all: readonly Point[]): Window {
  if (!all.some(isSignal)) return { kind: 'round-off' };
  const found = stretches(all);
  const clear = ([first, end]: [number, number]): boolean =>
    end - first >= MIN_WINDOW && all.slice(first, end).some(p => p.size > FLOOR * p.noise);
  const window = found.filter(clear).at(-1);
  if (window === undefined) {
    const longest = Math.max(...found.map(([first, end]) => end - first));
    return {
      kind: 'none',
      why: `slopes agree on at most ${longest} rungs above round-off, ${MIN_WINDOW} are needed`,
    };
  }
  const rest = all.slice(window[1]).find(p => p.size > FLOOR * p.noise);
  if (rest !== undefined)
    return {
      kind: 'none',
      why: `the residual leaves its power law at step ${rest.step}, ${(rest.size / rest.noise).toExponential(0)} times above round-off`,
    };
  return { kind: 'found', points: all.slice(...window) };
}
