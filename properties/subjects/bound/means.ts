/** @file Gaussian means under the noise that trains, and the radius of the worst-case step that trains. */
import * as tf from '@tensorflow/tfjs';
import { programOf } from '../../../src/engine/float64/program-of.js';
import { mat, quad } from '../../kit.js';
import { ofDimension } from '../sam/isotropic.js';
import { rootOf } from '../sam/root.js';
import type { Subject } from './controls.js';

interface WeightedCode {
  readonly code: readonly number[];
  readonly weight: number;
}

/** The reparametrised codes mean + factor eta of training, one for each noise. */
export function codes(
  { vae }: Subject,
  mean: mat.Vector,
  factor: mat.Matrix,
  points: readonly quad.WeightedPoint[],
): WeightedCode[] {
  const d = mean.length;
  const program = programOf(vae, ofDimension(d), 'codes', () => ({
    specs: { mean: { shape: [1, d] }, factor: { shape: [1, d, d] }, noise: { shape: [1, d] } },
    fn: inputs => ({ code: vae.sample(inputs.mean!, rootOf(inputs.factor!), inputs.noise!) }),
  }));
  const fixed = { mean: Float64Array.from(mean), factor: Float64Array.from(factor.flat()) };
  return points.map(({ point, weight }) => ({
    code: [...program.run({ ...fixed, noise: Float64Array.from(point) }).code!],
    weight,
  }));
}

/** The mean of a loss over such codes. */
export const meanOver = (sampled: readonly WeightedCode[], loss: (z: mat.Vector) => number): number =>
  sampled.reduce((sum, { code, weight }) => sum + weight * loss(code), 0);

/** The mean of a polynomial of degree up to three. */
export const meanOfCubic = (
  s: Subject,
  mean: mat.Vector,
  factor: mat.Matrix,
  loss: (z: mat.Vector) => number,
): number => meanOver(codes(s, mean, factor, quad.sigmaPoints(mean.length)), loss);

/** rho I / sqrt(d): root of the covariance whose ellipsoid of radius sqrt(d) is the ball of radius rho. */
export const ballRoot = (rho: number, d: number): number[][] =>
  mat.identity(d).map(row => mat.scale(rho / Math.sqrt(d), row));

/** The radius of the worst-case step in whitened coordinates, sqrt(d) if it is right. */
export const radiusOf = ({ samba }: Subject, d: number): number =>
  programOf(samba, ofDimension(d), 'radius', () => ({
    specs: { any: { shape: [] } },
    fn: ({ any }) => ({ radius: tf.add(samba.radius(d), tf.mul(any!, 0)) }),
  })).run({ any: Float64Array.of(0) }).radius![0]!;
