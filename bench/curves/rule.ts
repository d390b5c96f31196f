/**
 * @file The rule for loss curves that part because of rounding, decided before the seeds it is applied to
 * were run.
 *
 * Two correct programs that round differently part where a unit changes sign, and training carries that on.
 * How far a single curve is from another at a single step is luck, so distances are root mean squares over
 * seeds, and what is allowed is pooled over both of PyTorch's curves and the step before and after: a run may
 * be a step ahead of another.
 */
import type { Curve } from './runs.js';

/** The curves of one seed: PyTorch's in float64, those of PyTorch in float32, and the one that is judged. */
export interface Seed {
  readonly exact: Curve;
  readonly torch: readonly Curve[];
  readonly judged: Curve;
}

/** Seeds that the rule asks for. */
export const MIN_SEEDS = 6;
/** What a distance may be, in units of PyTorch's own. */
export const FACTOR = 2;
/** Steps before and after that the spread is pooled over. */
const AROUND = 1;
/** Two units in the last place of a loss in float32: what it is stored and added up with. */
const FLOOR = 2 ** -22;

export interface Step {
  /** From 1. */
  readonly step: number;
  /** Root mean square over the seeds of the distance from float64. */
  readonly distance: number;
  /** That of PyTorch in float32, pooled, and not below the floor. */
  readonly spread: number;
}

const rootMeanSquare = (values: readonly number[]): number =>
  Math.sqrt(values.reduce((sum, x) => sum + x * x, 0) / values.length);

/** Both sides of the rule at every step of the judged curves. */
export function follow(seeds: readonly Seed[]): Step[] {
  return seeds[0]!.judged.map((_, i): Step => {
    const window = Array.from({ length: 2 * AROUND + 1 }, (_, k) => i - AROUND + k);
    const torch = seeds.flatMap(({ exact, torch }) =>
      torch.flatMap(curve => window.filter(at => at in curve).map(at => curve[at]! - exact[at]!)),
    );
    const floor = rootMeanSquare(seeds.map(({ exact }) => FLOOR * exact[i]!));
    return {
      step: i + 1,
      distance: rootMeanSquare(seeds.map(({ exact, judged }) => judged[i]! - exact[i]!)),
      spread: Math.max(rootMeanSquare(torch), floor),
    };
  });
}

/** The steps at which the rule is broken. */
export const broken = (steps: readonly Step[]): Step[] =>
  steps.filter(({ distance, spread }) => !(distance <= FACTOR * spread));

/** The step nearest to breaking it, or furthest beyond. */
export const worst = (steps: readonly Step[]): Step =>
  steps.reduce((a, b) => (b.distance / b.spread > a.distance / a.spread ? b : a));

const furthest = (a: Curve, b: Curve): number => Math.max(...a.map((loss, i) => Math.abs(loss - b[i]!)));

/**
 * The largest distance of a curve from float64 over the whole run, in units of PyTorch's largest spread: that
 * of any two of its three curves. Blind to what is wrong by less than the noise of its worst step.
 */
export function band({ exact, torch, judged }: Seed): number {
  const all = [exact, ...torch];
  return (
    furthest(judged, exact) / Math.max(...all.flatMap((a, i) => all.slice(i + 1).map(b => furthest(a, b))))
  );
}

/**
 * Whether curves come no further from float64 than PyTorch's own do that round in other ways than those its
 * spread was taken from: they break the rule at no more steps than the worst of these, and by no more. Over
 * the steps that all have.
 */
export function noFurther(judged: readonly Step[], peers: readonly (readonly Step[])[]): boolean {
  const cut = peers.map(steps => steps.slice(0, judged.length));
  const ratio = (steps: readonly Step[]): number => worst(steps).distance / worst(steps).spread;
  return (
    judged.every(({ distance }) => Number.isFinite(distance)) &&
    broken(judged).length <= Math.max(...cut.map(steps => broken(steps).length)) &&
    ratio(judged) <= Math.max(FACTOR, ...cut.map(ratio))
  );
}

/** Largest relative difference of two curves, without the part of the loss that never changes. */
export const apart = (curve: Curve, exact: Curve, constant: number): number =>
  Math.max(...curve.map((loss, step) => Math.abs(loss - exact[step]!) / Math.abs(exact[step]! - constant)));
