/**
 * @file The rotation experiment with a linear decoder on data that are exactly as the model says, and its
 * optimum in closed form.
 */
import { draw, mat } from '../../../kit.js';
import { linearAutoencoder } from '../../../subjects/vae/local-cases.js';
import { posterior, type Values } from '../../../subjects/vae/step.js';

export const rotationCases = draw.record({
  /** Between the columns of W, of norms 2 and 1, in degrees. */
  between: draw.dyadic({ min: 8, max: 172, bits: 4 }),
  /** Of the first column, in degrees. */
  turn: draw.dyadic({ min: 0, max: 360, bits: 3 }),
  /** Standard deviation of the observation noise. */
  noise: draw.logUniform({ min: 0.02, max: 1 }),
  /** Of the design of latents and noise. */
  design: draw.orthogonal(4),
  /** By which the decoder's columns are turned away from the optimum, in degrees. */
  away: draw.dyadic({ min: 1, max: 89, bits: 3 }),
});
export type RotationCase = draw.Of<typeof rotationCases>;

const degrees = (angle: number): number => (angle * Math.PI) / 180;

/** Columns of norms 2 and 1. */
export function weightsOf({ between, turn }: Pick<RotationCase, 'between' | 'turn'>): number[][] {
  const [a, b] = [degrees(turn), degrees(turn + between)];
  return [
    [2 * Math.cos(a), Math.cos(b)],
    [2 * Math.sin(a), Math.sin(b)],
  ];
}

export const rotation = (angle: number): number[][] => {
  const [c, s] = [Math.cos(degrees(angle)), Math.sin(degrees(angle))];
  return [
    [c, -s],
    [s, c],
  ];
};

/**
 * Eight latents z and data x = Wz + noise whose second moments are exactly I, 0 between z and noise, and
 * noise^2 I.
 */
export function dataOf(c: RotationCase): { z: number[][]; x: number[][] } {
  const rows = c.design.flatMap(row => [1, -1].map(sign => mat.scale(2 * sign, row)));
  const w = weightsOf(c);
  return {
    z: rows.map(row => row.slice(0, 2)),
    x: rows.map(row => mat.apply(w, row.slice(0, 2)).map((value, m) => value + c.noise * row[m + 2]!)),
  };
}

/**
 * Where the beta-VAE with a mean-field posterior is least: WV, V the right singular vectors of W, at right
 * angles.
 */
export function optimumOf(w: mat.Matrix) {
  const { values, scaledLeft } = mat.svd(w);
  return { decoder: mat.transpose(scaledLeft), singular: values };
}

/** The best encoder of a decoder A, (A'A + noise^2)^-1 A'. */
export function encoderOf(a: mat.Matrix, noise: number): number[][] {
  const { values, right, scaledLeft } = mat.svd(a);
  return right.map((_, i) =>
    a.map((__, m) =>
      values.reduce((sum, s, k) => sum + (right[k]![i]! * scaledLeft[k]![m]!) / (s ** 2 + noise ** 2), 0),
    ),
  );
}

/** The numbers of core's linear autoencoder with that decoder, its best encoder, and a covariance. */
export function valuesOf(
  c: RotationCase,
  decoder: mat.Matrix,
  covariance: mat.Matrix,
  kind: 'diagonal' | 'cholesky' = 'diagonal',
): Values {
  const net = linearAutoencoder(2, 2, kind);
  return {
    params: {
      ...posterior(net, [0, 0], covariance),
      'mu.weight': encoderOf(decoder, c.noise).flat(),
      'decoder.0.weight': decoder.flat(),
      'decoder.0.bias': [0, 0],
    },
    x: dataOf(c).x.flat(),
    beta: c.noise ** 2,
  };
}

/** The best independent variances for a decoder: 1 / (1 + |a_i|^2 / noise^2). */
export const meanField = (decoder: mat.Matrix, noise: number): number[][] =>
  mat.diagonal(mat.transpose(decoder).map(a => noise ** 2 / (noise ** 2 + mat.dot(a, a))));

/** The sum of z m' over the data, m the means that an encoder infers. */
export const crossOf = ({ z, x }: { z: mat.Matrix; x: mat.Matrix }, encoder: mat.Matrix): number[][] =>
  mat.multiply(
    mat.transpose(z),
    x.map(row => mat.apply(encoder, row)),
  );
