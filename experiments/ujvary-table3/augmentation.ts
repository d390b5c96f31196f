/**
 * @file The standard augmentation of small images: a random crop after padding by four pixels, and a random
 * flip.
 */

import { stream } from '../../src/claims/random.js';
import type { Images } from '../../src/formats/images.js';

/** Pixels of black on every side. */
const PADDING = 4;

/** Mean and standard deviation of each channel over all records. */
export interface ChannelMoments {
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

export function channelMoments(images: Images): ChannelMoments {
  const [height, width, channels] = images.shape;
  const one = new Float32Array(height * width * channels);
  const [sum, squares] = [new Float64Array(channels), new Float64Array(channels)];
  for (let i = 0; i < images.count; i++) {
    images.fill(i, one, 0);
    for (let k = 0; k < one.length; k++) {
      sum[k % channels]! += one[k]!;
      squares[k % channels]! += one[k]! ** 2;
    }
  }
  const n = images.count * height * width;
  const mean = [...sum].map(s => s / n);
  return { mean, deviation: mean.map((m, c) => Math.sqrt(Math.max(squares[c]! / n - m * m, 1e-12))) };
}

/** How an image is moved: by at most the padding in each direction, and mirrored or not. */
interface Move {
  readonly rows: number;
  readonly columns: number;
  readonly flip: boolean;
}

/** Those of the batch of a step: they follow from seed and step alone. */
export function movesOf(seed: number, step: number, count: number): Move[] {
  const random = stream(seed, 'augmentation', step);
  const shift = (): number => Math.floor(random.uniform() * (2 * PADDING + 1)) - PADDING;
  return Array.from({ length: count }, () => ({
    rows: shift(),
    columns: shift(),
    flip: random.uniform() < 0.5,
  }));
}

const STAY: Move = { rows: 0, columns: 0, flip: false };

/** Records as a batch [n, H, W, C] of numbers with mean 0 and deviation 1, moved where moves are given. */
export function normalisedBatch(
  images: Images,
  indices: ArrayLike<number>,
  { mean, deviation }: ChannelMoments,
  moves?: readonly Move[],
): Float32Array {
  const [height, width, channels] = images.shape;
  const size = height * width * channels;
  const one = new Float32Array(size);
  const out = new Float32Array(indices.length * size);
  for (let i = 0; i < indices.length; i++) {
    images.fill(indices[i]!, one, 0);
    const { rows, columns, flip } = moves?.[i] ?? STAY;
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const [from, across] = [y + rows, (flip ? width - 1 - x : x) + columns];
        const inside = from >= 0 && from < height && across >= 0 && across < width;
        for (let c = 0; c < channels; c++) {
          const value = inside ? one[(from * width + across) * channels + c]! : 0;
          out[i * size + (y * width + x) * channels + c] = (value - mean[c]!) / deviation[c]!;
        }
      }
  }
  return out;
}
