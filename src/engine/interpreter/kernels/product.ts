/** @file Products of two matrices, small and blocked. */

/** Where a matrix lies in its buffer; a transposed matrix has its strides swapped. */
export interface Matrix {
  readonly data: Float64Array;
  readonly start: number;
  readonly rowStride: number;
  readonly columnStride: number;
}

/** The matrix that starts at `start`, stored row by row with the given width; or its transpose. */
export const matrixAt = (data: Float64Array, start: number, width: number, transpose = false): Matrix =>
  transpose
    ? { data, start, rowStride: 1, columnStride: width }
    : { data, start, rowStride: width, columnStride: 1 };

/** The transposed matrix, on the same numbers. */
export const transposed = ({ data, start, rowStride, columnStride }: Matrix): Matrix => ({
  data,
  start,
  rowStride: columnStride,
  columnStride: rowStride,
});

/** Sizes of a product: m x k times k x n. */
export interface Extent {
  readonly m: number;
  readonly n: number;
  readonly k: number;
}

/** Rows and columns of the tile of results that the blocked product keeps in registers. */
const TILE_ROWS = 2;
const TILE_COLUMNS = 4;

/** Products with fewer multiplications than this do not repay the packing, nor do those of vectors. */
const BLOCKED_FROM = 1024;

/** What a product packs its operands into; one is enough for products of one extent. */
export interface Workspace {
  readonly blocked: boolean;
  readonly rows: Float64Array;
  readonly columns: Float64Array;
}

export function workspaceFor({ m, n, k }: Extent): Workspace {
  const blocked = Math.min(m, n, k) > 1 && m * n * k >= BLOCKED_FROM;
  return {
    blocked,
    rows: new Float64Array(blocked ? TILE_ROWS * k : 0),
    columns: new Float64Array(blocked ? Math.ceil(n / TILE_COLUMNS) * TILE_COLUMNS * k : 0),
  };
}

/** Writes a b to the m x n numbers of c from `start` on, or adds it to them. */
export function multiply(
  a: Matrix,
  b: Matrix,
  c: Float64Array,
  start: number,
  extent: Extent,
  workspace: Workspace,
  add: boolean,
): void {
  if (!workspace.blocked) multiplySmall(a, b, c, start, extent, add);
  else multiplyBlocked(a, b, c, start, extent, workspace, add);
}

/**
 * Straight from where the operands lie, four columns at a time: four sums that do not wait for each other.
 */
function multiplySmall(
  a: Matrix,
  b: Matrix,
  c: Float64Array,
  start: number,
  extent: Extent,
  add: boolean,
): void {
  const { m, n, k } = extent;
  const { data: x, rowStride: xRow, columnStride: xColumn } = a;
  const { data: y, rowStride: yRow, columnStride: yColumn } = b;
  let at = start;
  for (let i = 0; i < m; i++) {
    const row = a.start + i * xRow;
    let j = 0;
    for (; j + 3 < n; j += 4, at += 4) {
      let p = row;
      let q0 = b.start + j * yColumn;
      let q1 = q0 + yColumn;
      let q2 = q1 + yColumn;
      let q3 = q2 + yColumn;
      let s0 = add ? c[at]! : 0;
      let s1 = add ? c[at + 1]! : 0;
      let s2 = add ? c[at + 2]! : 0;
      let s3 = add ? c[at + 3]! : 0;
      for (let left = k; left > 0; left--) {
        const factor = x[p]!;
        s0 += factor * y[q0]!;
        s1 += factor * y[q1]!;
        s2 += factor * y[q2]!;
        s3 += factor * y[q3]!;
        p += xColumn;
        q0 += yRow;
        q1 += yRow;
        q2 += yRow;
        q3 += yRow;
      }
      c[at] = s0;
      c[at + 1] = s1;
      c[at + 2] = s2;
      c[at + 3] = s3;
    }
    for (; j < n; j++, at++) {
      let p = row;
      let q = b.start + j * yColumn;
      let sum = add ? c[at]! : 0;
      for (let left = k; left > 0; left--) {
        sum += x[p]! * y[q]!;
        p += xColumn;
        q += yRow;
      }
      c[at] = sum;
    }
  }
}

/** Packs all columns of b in strips as wide as a tile, [strip, k, TILE_COLUMNS], filled up with zeros. */
function packColumns(b: Matrix, { n, k }: Extent, packed: Float64Array): void {
  let to = 0;
  for (let first = 0; first < n; first += TILE_COLUMNS) {
    const width = Math.min(TILE_COLUMNS, n - first);
    for (let p = 0; p < k; p++) {
      let from = b.start + p * b.rowStride + first * b.columnStride;
      for (let j = 0; j < width; j++, from += b.columnStride) packed[to + j] = b.data[from]!;
      for (let j = width; j < TILE_COLUMNS; j++) packed[to + j] = 0;
      to += TILE_COLUMNS;
    }
  }
}

/** Packs rows i and i + 1 of a, [k, TILE_ROWS], with zeros for a row that is not there. */
function packRows(a: Matrix, i: number, { m, k }: Extent, packed: Float64Array): void {
  let from = a.start + i * a.rowStride;
  const alone = i + 1 === m;
  for (let p = 0; p < k; p++, from += a.columnStride) {
    packed[2 * p] = a.data[from]!;
    packed[2 * p + 1] = alone ? 0 : a.data[from + a.rowStride]!;
  }
}

function multiplyBlocked(
  a: Matrix,
  b: Matrix,
  c: Float64Array,
  start: number,
  extent: Extent,
  { rows, columns }: Workspace,
  add: boolean,
): void {
  const { m, n, k } = extent;
  packColumns(b, extent, columns);
  if (!add) c.fill(0, start, start + m * n);
  for (let i = 0; i < m; i += TILE_ROWS) {
    packRows(a, i, extent, rows);
    for (let j = 0, q = 0; j < n; j += TILE_COLUMNS) {
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      let t0 = 0;
      let t1 = 0;
      let t2 = 0;
      let t3 = 0;
      for (let p = 0; p < 2 * k; p += 2, q += 4) {
        const x = rows[p]!;
        const y = rows[p + 1]!;
        const b0 = columns[q]!;
        const b1 = columns[q + 1]!;
        const b2 = columns[q + 2]!;
        const b3 = columns[q + 3]!;
        s0 += x * b0;
        s1 += x * b1;
        s2 += x * b2;
        s3 += x * b3;
        t0 += y * b0;
        t1 += y * b1;
        t2 += y * b2;
        t3 += y * b3;
      }
      addRow(c, start + i * n + j, n - j, s0, s1, s2, s3);
      if (i + 1 < m) addRow(c, start + (i + 1) * n + j, n - j, t0, t1, t2, t3);
    }
  }
}

/** Adds the first `width` of four numbers (all when there is room for more). */
function addRow(
  c: Float64Array,
  at: number,
  width: number,
  s0: number,
  s1: number,
  s2: number,
  s3: number,
): void {
  c[at]! += s0;
  if (width > 1) c[at + 1]! += s1;
  if (width > 2) c[at + 2]! += s2;
  if (width > 3) c[at + 3]! += s3;
}
