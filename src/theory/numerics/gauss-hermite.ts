/**
 * @file Gaussian expectations by Gauss-Hermite quadrature: exact for polynomials, geometric for analytic
 * functions.
 */

interface Quadrature {
  readonly nodes: readonly number[];
  /** They add up to one. */
  readonly weights: readonly number[];
}

/** The orthonormal Hermite polynomials of degrees n and n - 1 at x, for the standard normal weight. */
function hermite(n: number, x: number): [number, number] {
  let [below, here] = [0, 1];
  for (let k = 0; k < n; k++) [below, here] = [here, (x * here - Math.sqrt(k) * below) / Math.sqrt(k + 1)];
  return [here, below];
}

/**
 * The root of the n-th polynomial between lo and hi, where it changes sign once. Bisection to half the
 * digits, then Newton with He_n' = sqrt(n) He_{n-1}.
 */
function rootBetween(n: number, lo: number, hi: number): number {
  const rising = hermite(n, hi)[0] > 0;
  let [a, b] = [lo, hi];
  for (let i = 0; i < 30; i++) {
    const middle = (a + b) / 2;
    if (hermite(n, middle)[0] > 0 === rising) b = middle;
    else a = middle;
  }
  let x = (a + b) / 2;
  for (let i = 0; i < 3; i++) {
    const [value, below] = hermite(n, x);
    x -= value / (Math.sqrt(n) * below);
  }
  return x;
}

const cache = new Map<number, Quadrature>();

/** The n-point rule for a standard normal variable: exact for polynomials of degree up to 2n - 1. */
export function gaussHermite(n: number): Quadrature {
  const known = cache.get(n);
  if (known) return known;
  // The roots of consecutive degrees interlace.
  let roots: number[] = [];
  for (let degree = 1; degree <= n; degree++) {
    const outside = 2 * Math.sqrt(degree) + 1;
    const fences = [-outside, ...roots, outside];
    roots = fences.slice(1).map((fence, i) => rootBetween(degree, fences[i]!, fence));
  }
  const weights = roots.map(x => 1 / (n * hermite(n, x)[1] ** 2));
  const rule = { nodes: roots, weights };
  cache.set(n, rule);
  return rule;
}

/** A point of a tensor rule in d dimensions with its weight. */
export interface WeightedPoint {
  readonly point: readonly number[];
  readonly weight: number;
}

/** The tensor rule for N(0, I_d): n^d points, so for d up to 3. */
export function gaussianPoints(d: number, n: number): WeightedPoint[] {
  const { nodes, weights } = gaussHermite(n);
  let points: WeightedPoint[] = [{ point: [], weight: 1 }];
  for (let axis = 0; axis < d; axis++)
    points = points.flatMap(({ point, weight }) =>
      nodes.map((x, i) => ({ point: [...point, x], weight: weight * weights[i]! })),
    );
  return points;
}

/**
 * The 2d sigma points +-sqrt(d) e_i of N(0, I_d), equally weighted: exact for polynomials of degree up to
 * three.
 */
export const sigmaPoints = (d: number): WeightedPoint[] =>
  Array.from({ length: 2 * d }, (_, k) => ({
    point: Array.from({ length: d }, (_, i) => (i === k >> 1 ? (k % 2 ? -1 : 1) * Math.sqrt(d) : 0)),
    weight: 1 / (2 * d),
  }));

/** E f(eta), eta ~ N(0, I_d), by a rule. */
export const expectation = (
  points: readonly WeightedPoint[],
  f: (eta: readonly number[]) => number,
): number => points.reduce((sum, { point, weight }) => sum + weight * f(point), 0);
