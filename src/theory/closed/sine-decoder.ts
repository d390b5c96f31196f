/**
 * @file The decoder with one hidden layer of sines, g(z) = b + V sin(Wz + c): a dense network whose squared
 * error is a sum of ridges by sin s sin t = (cos(s - t) - cos(s + t)) / 2, so all its derivatives and
 * Gaussian means are closed.
 */
import { add, apply, type Matrix, multiply, scale, subtract, type Vector } from '../numerics/matrix.js';
import { type Ridge, ridgeContraction, ridgeHessian, ridgeSmoothed, ridgeValue } from './ridge.js';

interface SineDecoder {
  /** [hidden, d] */
  readonly w: Matrix;
  readonly c: Vector;
  /** [D, hidden] */
  readonly v: Matrix;
  readonly b: Vector;
}

const angles = ({ w, c }: SineDecoder, z: Vector): number[] => add(apply(w, z), c);

/** g(z) */
export const sineValue = (decoder: SineDecoder, z: Vector): number[] =>
  add(apply(decoder.v, angles(decoder, z).map(Math.sin)), decoder.b);

/** The Jacobian of g, V diag(cos(Wz + c)) W. */
export const sineJacobian = (decoder: SineDecoder, z: Vector): number[][] =>
  multiply(
    decoder.v,
    angles(decoder, z).map((t, k) => scale(Math.cos(t), decoder.w[k]!)),
  );

/** A function that is a constant plus a sum of sines and of cosines. */
interface Waves {
  readonly constant: number;
  readonly parts: readonly Ridge[];
}

/** |x - g(z)|^2 / 2 as a function of z. */
export function sineReconstruction({ w, c, v, b }: SineDecoder, x: Vector): Waves {
  const rest = subtract(x, b);
  const sines = w.map((a, k) => ({ c: -rest.reduce((sum, r, m) => sum + r * v[m]![k]!, 0), a, b: c[k]! }));
  const cosines = w.flatMap((a, k) =>
    w.flatMap((other, l) => {
      const weight = v.reduce((sum, row) => sum + row[k]! * row[l]!, 0) / 4;
      return [
        { c: weight, a: subtract(a, other), b: c[k]! - c[l]! },
        { c: -weight, a: add(a, other), b: c[k]! + c[l]! },
      ];
    }),
  );
  return {
    constant: rest.reduce((sum, r) => sum + (r * r) / 2, 0),
    parts: [
      { kind: 'sin', terms: sines },
      { kind: 'cos', terms: cosines },
    ],
  };
}

/** The waves averaged over N(0, Sigma). */
export const wavesSmoothed = ({ constant, parts }: Waves, sigma: Matrix): Waves => ({
  constant,
  parts: parts.map(part => ridgeSmoothed(part, sigma)),
});

export const wavesValue = ({ constant, parts }: Waves, z: Vector): number =>
  parts.reduce((sum, part) => sum + ridgeValue(part, z), constant);

export const wavesHessian = ({ parts }: Waves, z: Vector): number[][] =>
  parts.map(part => ridgeHessian(part, z)).reduce((sum, h) => sum.map((row, i) => add(row, h[i]!)));

/** L_ijkl Sigma_ij Sigma_kl */
export const wavesQuartic = ({ parts }: Waves, z: Vector, sigma: Matrix): number =>
  parts.reduce((sum, part) => sum + ridgeContraction(part, z, sigma, 2), 0);
