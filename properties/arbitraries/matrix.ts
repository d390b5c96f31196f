/** @file Orthogonal and symmetric matrices with a prescribed spectrum, never diagonal by construction. */
import fc from 'fast-check';
import { identity, type Matrix, norm, type Vector } from '../../src/theory/numerics/matrix.js';
import { logUniform, normal } from './numbers.js';
import { vector } from './vector.js';

/**
 * The matrix times the reflection that takes v to a multiple of the axis `first`; v lies in the axes from
 * `first` on.
 */
function reflect(matrix: number[][], v: Vector, first: number): void {
  const length = norm(v);
  if (length === 0) return;
  const u = [...v];
  u[0]! += (v[0]! < 0 ? -1 : 1) * length;
  const scale = 2 / u.reduce((sum, x) => sum + x * x, 0);
  for (const row of matrix) {
    const along = scale * u.reduce((sum, x, i) => sum + x * row[first + i]!, 0);
    for (const [i, x] of u.entries()) row[first + i]! -= along * x;
  }
}

/**
 * Uniform among the orthogonal matrices: Stewart's product of reflections, its columns signed so that they
 * are the Q of a Gaussian matrix's QR with positive diagonal. Shrinks to the identity.
 */
export function orthogonal(dimension: number): fc.Arbitrary<number[][]> {
  const vectors = Array.from({ length: dimension }, (_, k) => vector(dimension - k, normal({ bits: 12 })));
  return fc.tuple(...vectors).map(parts => {
    const q = identity(dimension);
    for (const [first, v] of parts.entries()) reflect(q, v, first);
    const signs = parts.map(v => (norm(v) > 0 && v[0]! >= 0 ? -1 : 1));
    return q.map(row => row.map((x, k) => (x === 0 ? 0 : x * signs[k]!)));
  });
}

/** Q diag(values) Q', exactly symmetric. */
export function withSpectrum(q: Matrix, values: Vector): number[][] {
  const entry = (i: number, j: number): number =>
    values.reduce((sum, value, k) => sum + q[i]![k]! * value * q[j]![k]!, 0);
  return q.map((_, i) => q.map((_, j) => (i <= j ? entry(i, j) : entry(j, i))));
}

export interface SpectralMatrix {
  readonly matrix: readonly (readonly number[])[];
  /** Its eigenvalues; `basis[.][k]` (column k) belongs to `spectrum[k]`. */
  readonly spectrum: readonly number[];
  readonly basis: readonly (readonly number[])[];
}

/** A random rotation of a diagonal matrix of the given spectrum. */
export const rotated = (spectrum: fc.Arbitrary<number[]>, dimension: number): fc.Arbitrary<SpectralMatrix> =>
  fc.tuple(spectrum, orthogonal(dimension)).map(([values, basis]) => ({
    matrix: withSpectrum(basis, values),
    spectrum: values,
    basis,
  }));

/** Symmetric positive definite, its eigenvalues log-uniform in [min, max]; not diagonal. */
export const spd = (dimension: number, min = 1 / 16, max = 16): fc.Arbitrary<SpectralMatrix> =>
  rotated(vector(dimension, logUniform({ min, max })), dimension);
