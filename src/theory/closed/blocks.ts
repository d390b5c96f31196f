/**
 * @file Block-diagonal parts of a matrix, and what restricting a covariance to them costs (Kumar & Poole
 * 2020, section 5.1).
 */
import { cholesky, inverse, logDetOfFactor } from '../numerics/cholesky.js';
import type { Matrix } from '../numerics/matrix.js';

/** The first row of each block. */
const starts = (sizes: readonly number[]): number[] =>
  sizes.map((_, i) => sizes.slice(0, i).reduce((a, b) => a + b, 0));

/** The diagonal blocks of so many rows each. */
export const blocksOf = (a: Matrix, sizes: readonly number[]): number[][][] =>
  starts(sizes).map((start, i) =>
    a.slice(start, start + sizes[i]!).map(row => row.slice(start, start + sizes[i]!)),
  );

/** The matrix with these blocks on its diagonal and zeros elsewhere. */
export function blockDiagonal(blocks: readonly Matrix[]): number[][] {
  const sizes = blocks.map(block => block.length);
  const d = sizes.reduce((a, b) => a + b, 0);
  const first = starts(sizes);
  return blocks.flatMap((block, i) =>
    block.map(row => {
      const whole = new Array<number>(d).fill(0);
      for (const [k, x] of row.entries()) whole[first[i]! + k] = x;
      return whole;
    }),
  );
}

/** The block-diagonal S that is least in tr(PS) - log det S: the inverse of each block of P. */
export const blockOptimum = (p: Matrix, sizes: readonly number[]): number[][] =>
  blockDiagonal(blocksOf(p, sizes).map(inverse));

/**
 * The sum of log det over the diagonal blocks: Fischer's upper bound of log det P, Hadamard's for blocks of
 * one.
 */
export const blockLogDet = (p: Matrix, sizes: readonly number[]): number =>
  blocksOf(p, sizes).reduce((sum, block) => sum + logDetOfFactor(cholesky(block)), 0);

/** D^-1/2 P D^-1/2 with D the block diagonal of P: identity on the blocks, by Cholesky factors of each. */
export function blockCorrelation(p: Matrix, sizes: readonly number[]): number[][] {
  const blocks = blocksOf(p, sizes);
  const whitening = blockDiagonal(blocks.map(block => invertLower(cholesky(block))));
  return whitening.map(u =>
    whitening.map(v => u.reduce((sum, x, i) => sum + x * p[i]!.reduce((s, y, k) => s + y * v[k]!, 0), 0)),
  );
}

/** The inverse of a lower triangular matrix. */
function invertLower(factor: Matrix): number[][] {
  const result = factor.map(row => row.map(() => 0));
  for (const [i, row] of factor.entries())
    for (let j = 0; j <= i; j++) {
      let rest = i === j ? 1 : 0;
      for (let k = j; k < i; k++) rest -= row[k]! * result[k]![j]!;
      result[i]![j] = rest / row[i]!;
    }
  return result;
}
