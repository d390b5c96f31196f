/** @file Convolutions of core as matrices, and periodic ones, for their largest singular values. */

import { convolve, convolveTransposed, type Padding } from '../../../../src/core/net/convolution.js';
import { programOf } from '../../../../src/engine/float64/program-of.js';
import { draw, type fc, mat } from '../../../kit.js';
import { rows } from '../../../subjects/rae/plain-network.js';

/**
 * A layer of core: from `first` to `second` channels or, for a convolution that is not transposed, the other
 * way round.
 */
export interface Convolution {
  readonly kind: 'plain' | 'transposed';
  /** Weights [first, second, size, size]. */
  readonly first: number;
  readonly second: number;
  readonly size: number;
  readonly stride: number;
  readonly padding: Padding;
  /** Rows and columns of the input. */
  readonly image: number;
}

const plain = (size: number, stride: number, padding: Padding, image: number, second = 1): Convolution => {
  return { kind: 'plain', first: 3, second, size, stride, padding, image };
};

/**
 * Zero padding as PyTorch and as TensorFlow have it, strides, transposed, and two where nothing overlaps.
 * Small: their norms are taken exactly.
 */
export const CONVOLUTIONS: readonly Convolution[] = [
  plain(3, 1, 1, 4, 2),
  plain(4, 1, 'same', 4),
  plain(3, 2, 1, 5),
  plain(4, 2, 'same', 6),
  { ...plain(4, 2, 'same', 3), kind: 'transposed' },
  plain(2, 2, 0, 4, 2),
  plain(1, 1, 0, 3, 2),
];

/** One channel in, zero padding, stride 1. */
export const PADDED = plain(3, 1, 1, 4);

/** Weights of 1. */
export const unitWeights = ({ first, second, size }: Convolution): number[] =>
  new Array<number>(first * second * size ** 2).fill(1);

export const weightsOf = ({ first, second, size }: Convolution): fc.Arbitrary<number[]> =>
  draw.vector(first * second * size ** 2, draw.normal());

/** The weights as the matrix that spectral normalisation sees, [first, second size size]. */
export const kernelMatrix = ({ first }: Convolution, weights: readonly number[]): number[][] =>
  rows(weights, first);

/**
 * The largest singular value, from the smaller of the two Gram matrices: that of the largest is exact to
 * rounding.
 */
export function largest(matrix: mat.Matrix): number {
  const tall = matrix.length >= matrix[0]!.length ? matrix : mat.transpose(matrix);
  return Math.sqrt(mat.symmetricEigen(mat.gram(tall)).values[0]!);
}

/** How often an entry of the input is seen, at most, along one axis. */
export const overlap = ({ size, stride }: Convolution): number => Math.ceil(size / stride);

/** Core's layer as a matrix: a row for what it makes of each unit image, so its transpose. */
export function matrixOf(layer: Convolution, weights: readonly number[]): number[][] {
  const channels = layer.kind === 'plain' ? layer.second : layer.first;
  const entries = layer.image ** 2 * channels;
  const program = programOf(layer, layer, 'units', () => ({
    specs: {
      weight: { shape: [layer.first, layer.second, layer.size, layer.size] },
      x: { shape: [entries, layer.image, layer.image, channels] },
    },
    fn: inputs => {
      const [params, x] = [{ 'layer.weight': inputs.weight! }, inputs.x!];
      const { kind, stride, padding } = layer;
      if (kind === 'transposed') return { y: convolveTransposed(params, 'layer', x, stride) };
      return { y: convolve(params, 'layer', x, stride, padding) };
    },
  }));
  const units = new Float64Array(entries ** 2);
  for (let i = 0; i < entries; i++) units[i * (entries + 1)] = 1;
  const { y } = program.run({ weight: Float64Array.from(weights), x: units });
  return rows(y!, entries);
}

/** The same kernel on a torus of `period` rows and columns, a multiple of the stride: [outputs, inputs]. */
export function periodicMatrix(layer: Convolution, weights: readonly number[], period: number): number[][] {
  const { first, second, size, stride } = layer;
  const places = period / stride;
  const rows: number[][] = [];
  for (let r = 0; r < places; r++)
    for (let c = 0; c < places; c++)
      for (let out = 0; out < first; out++) {
        const row = mat.zeros(period ** 2 * second);
        for (let inner = 0; inner < second; inner++)
          for (let i = 0; i < size; i++)
            for (let j = 0; j < size; j++) {
              const y = (r * stride + i) % period;
              const x = (c * stride + j) % period;
              row[(y * period + x) * second + inner]! +=
                weights[((out * second + inner) * size + i) * size + j]!;
            }
        rows.push(row);
      }
  return rows;
}
