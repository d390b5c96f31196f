/** @file Theorem 4's family: data on an arc, a latent along it (A) or two that are copied (B). */
import * as tf from '@tensorflow/tfjs';
import { type Autoencoder, parameter } from '../../../src/core/net/network.js';
import { tableAutoencoder } from '../../../src/core/net/table.js';
import { draw, fc, mat } from '../../kit.js';
import type { SparseValues } from './sparse.js';

/** Rank r of the data, latents, data entries. */
export type ArcSize = readonly [number, number, number];

export const ARC_SIZES: readonly ArcSize[] = [
  [1, 2, 3],
  [2, 4, 5],
  [3, 4, 6],
];

const SAMPLES = 4;

export interface ArcCase {
  readonly size: ArcSize;
  /** Radius of the arc and how much longer the latent is than the angle. */
  readonly epsilon: number;
  readonly stretch: number;
  readonly angles: readonly number[];
  /** The other r - 1 coordinates of the data, a row each. */
  readonly others: readonly number[];
}

export const arcsOf = (
  sizes: readonly ArcSize[],
  epsilon: { min: number; max: number },
  stretch: { min: number; max: number },
): fc.Arbitrary<ArcCase> =>
  fc.oneof(
    ...sizes.map(size =>
      draw.record({
        size: fc.constant(size),
        epsilon: draw.logUniform(epsilon),
        stretch: draw.logUniform(stretch),
        angles: draw.vector(SAMPLES, draw.dyadic({ min: 0.3125, max: 1.1875, bits: 4 })),
        others: draw.vector((size[0] - 1) * SAMPLES, draw.normal()),
      }),
    ),
  );

const mean = (values: readonly number[]): number => mat.sum(values) / values.length;

/** u0 = M^2 mean t^2, a = mean cos^2, b = mean sin^2. */
export const momentsOf = ({ stretch, angles }: ArcCase) => ({
  u0: stretch ** 2 * mean(angles.map(t => t ** 2)),
  a: mean(angles.map(t => Math.cos(t) ** 2)),
  b: mean(angles.map(t => Math.sin(t) ** 2)),
});

const nets = new Map<string, Autoencoder>();

function netFor(which: 'A' | 'B', size: ArcSize): Autoencoder {
  const key = `${which} ${size}`;
  const [rank, latent, data] = size;
  const rest = (z: tf.Tensor, width: number): tf.Tensor =>
    tf.pad(z, [
      [0, 0],
      [0, data - width],
    ]);
  const made =
    nets.get(key) ??
    tableAutoencoder({
      data,
      latent,
      samples: SAMPLES,
      shapes: which === 'A' ? { epsilon: [], stretch: [] } : {},
      decode: (params, z) => {
        const first = (from: number, width: number): tf.Tensor => tf.slice(z, [0, from], [SAMPLES, width]);
        if (which === 'B') return rest(first(0, rank + 1), rank + 1);
        const angle = tf.div(first(rank - 1, 1), parameter(params, 'stretch'));
        const arc = [tf.cos(angle), tf.sin(angle)].map(x => tf.mul(parameter(params, 'epsilon'), x));
        return rest(tf.concat(rank > 1 ? [first(0, rank - 1), ...arc] : arc, 1), rank + 1);
      },
    });
  nets.set(key, made);
  return made;
}

export interface Side {
  readonly net: Autoencoder;
  readonly values: SparseValues;
  /** How many latents are not zero for all data. */
  readonly active: number;
}

function side(which: 'A' | 'B', { size, epsilon, stretch, angles, others }: ArcCase): Side {
  const [rank, latent, data] = size;
  const rows = angles.map((t, i) => {
    const plane = [epsilon * Math.cos(t), epsilon * Math.sin(t)];
    const shared = others.slice(i * (rank - 1), (i + 1) * (rank - 1));
    const used = [...shared, ...(which === 'A' ? [stretch * t] : plane)];
    const fill = (values: readonly number[], n: number): number[] => [
      ...values,
      ...mat.zeros(n - values.length),
    ];
    return { code: fill(used, latent), x: fill([...shared, ...plane], data) };
  });
  const params = {
    code: rows.flatMap(row => row.code),
    logvar: rows.flatMap(row => row.code.map(() => 0)),
    ...(which === 'A' && { epsilon: [epsilon], stretch: [stretch] }),
  };
  const active = Array.from({ length: latent }, (_, k) => rows.some(row => row.code[k] !== 0)).filter(
    Boolean,
  );
  return {
    net: netFor(which, size),
    values: { params, x: rows.flatMap(row => row.x) },
    active: active.length,
  };
}

/** Both decoders with the codes that reconstruct the data: A with r latents, B with r + 1. */
export const sidesOf = (c: ArcCase): { a: Side; b: Side } => ({ a: side('A', c), b: side('B', c) });
