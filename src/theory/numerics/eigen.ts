/**
 * @file Eigenvalues of a symmetric matrix and singular values of any matrix, by Jacobi rotations.
 *
 * mathjs finds eigenvalues to its comparison tolerance (1e-12); claims checked at rounding level need more,
 * and small singular values to high relative accuracy, which one-sided Jacobi gives.
 */
import { dot, identity, type Matrix, transpose } from './matrix.js';

const SWEEPS = 60;

/** Rotates columns p and q of every row of `a`: (x, y) -> (c x - s y, s x + c y). */
function rotateColumns(a: number[][], p: number, q: number, c: number, s: number): void {
  for (const row of a) {
    const x = row[p]!;
    const y = row[q]!;
    row[p] = c * x - s * y;
    row[q] = s * x + c * y;
  }
}

/** Cosine and sine of the rotation that makes [[app, apq], [apq, aqq]] diagonal. */
function rotation(app: number, apq: number, aqq: number): [number, number] {
  const theta = (aqq - app) / (2 * apq);
  const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.hypot(1, theta));
  const c = 1 / Math.hypot(1, t);
  return [c, t * c];
}

interface Eigen {
  /** Descending. */
  readonly values: readonly number[];
  /** `vectors[k]` belongs to `values[k]`; orthonormal. */
  readonly vectors: readonly (readonly number[])[];
}

/** Eigenvalues and eigenvectors of a symmetric matrix. */
export function symmetricEigen(matrix: Matrix): Eigen {
  const a = matrix.map(row => [...row]);
  const n = a.length;
  const v = identity(n);
  const negligible = 2 ** -58 * Math.hypot(...matrix.flat());
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let rotated = false;
    for (let p = 0; p < n; p++)
      for (let q = p + 1; q < n; q++) {
        const apq = a[p]![q]!;
        if (Math.abs(apq) <= negligible) continue;
        rotated = true;
        const [c, s] = rotation(a[p]![p]!, apq, a[q]![q]!);
        rotateColumns(a, p, q, c, s);
        const [rowP, rowQ] = [a[p]!, a[q]!];
        a[p] = rowP.map((x, k) => c * x - s * rowQ[k]!);
        a[q] = rowQ.map((y, k) => s * rowP[k]! + c * y);
        a[p]![q] = 0;
        a[q]![p] = 0;
        rotateColumns(v, p, q, c, s);
      }
    if (!rotated) break;
  }
  const columns = transpose(v);
  const order = a
    .map((row, i) => ({ value: row[i]!, vector: columns[i]! }))
    .sort((x, y) => y.value - x.value);
  return { values: order.map(e => e.value), vectors: order.map(e => e.vector) };
}

interface Svd {
  /** One for each column of the matrix, descending; zeros beyond the rank. */
  readonly values: readonly number[];
  /** Right singular vectors: `right[k]` belongs to `values[k]`; a full orthonormal basis. */
  readonly right: readonly (readonly number[])[];
  /** `scaledLeft[k]` is values[k] times the left singular vector: the image of right[k]. */
  readonly scaledLeft: readonly (readonly number[])[];
}

/** Singular values of a matrix with `columns` columns, by one-sided Jacobi. */
export function svd(matrix: Matrix, columns = matrix[0]?.length ?? 0): Svd {
  const a = transpose(matrix, columns);
  const v = identity(columns);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let rotated = false;
    for (let p = 0; p < columns; p++)
      for (let q = p + 1; q < columns; q++) {
        const [x, y] = [a[p]!, a[q]!];
        const [xx, xy, yy] = [dot(x, x), dot(x, y), dot(y, y)];
        if (Math.abs(xy) <= 2 ** -52 * Math.sqrt(xx * yy) || Math.abs(xy) < 1e-300) continue;
        rotated = true;
        const [c, s] = rotation(xx, xy, yy);
        a[p] = x.map((xk, k) => c * xk - s * y[k]!);
        a[q] = x.map((xk, k) => s * xk + c * y[k]!);
        const [vp, vq] = [v[p]!, v[q]!];
        v[p] = vp.map((xk, k) => c * xk - s * vq[k]!);
        v[q] = vp.map((xk, k) => s * xk + c * vq[k]!);
      }
    if (!rotated) break;
  }
  const order = a
    .map((left, k) => ({ left, value: Math.hypot(...left), right: v[k]! }))
    .sort((x, y) => y.value - x.value);
  return {
    values: order.map(e => e.value),
    right: order.map(e => e.right),
    scaledLeft: order.map(e => e.left),
  };
}
