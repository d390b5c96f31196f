/**
 * @file Small dense matrices in doubles, as rows. For the dimensions of a claim (up to about 30), not for
 * training.
 */

export type Vector = readonly number[];
export type Matrix = readonly Vector[];

export const dot = (a: Vector, b: Vector): number => a.reduce((sum, x, i) => sum + x * b[i]!, 0);

export const sum = (a: Vector): number => a.reduce((total, x) => total + x, 0);

export const zeros = (n: number): number[] => new Array<number>(n).fill(0);

/** Euclidean norm, free of overflow. */
export const norm = (a: Vector): number => Math.hypot(...a);

export const scale = (factor: number, a: Vector): number[] => a.map(x => factor * x);

export const add = (a: Vector, b: Vector): number[] => a.map((x, i) => x + b[i]!);

export const subtract = (a: Vector, b: Vector): number[] => a.map((x, i) => x - b[i]!);

export const identity = (n: number): number[][] => diagonal(new Array<number>(n).fill(1));

export const diagonal = (values: Vector): number[][] =>
  values.map((value, i) => values.map((_, j) => (i === j ? value : 0)));

/** The transpose; `columns` is needed only for a matrix without rows. */
export const transpose = (a: Matrix, columns = a[0]?.length ?? 0): number[][] =>
  Array.from({ length: columns }, (_, j) => a.map(row => row[j]!));

export const apply = (a: Matrix, v: Vector): number[] => a.map(row => dot(row, v));

export function multiply(a: Matrix, b: Matrix): number[][] {
  const columns = transpose(b);
  return a.map(row => columns.map(column => dot(row, column)));
}

/** A'A, exactly symmetric. */
export function gram(a: Matrix, columns?: number): number[][] {
  const t = transpose(a, columns);
  return t.map(u => t.map(v => dot(u, v)));
}

export const combine = (s: number, a: Matrix, t: number, b: Matrix): number[][] =>
  a.map((row, i) => row.map((x, j) => s * x + t * b[i]![j]!));

export const trace = (a: Matrix): number => a.reduce((sum, row, i) => sum + row[i]!, 0);

/** tr(AB), without the product. */
export const traceOfProduct = (a: Matrix, b: Matrix): number =>
  a.reduce((sum, row, i) => row.reduce((s, x, j) => s + x * b[j]![i]!, sum), 0);

/** u'Av */
export const form = (u: Vector, a: Matrix, v: Vector): number => dot(u, apply(a, v));

/** uv' */
export const outer = (u: Vector, v: Vector): number[][] => u.map(x => v.map(y => x * y));
