/**
 * @file Layouts as permutations of dimensions. A value stored as `node` in the layout `perm` is
 * transpose(node, perm).
 */

export const straight = (rank: number): number[] => Array.from({ length: rank }, (_, i) => i);

export const isStraight = (perm: readonly number[]): boolean => perm.every((axis, i) => axis === i);

export function inverse(perm: readonly number[]): number[] {
  const result = new Array<number>(perm.length);
  for (const [i, axis] of perm.entries()) result[axis] = i;
  return result;
}

/** Entries by dimension of a value, reordered to the dimensions of its layout. */
export const reordered = <T>(values: readonly T[], perm: readonly number[]): T[] =>
  inverse(perm).map(i => values[i]!);

/** How ONNX's convolutions give images that the graph has as NHWC: `made` transposes to it. */
export const CHANNELS_FIRST = { made: [0, 3, 1, 2], perm: [0, 2, 3, 1] } as const;
/** The same of filters that the graph has as HWIO. */
export const FILTER = { made: [3, 2, 0, 1], perm: [2, 3, 1, 0] } as const;
