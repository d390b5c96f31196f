/**
 * @file Convolutions along one axis as bilinear algorithms: y = A ((G w) * (B x)), where * multiplies term by
 * term and G is applied once for all tiles. Fewer terms mean fewer matrix products in two dimensions, where
 * the algorithm is used for rows and for columns. Padding is in B: it reads no row that is not there.
 * Sources: Winograd 1980; Lavin & Gray 2016 for F(2, 3) and F(4, 3).
 */

/** Rows of numbers. */
export type Matrix = readonly (readonly number[])[];

export interface Algorithm {
  /** Products a tile, and tiles along the axis. */
  readonly terms: number;
  readonly tiles: number;
  /** [terms tiles, inputs], term by term: what is multiplied by the filter. */
  readonly B: Matrix;
  /** [terms, taps] */
  readonly G: Matrix;
  /** [outputs, terms] of one tile: tiles write different outputs. */
  readonly A: Matrix;
}

/**
 * One tile: rows [terms] of pairs (input relative to the tile, factor), and of pairs (output of the tile,
 * factor).
 */
interface Tile {
  readonly reads: readonly (readonly (readonly [offset: number, factor: number])[])[];
  readonly writes: readonly (readonly (readonly [output: number, factor: number])[])[];
  readonly G: Matrix;
}

/** The algorithm of equal tiles; `hop` inputs and `made` outputs from one to the next. */
function tiled(
  { reads, writes, G }: Tile,
  inputs: number,
  tiles: number,
  hop: number,
  made: number,
): Algorithm {
  const terms = reads.length;
  const B = Array.from({ length: terms * tiles }, () => new Array<number>(inputs).fill(0));
  const A = Array.from({ length: made }, () => new Array<number>(terms).fill(0));
  for (let tile = 0; tile < tiles; tile++)
    for (let term = 0; term < terms; term++) {
      const at = term * tiles + tile;
      for (const [offset, factor] of reads[term]!) {
        const input = tile * hop + offset;
        if (input >= 0 && input < inputs) B[at]![input] = factor;
      }
    }
  for (let term = 0; term < terms; term++)
    for (const [output, factor] of writes[term]!) A[output]![term] = factor;
  return { terms, tiles, B, G, A };
}

/** Coefficients of the product of (x - root), lowest first. */
function polynomial(roots: readonly number[]): number[] {
  return roots.reduce<number[]>(
    (product, root) =>
      Array.from({ length: product.length + 1 }, (_, i) => (product[i - 1] ?? 0) - root * (product[i] ?? 0)),
    [1],
  );
}

/**
 * Three taps, one zero on either side: F(m, 3), m + 2 products for m outputs instead of 3 m, for a multiple
 * of m inputs. Filter and outputs are taken as polynomials at m + 1 points and at infinity (Toom, Cook). The
 * points are dyadic: exact but for sums.
 */
function toomCook(inputs: number, points: readonly number[]): Algorithm {
  const outputs = points.length - 1;
  const others = points.map(point => points.filter(other => other !== point));
  const read = (roots: readonly number[]) => polynomial(roots).map((factor, i) => [i - 1, factor] as const);
  const write = (point: number) =>
    Array.from({ length: outputs }, (_, output) => [output, point ** output] as const);
  return tiled(
    {
      reads: [...others.map(read), read(points)],
      writes: [...points.map(write), [[outputs - 1, 1]]],
      G: [
        ...points.map((point, term) => {
          const scale = others[term]!.reduce((product, other) => product * (point - other), 1);
          return [1 / scale, point / scale, point ** 2 / scale];
        }),
        [0, 0, 1],
      ],
    },
    inputs,
    inputs / outputs,
    outputs,
    outputs,
  );
}

/** Winograd's F(2, 3): 4 products for 2 outputs. */
export const winograd2 = (inputs: number): Algorithm => toomCook(inputs, [0, 1, -1]);

/**
 * F(4, 3): 6 products for 4 outputs. Points of which products and gradients lose least to rounding, half of
 * what 0, 1, -1, 2, -2 lose.
 */
export const winograd4 = (inputs: number): Algorithm => toomCook(inputs, [0, 0.625, -0.625, 1.5, -1.5]);

/**
 * Every input twice, then three taps with one zero on either side: 3 products for 2 outputs instead of 6,
 * because w0 x[i-1] + (w1 + w2) x[i] = w0 (x[i-1] - x[i]) + (w0 + w1 + w2) x[i]. At either end the neighbour
 * is the padding's zero.
 */
export const enlargedThree = (inputs: number): Algorithm =>
  tiled(
    {
      reads: [
        [
          [-1, 1],
          [0, -1],
        ],
        [[0, 1]],
        [
          [1, 1],
          [0, -1],
        ],
      ],
      writes: [
        [[0, 1]],
        [
          [0, 1],
          [1, 1],
        ],
        [[1, 1]],
      ],
      G: [
        [1, 0, 0],
        [1, 1, 1],
        [0, 0, 1],
      ],
    },
    inputs,
    inputs,
    1,
    2,
  );

/** Every input twice, then one tap: one product for 2 outputs. */
export const enlargedOne = (inputs: number): Algorithm =>
  tiled(
    {
      reads: [[[0, 1]]],
      writes: [
        [
          [0, 1],
          [1, 1],
        ],
      ],
      G: [[1]],
    },
    inputs,
    inputs,
    1,
    2,
  );

/**
 * Three taps with stride 2 and one zero before: 5 products for 2 outputs instead of 6, by F(2, 2) for the
 * outer taps, which meet odd inputs only. For a multiple of 4 inputs.
 */
export const stridedThree = (inputs: number): Algorithm =>
  tiled(
    {
      reads: [
        [
          [-1, 1],
          [1, -1],
        ],
        [[1, 1]],
        [
          [1, 1],
          [3, -1],
        ],
        [[0, 1]],
        [[2, 1]],
      ],
      writes: [
        [[0, 1]],
        [
          [0, 1],
          [1, 1],
        ],
        [[1, -1]],
        [[0, 1]],
        [[1, 1]],
      ],
      G: [
        [1, 0, 0],
        [1, 0, 1],
        [0, 0, 1],
        [0, 1, 0],
        [0, 1, 0],
      ],
    },
    inputs,
    inputs / 4,
    4,
    2,
  );

/** One tap with stride 2: every other input. For an even number of inputs. */
export const stridedOne = (inputs: number): Algorithm =>
  tiled({ reads: [[[0, 1]]], writes: [[[0, 1]]], G: [[1]] }, inputs, inputs / 2, 2, 1);
