/** @file Linear autoencoders of zero error: data of rank r, r latents in use, with any code. */
import { draw, fc, mat } from '../../../kit.js';
import * as linear from '../../../subjects/energy/linear-cases.js';

/** Data of rank r, and an autoencoder of zero error with an invertible code in r of its latents. */
export const cases = fc
  .constantFrom([4, 1, 2] as const, [6, 3, 4] as const, [5, 2, 2] as const, [7, 3, 5] as const)
  .chain(([d, rank, latent]) =>
    draw.record({
      c: linear.linearCaseOf([d, rank, latent], draw.logUniform({ min: 1e-3, max: 0.9 })),
      /** A code of the coordinates along the eigenvectors, each of variance 1. */
      code: draw.spd(rank, 1 / 4, 4).map(({ matrix }) => matrix),
      places: fc.shuffledSubarray([...Array(latent).keys()], { minLength: rank, maxLength: rank }),
      /** What the decoder makes of the latents that no datum uses. */
      unused: draw.vector(d, draw.normal()),
    }),
  );
export type Case = draw.Of<typeof cases>;

/** The deterministic autoencoder; unused latents have the code 0. */
export function autoencoder({ c, code, places, unused }: Case): { encoder: number[][]; decoder: number[][] } {
  const rank = linear.rankOf(c);
  const roots = c.values.slice(0, rank).map(Math.sqrt);
  const whitened = roots.map((root, i) => mat.scale(1 / root, c.vectors[i]!));
  const spread = mat.transpose(roots.map((root, i) => mat.scale(root, c.vectors[i]!)));
  const [inner, outer] = [mat.multiply(code, whitened), mat.multiply(spread, mat.inverse(code))];
  const latents = Array.from({ length: c.latent }, (_, k) => places.indexOf(k));
  return {
    encoder: latents.map(i => (i < 0 ? mat.zeros(c.values.length) : inner[i]!)),
    decoder: c.values.map((_, m) => latents.map(i => (i < 0 ? unused[m]! : outer[m]![i]!))),
  };
}

/** Second moments of vectors. */
export const moments = (rows: mat.Matrix): number[][] =>
  mat.gram(rows).map(row => mat.scale(1 / rows.length, row));

/** AMA' */
export const carried = (a: mat.Matrix, m: mat.Matrix): number[][] =>
  mat.multiply(mat.multiply(a, m), mat.transpose(a));

export const diagonalOf = (m: mat.Matrix): number[] => m.map((row, i) => row[i]!);

export const at = (m: mat.Matrix, places: readonly number[]): number[][] =>
  places.map(i => places.map(j => m[i]![j]!));
