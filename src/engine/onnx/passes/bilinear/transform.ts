/**
 * @file The linear maps of a bilinear algorithm as matrix products, over images whose rows and columns come
 * first: [H, W, N, C].
 */

import type { GraphBuilder } from '../../../graph/builder.js';
import type { Node } from '../../../graph/graph.js';
import type { Algorithm, Matrix } from './algorithm.js';

/** Up to so many pixels rows and columns are mapped at once by one matrix: fewer, larger products. */
const AT_ONCE = 64;

const transposed = (matrix: Matrix): Matrix => matrix[0]!.map((_, column) => matrix.map(row => row[column]!));

function constant(b: GraphBuilder, matrix: Matrix): Node {
  const shape = [matrix.length, matrix[0]!.length];
  return b.constant(Float64Array.from(matrix.flat()), shape, 'float');
}

const product = (b: GraphBuilder, left: Node, right: Node): Node =>
  b.add(
    'MatMul',
    [left, right],
    { transposeA: false, transposeB: false },
    [...right.shape.slice(0, -2), left.shape.at(-2)!, right.shape.at(-1)!],
    'float',
  );

const isIdentity = (matrix: Matrix): boolean =>
  matrix.length === matrix[0]!.length &&
  matrix.every((row, i) => row.every((value, j) => value === (i === j ? 1 : 0)));

/**
 * A map along one axis in the two directions it is used: [terms tiles, size], and back with its transpose.
 */
interface AxisMap {
  readonly terms: number;
  readonly tiles: number;
  readonly matrix: Matrix;
}

/** For rows and columns. */
type Algorithms = readonly [Algorithm, Algorithm];

type Maps = readonly [AxisMap, AxisMap];

/** Both maps as one matrix [terms of rows, terms of columns, tiles of rows, tiles of columns; H, W]. */
function joint([rows, columns]: Maps): Matrix {
  const result: number[][] = [];
  for (let p = 0; p < rows.terms; p++)
    for (let q = 0; q < columns.terms; q++)
      for (let s = 0; s < rows.tiles; s++)
        for (let t = 0; t < columns.tiles; t++) {
          const row = rows.matrix[p * rows.tiles + s]!;
          const column = columns.matrix[q * columns.tiles + t]!;
          result.push(row.flatMap(a => column.map(c => a * c)));
        }
  return result;
}

const pixels = ([rows, columns]: Maps): number => rows.matrix[0]!.length * columns.matrix[0]!.length;

/**
 * [H, W, N, C] -> [terms, tiles N, C] by B: what a convolution reads, to be multiplied by the filter's terms.
 */
export function spreadRead(b: GraphBuilder, images: Node, algorithms: Algorithms): Node {
  const maps = algorithms.map(({ terms, tiles, B }) => ({
    terms,
    tiles,
    matrix: B,
  })) as unknown as Maps;
  const [rows, columns] = maps;
  const [height, width, batch, channels] = images.shape as [number, number, number, number];
  const terms = rows.terms * columns.terms;
  const shape = [terms, rows.tiles * columns.tiles * batch, channels];
  if (pixels(maps) <= AT_ONCE) {
    const matrix = joint(maps);
    if (isIdentity(matrix)) return b.reshape(images, shape);
    const flat = b.reshape(images, [height * width, batch * channels]);
    return b.reshape(product(b, constant(b, matrix), flat), shape);
  }
  const byRow = product(b, constant(b, rows.matrix), b.reshape(images, [height, width * batch * channels]));
  const apart = b.reshape(byRow, [rows.matrix.length, width, batch * channels]);
  const both = product(b, constant(b, columns.matrix), apart);
  const grid = [rows.terms, rows.tiles, columns.terms, columns.tiles * batch * channels];
  return b.reshape(b.transpose(b.reshape(both, grid), [0, 2, 1, 3]), shape);
}

/** The transpose of `spreadRead`: [terms, tiles N, C] -> [H, W, N, C]. */
export function collectRead(b: GraphBuilder, products: Node, algorithms: Algorithms): Node {
  const maps = algorithms.map(({ terms, tiles, B }) => ({ terms, tiles, matrix: B })) as unknown as Maps;
  const [rows, columns] = maps;
  const channels = products.shape[2]!;
  const batch = products.shape[1]! / (rows.tiles * columns.tiles);
  const [height, width] = [rows.matrix[0]!.length, columns.matrix[0]!.length];
  const shape = [height, width, batch, channels];
  if (pixels(maps) <= AT_ONCE) {
    const matrix = transposed(joint(maps));
    if (isIdentity(matrix)) return b.reshape(products, shape);
    const flat = b.reshape(products, [matrix[0]!.length, batch * channels]);
    return b.reshape(product(b, constant(b, matrix), flat), shape);
  }
  const grid = [rows.terms, columns.terms, rows.tiles, columns.tiles * batch * channels];
  const apart = b.transpose(b.reshape(products, grid), [0, 2, 1, 3]);
  const tall = b.reshape(apart, [rows.matrix.length, columns.matrix.length, batch * channels]);
  const byColumn = product(b, constant(b, transposed(columns.matrix)), tall);
  const flat = b.reshape(byColumn, [rows.matrix.length, width * batch * channels]);
  return b.reshape(product(b, constant(b, transposed(rows.matrix)), flat), shape);
}

/** Two matrices as one: [rows of both; columns of both]. */
const kronecker = (rows: Matrix, columns: Matrix): Matrix =>
  rows.flatMap(row => columns.map(column => row.flatMap(a => column.map(c => a * c))));

/** Of one tile, [outputs; terms]: no two tiles write the same pixel. */
const tileMatrix = ([rows, columns]: Algorithms): Matrix => kronecker(rows.A, columns.A);

/** [terms, tiles N, C] -> [H, W, N, C] by A: what a convolution writes. */
export function collectWritten(b: GraphBuilder, products: Node, algorithms: Algorithms): Node {
  const [rows, columns] = algorithms;
  const [high, wide] = [rows.A.length, columns.A.length];
  const [terms, , channels] = products.shape as [number, number, number];
  const batch = products.shape[1]! / (rows.tiles * columns.tiles);
  const flat = b.reshape(products, [terms, products.shape[1]! * channels]);
  const made = product(b, constant(b, tileMatrix(algorithms)), flat);
  const apart = b.reshape(made, [high, wide, rows.tiles, columns.tiles, batch * channels]);
  return b.reshape(b.transpose(apart, [2, 0, 3, 1, 4]), [
    rows.tiles * high,
    columns.tiles * wide,
    batch,
    channels,
  ]);
}

/** The transpose of `collectWritten`: [H, W, N, C] -> [terms, tiles N, C]. */
export function spreadWritten(b: GraphBuilder, images: Node, algorithms: Algorithms): Node {
  const [rows, columns] = algorithms;
  const [high, wide] = [rows.A.length, columns.A.length];
  const [, , batch, channels] = images.shape as [number, number, number, number];
  const tiles = rows.tiles * columns.tiles;
  const apart = b.reshape(images, [rows.tiles, high, columns.tiles, wide, batch * channels]);
  const pixels = b.reshape(b.transpose(apart, [1, 3, 0, 2, 4]), [high * wide, tiles * batch * channels]);
  const made = product(b, constant(b, transposed(tileMatrix(algorithms))), pixels);
  return b.reshape(made, [rows.terms * columns.terms, tiles * batch, channels]);
}

/** The filter's map for rows and columns as one matrix [terms, taps]. */
const filterMatrix = ([rows, columns]: Algorithms): Matrix => kronecker(rows.G, columns.G);

/** [kh, kw, C, O] -> [terms, O, C] */
export function filterTerms(b: GraphBuilder, filter: Node, algorithms: Algorithms): Node {
  const [height, width, inner, outer] = filter.shape as [number, number, number, number];
  const matrix = filterMatrix(algorithms);
  const shape = [matrix.length, outer, inner];
  const rows = b.reshape(b.transpose(filter, [3, 2, 0, 1]), [outer * inner, height * width]);
  if (isIdentity(matrix)) return b.reshape(rows, shape);
  const attrs = { transposeA: false, transposeB: true };
  const all = b.add('MatMul', [constant(b, matrix), rows], attrs, [matrix.length, outer * inner], 'float');
  return b.reshape(all, shape);
}

/** The transpose of `filterTerms`: [terms, O, C] -> [kh, kw, C, O] */
export function filterOf(b: GraphBuilder, terms: Node, algorithms: Algorithms): Node {
  const [count, outer, inner] = terms.shape as [number, number, number];
  const [height, width] = algorithms.map(({ G }) => G[0]!.length) as [number, number];
  const matrix = filterMatrix(algorithms);
  const flat = b.reshape(terms, [count, outer * inner]);
  const attrs = { transposeA: true, transposeB: false };
  const taps = isIdentity(matrix)
    ? flat
    : b.add('MatMul', [flat, constant(b, matrix)], attrs, [outer * inner, height * width], 'float');
  return b.transpose(b.reshape(taps, [outer, inner, height, width]), [2, 3, 1, 0]);
}
