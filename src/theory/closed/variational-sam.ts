/**
 * @file The covariances that minimise the approximated VariationalSAM objective for a gradient held fixed.
 */
import { combine, identity, type Matrix, norm, outer, scale, type Vector } from '../numerics/matrix.js';
import { formula } from './formula.js';

interface Prior {
  /** sigma0^2 */
  readonly prior: number;
  /** N, what the KL is divided by. */
  readonly examples: number;
}

export const INVERSE_DEVIATION = formula(
  'inverse deviation along the gradient, x with x^2 = 1 / v + c x',
  '(c + sqrt(c * c + 4 / v)) / 2',
  { c: 'N sqrt(p) |g|', v: 'variance of the prior' },
);

/**
 * sqrt(p) sqrt(g'Sg) + (tr S / sigma0^2 - log det S) / (2N) over full S: sigma0^2 across g, less along it.
 */
export function variationalSamCovariance(g: Vector, { prior, examples }: Prior): number[][] {
  const n = norm(g);
  const p = g.length;
  if (n === 0) return identity(p).map(row => scale(prior, row));
  const c = examples * Math.sqrt(p) * n;
  const x = INVERSE_DEVIATION.evaluate({ c, v: prior });
  const unit = scale(1 / n, g);
  const along: Matrix = outer(unit, unit);
  return combine(prior, combine(1, identity(p), -1, along), x ** -2, along);
}

/** The same over diagonal S: s_i = 1 / (1 / sigma0^2 + N sqrt(p) g_i^2 / |S^(1/2) g|). */
export function variationalSamVariances(g: Vector, { prior, examples }: Prior): number[] {
  const strength = examples * Math.sqrt(g.length);
  // t = |S^(1/2) g| solves t = sum g_i^2 / (t / sigma0^2 + N sqrt(p) g_i^2), whose right side falls
  const excess = (t: number): number =>
    g.reduce((sum, x) => (x === 0 ? sum : sum + (x * x) / (t / prior + strength * x * x)), -t);
  let low = 0;
  let high = norm(g) * Math.sqrt(prior);
  for (let middle = high / 2; middle > low && middle < high; middle = (low + high) / 2)
    if (excess(middle) > 0) low = middle;
    else high = middle;
  return g.map(x => (x === 0 ? prior : 1 / (1 / prior + (strength * x * x) / high)));
}
