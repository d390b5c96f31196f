/**
 * @file Convolutions along one axis as bilinear algorithms: y = A ((G w) * (B x)), where * multiplies term by term and G is
 * applied once for all tiles. Fewer terms mean fewer matrix products in two dimensions, where the algorithm is used for rows and
 * for columns. Padding is in B: it reads no row that is not there. Sources: Winograd 1980; Lavin & Gray 2016 for F(2, 3).
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
  /** [outputs, terms tiles] */
  readonly A: Matrix;
}

/** One tile: rows [terms] of pairs (input relative to the tile, factor), and of pairs (output of the tile, factor). */
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
  const A = Array.from({ length: tiles * made }, () => new Array<number>(terms * tiles).fill(0));
  for (let tile = 0; tile < tiles; tile++)
    for (let term = 0; term < terms; term++) {
      const at = term * tiles + tile;
      for (const [offset, factor] of reads[term]!) {
        const input = tile * hop + offset;
        if (input >= 0 && input < inputs) B[at]![input] = factor;
      }
      for (const [output, factor] of writes[term]!) A[tile * made + output]![at] = factor;
    }
  return { terms, tiles, B, G, A };
}

/** Three taps, one zero on either side: F(2, 3), 4 products for 2 outputs instead of 6. For an even number of inputs. */
export const winograd = (inputs: number): Algorithm =>
  tiled(
    {
      reads: [
        [
          [-1, 1],
          [1, -1],
        ],
        [
          [0, 1],
          [1, 1],
        ],
        [
          [0, -1],
          [1, 1],
        ],
        [
          [0, 1],
          [2, -1],
        ],
      ],
      writes: [
        [[0, 1]],
        [
          [0, 1],
          [1, 1],
        ],
        [
          [0, 1],
          [1, -1],
        ],
        [[1, -1]],
      ],
      G: [
        [1, 0, 0],
        [0.5, 0.5, 0.5],
        [0.5, -0.5, 0.5],
        [0, 0, 1],
      ],
    },
    inputs,
    inputs / 2,
    2,
    2,
  );

/**
 * Every input twice, then three taps with one zero on either side: 3 products for 2 outputs instead of 6, because
 * w0 x[i-1] + (w1 + w2) x[i] = w0 (x[i-1] - x[i]) + (w0 + w1 + w2) x[i]. At either end the neighbour is the padding's zero.
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
 * Three taps with stride 2 and one zero before: 5 products for 2 outputs instead of 6, by F(2, 2) for the outer taps, which
 * meet odd inputs only. For a multiple of 4 inputs.
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
