/** @file Gauss-Legendre quadrature, and Gaussian expectations of functions with a kink. */
import type { WeightedPoint } from './gauss-hermite.js';

/** The Legendre polynomial of degree n at x, and its derivative. */
function legendre(n: number, x: number): [number, number] {
  let [below, here] = [1, x];
  for (let k = 2; k <= n; k++) [below, here] = [here, ((2 * k - 1) * x * here - (k - 1) * below) / k];
  return [here, (n * (x * here - below)) / (x * x - 1)];
}

const cache = new Map<number, readonly (readonly [number, number])[]>();

/** Nodes in (-1, 1) and weights, n of them: exact for polynomials of degree up to 2n - 1. */
export function rule(n: number): readonly (readonly [number, number])[] {
  const known = cache.get(n);
  if (known) return known;
  const made = Array.from({ length: n }, (_, i): [number, number] => {
    let x = Math.cos((Math.PI * (i + 0.75)) / (n + 0.5));
    for (let step = 0; step < 6; step++) {
      const [value, slope] = legendre(n, x);
      x -= value / slope;
    }
    return [x, 2 / ((1 - x * x) * legendre(n, x)[1] ** 2)];
  });
  cache.set(n, made);
  return made;
}

/** The integral of f from a to b by n >= 2 nodes. */
export const integrate = (f: (x: number) => number, a: number, b: number, n = 32): number =>
  rule(n).reduce((sum, [x, w]) => sum + w * f((a + b) / 2 + ((b - a) / 2) * x), 0) * ((b - a) / 2);

/** Beyond this the normal density is below 1e-18. */
const REACH = 9;

/**
 * Points and weights for a standard normal variable, exact to rounding for functions that are smooth on
 * either side of `kink`: n nodes on each of the intervals between it, 0 and 9 standard deviations to either
 * side.
 */
export function splitPoints(kink: number, n = 32): WeightedPoint[] {
  const ends = [-REACH, Math.min(0, kink), Math.max(0, kink), REACH].filter(x => Math.abs(x) <= REACH);
  return ends.slice(1).flatMap((b, i) => {
    const a = ends[i]!;
    return rule(n).map(([t, w]) => {
      const x = (a + b) / 2 + ((b - a) / 2) * t;
      return { point: [x], weight: ((w * (b - a)) / 2) * (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) };
    });
  });
}
