/** @file Convolutions of core as matrices, and periodic ones, for their largest singular values. */
import type fc from 'fast-check';
import { convolve, convolveTransposed, type Padding } from '../../../../src/core/net/convolution.js';
import { programOf } from '../../../../src/engine/float64/program-of.js';
import { symmetricEigen } from '../../../../src/theory/numerics/eigen.js';
import { gram, type Matrix, transpose } from '../../../../src/theory/numerics/matrix.js';
import { normal } from '../../../arbitraries/numbers.js';
import { vector } from '../../../arbitraries/vector.js';
import { rowsOf } from '../../../subjects/network/jets.js';

/** A layer of core: from `first` to `second` channels or, for a convolution that is not transposed, the other way round. */
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

const plain = (size: number, stride: number, padding: Padding, image: number, second = 1): Convolution => ({
  kind: 'plain',
  first: 3,
  second,
  size,
  stride,
  padding,
  image,
});

/** Zero padding as PyTorch and as TensorFlow have it, strides, transposed, and two where nothing overlaps. Small: their norms are taken exactly. */
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

export const weightsOf = ({ first, second, size }: Convolution): fc.Arbitrary<number[]> =>
  vector(first * second * size ** 2, normal());

/** The weights as the matrix that spectral normalisation sees, [first, second size size]. */
export const kernelMatrix = ({ first }: Convolution, weights: readonly number[]): number[][] =>
  rowsOf(Float64Array.from(weights), first).map(row => [...row]);

/** The largest singular value, from the smaller of the two Gram matrices: that of the largest is exact to rounding. */
export function largest(matrix: Matrix): number {
  const tall = matrix.length >= matrix[0]!.length ? matrix : transpose(matrix);
  return Math.sqrt(symmetricEigen(gram(tall)).values[0]!);
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
      const params = { 'layer.weight': inputs.weight! };
      return {
        y:
          layer.kind === 'plain'
            ? convolve(params, 'layer', inputs.x!, layer.stride, layer.padding)
            : convolveTransposed(params, 'layer', inputs.x!, layer.stride),
      };
    },
  }));
  const units = new Float64Array(entries ** 2);
  for (let i = 0; i < entries; i++) units[i * (entries + 1)] = 1;
  const { y } = program.run({ weight: Float64Array.from(weights), x: units });
  return rowsOf(y!, entries).map(row => [...row]);
}

/** The same kernel on a torus of `period` rows and columns, a multiple of the stride: [outputs, inputs]. */
export function periodicMatrix(layer: Convolution, weights: readonly number[], period: number): number[][] {
  const { first, second, size, stride } = layer;
  const places = period / stride;
  const rows: number[][] = [];
  for (let r = 0; r < places; r++)
    for (let c = 0; c < places; c++)
      for (let out = 0; out < first; out++) {
        const row = new Array<number>(period ** 2 * second).fill(0);
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
