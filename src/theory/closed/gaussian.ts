/** @file Divergences between Gaussians. */
import { cholesky, logDetOfFactor, solveLower } from '../numerics/cholesky.js';
import { type Matrix, norm, type Vector } from '../numerics/matrix.js';

/**
 * KL(N(h, S) || N(0, I)) = (|h|^2 + tr S - log det S - d) / 2, S = LL' given by L; without cancellation near
 * S = I.
 */
export function klToStandard(mean: Vector, factor: Matrix): number {
  const squares = factor.reduce(
    (sum, row, i) => sum + row.reduce((s, x, j) => (j < i ? s + x * x : s), 0),
    0,
  );
  const diagonal = factor.reduce((sum, row, i) => sum + excessOfLog(row[i]! ** 2), 0);
  return (norm(mean) ** 2 + squares + diagonal) / 2;
}

/** x - 1 - log x, accurate near 1 and near 0. */
function excessOfLog(x: number): number {
  const t = x - 1;
  return t - (Math.abs(t) < 0.5 ? Math.log1p(t) : Math.log(x));
}

/** KL(N(0, S) || N(0, Q)) = (tr Q^-1 S - log det Q^-1 S - d) / 2. */
export function klOfCovariances(s: Matrix, q: Matrix): number {
  const [ls, lq] = [cholesky(s), cholesky(q)];
  const columns = ls.map((_, j) =>
    solveLower(
      lq,
      ls.map(row => row[j]!),
    ),
  );
  const t = columns.reduce((sum, column) => sum + norm(column) ** 2, 0);
  return (t - s.length - logDetOfFactor(ls) + logDetOfFactor(lq)) / 2;
}

/** log N(x; 0, C) */
export function logNormalDensity(x: Vector, covariance: Matrix): number {
  const factor = cholesky(covariance);
  return -(norm(solveLower(factor, x)) ** 2 + logDetOfFactor(factor) + x.length * Math.log(2 * Math.PI)) / 2;
}
