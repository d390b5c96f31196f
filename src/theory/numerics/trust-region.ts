/**
 * @file The exact maximum of a quadratic on a ball or an ellipsoid: the oracle for the true SAM objective.
 */
import { cholesky } from './cholesky.js';
import { symmetricEigen } from './eigen.js';
import { apply, dot, type Matrix, multiply, norm, transpose, type Vector } from './matrix.js';

interface TrustRegionMaximum {
  /** The maximum of g'u + u'Au / 2. */
  readonly value: number;
  readonly point: readonly number[];
  /**
   * Inside the ball, on its boundary, or on it with a free component in the top eigenspace (the hard case).
   */
  readonly kind: 'interior' | 'boundary' | 'hard';
}

/** The solution t of sum (c_i / (gap_i + t))^2 = radius^2, t > 0, where c_0 / gap_0 is a pole at 0. */
function secularRoot(c: Vector, gaps: Vector, radius: number): number {
  const length = (t: number): number => norm(c.map((x, i) => (x === 0 ? 0 : x / (gaps[i]! + t))));
  let lo = 0;
  let hi = norm(c) / radius;
  for (let i = 0; i < 2000 && hi - lo > 2 ** -53 * hi; i++) {
    // Halve the exponent first: the root may be tiny beside its bound.
    const middle = hi > 4 * lo && lo > 0 ? Math.sqrt(lo * hi) : (lo + hi) / 2;
    if (middle === lo || middle === hi) break;
    if (length(middle) > radius) lo = middle;
    else hi = middle;
  }
  return (lo + hi) / 2;
}

/** Maximises g'u + u'Au / 2 over |u| <= radius for a symmetric A, by the secular equation. */
export function maximiseOnBall(g: Vector, a: Matrix, radius: number): TrustRegionMaximum {
  const { values, vectors } = symmetricEigen(a);
  const size = Math.max(norm(g), radius * Math.max(...values.map(Math.abs)));
  // A component below rounding in an eigenspace is none: otherwise the hard case would never be met.
  const c = vectors.map(v => dot(v, g)).map(x => (Math.abs(x) <= 8 * Number.EPSILON * size ? 0 : x));
  const top = values[0]!;
  const answer = (coordinates: Vector, kind: TrustRegionMaximum['kind']): TrustRegionMaximum => ({
    value: coordinates.reduce((sum, u, i) => sum + c[i]! * u + (values[i]! * u * u) / 2, 0),
    point: apply(transpose(vectors), coordinates),
    kind,
  });
  if (top < 0) {
    const inside = c.map((x, i) => -x / values[i]!);
    if (norm(inside) <= radius) return answer(inside, 'interior');
  }
  // The multiplier is max(top, 0) + t; eigenvalues only enter through their distance to that bound.
  const bound = Math.max(top, 0);
  const gaps = values.map(value => bound - value);
  const atBound = c.map((x, i) => (x === 0 ? 0 : x / gaps[i]!));
  const rest = norm(atBound);
  if (rest < radius && gaps[0] === 0) {
    const free = Math.sqrt(radius ** 2 - rest ** 2);
    return answer([free, ...atBound.slice(1)], 'hard');
  }
  const t = secularRoot(c, gaps, radius);
  return answer(
    c.map((x, i) => (x === 0 ? 0 : x / (gaps[i]! + t))),
    'boundary',
  );
}

/** Maximises g'e + e'Ae / 2 over e' Sigma^-1 e <= kappa^2. */
export function maximiseOnEllipsoid(g: Vector, a: Matrix, sigma: Matrix, kappa: number): TrustRegionMaximum {
  const factor = cholesky(sigma);
  const back = transpose(factor);
  const whitened = maximiseOnBall(apply(back, g), multiply(back, multiply(a, factor)), kappa);
  return { ...whitened, point: apply(factor, whitened.point) };
}
