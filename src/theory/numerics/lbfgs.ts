/**
 * @file L-BFGS (Nocedal 1980) with a line search for the Wolfe conditions: small smooth problems, to
 * convergence.
 */
import { add, dot, norm, scale, subtract, type Vector } from './matrix.js';

export interface Evaluated {
  readonly value: number;
  readonly gradient: Vector;
}

export interface Minimum extends Evaluated {
  readonly at: Vector;
  readonly iterations: number;
}

interface Options {
  /** The norm of the gradient at which to stop. */
  readonly tolerance: number;
  readonly iterations?: number;
  /** Number of remembered steps. */
  readonly memory?: number;
}

interface Pair {
  readonly step: Vector;
  readonly change: Vector;
}

/** The inverse Hessian, as remembered, times the gradient. */
function direction(gradient: Vector, pairs: readonly Pair[]): number[] {
  let q = [...gradient];
  const weights = pairs.toReversed().map(({ step, change }) => {
    const a = dot(step, q) / dot(step, change);
    q = subtract(q, scale(a, change));
    return a;
  });
  const last = pairs.at(-1);
  if (last) q = scale(dot(last.step, last.change) / dot(last.change, last.change), q);
  for (const [i, { step, change }] of pairs.entries()) {
    const a = weights[pairs.length - 1 - i]!;
    q = add(q, scale(a - dot(change, q) / dot(step, change), step));
  }
  return scale(-1, q);
}

const DECREASE = 1e-4;
const CURVATURE = 0.9;
const HALVINGS = 60;

/**
 * A point along a descent direction with enough decrease and a flatter slope (Wolfe), by bracketing;
 * undefined where rounding hides it.
 */
function search(
  f: (x: Vector) => Evaluated,
  from: Minimum,
  along: Vector,
  first: number,
): (Evaluated & { at: Vector }) | undefined {
  const slope = dot(from.gradient, along);
  let [low, high, t] = [0, Infinity, first];
  let best: (Evaluated & { at: Vector }) | undefined;
  for (let i = 0; i < HALVINGS; i++) {
    const at = add(from.at, scale(t, along));
    const found = { ...f(at), at };
    if (!(found.value <= from.value + DECREASE * t * slope)) high = t;
    else {
      best = found;
      if (dot(found.gradient, along) >= CURVATURE * slope) return found;
      low = t;
    }
    t = high === Infinity ? 2 * low : (low + high) / 2;
  }
  return best;
}

/**
 * A local minimum of a smooth function near a start. Stops where the gradient is small, or where rounding
 * ends the descent.
 */
export function lbfgs(f: (x: Vector) => Evaluated, start: Vector, options: Options): Minimum {
  const { tolerance, iterations = 1000, memory = 20 } = options;
  let here: Minimum = { ...f(start), at: start, iterations: 0 };
  let pairs: Pair[] = [];
  while (here.iterations < iterations && norm(here.gradient) > tolerance) {
    const along = direction(here.gradient, pairs);
    const first = pairs.length === 0 ? Math.min(1, 1 / norm(here.gradient)) : 1;
    const next = search(f, here, along, first);
    if (next === undefined) {
      if (pairs.length === 0) break;
      pairs = [];
      continue;
    }
    const pair = { step: subtract(next.at, here.at), change: subtract(next.gradient, here.gradient) };
    if (dot(pair.step, pair.change) > 0) pairs = [...pairs, pair].slice(-memory);
    here = { ...next, iterations: here.iterations + 1 };
  }
  return here;
}
