/** @file The Cholesky factorisation of a symmetric positive definite matrix and what follows from it. */
import { identity, type Matrix, transpose, type Vector } from './matrix.js';

/** The lower triangular L with LL' = A. Throws where A is not positive definite. */
export function cholesky(a: Matrix): number[][] {
  const factor = a.map(row => row.map(() => 0));
  for (const [i, row] of a.entries())
    for (let j = 0; j <= i; j++) {
      let rest = row[j]!;
      for (let k = 0; k < j; k++) rest -= factor[i]![k]! * factor[j]![k]!;
      if (i !== j) factor[i]![j] = rest / factor[j]![j]!;
      else if (rest > 0) factor[i]![i] = Math.sqrt(rest);
      else
        throw new Error(
          `cholesky: the matrix must be positive definite, got pivot ${rest} in row ${i} - check its eigenvalues`,
        );
    }
  return factor;
}

/** log det A, where LL' = A. */
export const logDetOfFactor = (factor: Matrix): number =>
  2 * factor.reduce((sum, row, i) => sum + Math.log(row[i]!), 0);

/** log det of a symmetric positive definite matrix. */
export const logDet = (a: Matrix): number => logDetOfFactor(cholesky(a));

/** x with Lx = b. */
export function solveLower(factor: Matrix, b: Vector): number[] {
  const x: number[] = [];
  for (const [i, row] of factor.entries()) {
    let rest = b[i]!;
    for (let k = 0; k < i; k++) rest -= row[k]! * x[k]!;
    x.push(rest / row[i]!);
  }
  return x;
}

/** x with L'x = b. */
function solveUpper(factor: Matrix, b: Vector): number[] {
  const x = [...b];
  for (let i = b.length - 1; i >= 0; i--) {
    for (let k = i + 1; k < b.length; k++) x[i]! -= factor[k]![i]! * x[k]!;
    x[i]! /= factor[i]![i]!;
  }
  return x;
}

/** x with Ax = b for a symmetric positive definite A. */
export function solve(a: Matrix, b: Vector): number[] {
  const factor = cholesky(a);
  return solveUpper(factor, solveLower(factor, b));
}

/** The inverse of a symmetric positive definite matrix, exactly symmetric. */
export function inverse(a: Matrix): number[][] {
  const factor = cholesky(a);
  const columns = transpose(identity(a.length).map(e => solveLower(factor, e)));
  return columns.map((_, i) =>
    columns.map((_, j) => columns.reduce((sum, row) => sum + row[i]! * row[j]!, 0)),
  );
}
