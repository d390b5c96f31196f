/** @file The covariance of a beta-VAE's posterior that is optimal for a fixed decoder and a fixed mean. */
import { inverse } from '../numerics/cholesky.js';
import { combine, identity, type Matrix, norm } from '../numerics/matrix.js';

/** What is left is rounding of the inverse; the objective is stationary, so it feels the square of it. */
const SETTLED = 2 ** -42;

/**
 * Minimises -E_q log p(x | z) + beta KL(q || N(0, I)) over q = N(h, S), as the fixed point of S^-1 = I - E_q
 * Hess log p / beta (Price's theorem). `meanCurvature` is S -> -E_q Hess log p. The map is a contraction for
 * small beta; throws when it does not settle.
 */
export function optimalCovariance(meanCurvature: (s: Matrix) => Matrix, beta: number, d: number): number[][] {
  const next = (s: Matrix): number[][] => inverse(combine(1, identity(d), 1 / beta, meanCurvature(s)));
  let s = next(identity(d).map(row => row.map(() => 0)));
  for (let i = 0; i < 500; i++) {
    const better = next(s);
    const change = norm(combine(1, better, -1, s).flat());
    s = better;
    if (change <= SETTLED * norm(s.flat())) return s;
  }
  throw new Error(
    `optimal covariance: the fixed point must settle in 500 steps, got beta ${beta} - use a smaller beta`,
  );
}
