/**
 * @file Independent coordinates with finitely many values, rotated: how dependent they become, by
 * enumeration.
 */
import { draw, fc } from '../../kit.js';

/** A distribution with mean 0. */
export interface Factor {
  readonly values: readonly number[];
  readonly weights: readonly number[];
}

/** Equally likely values. */
function factor(values: readonly number[]): Factor {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return { values: values.map(x => x - mean), weights: values.map(() => 1 / values.length) };
}

const R = Math.sqrt(3 / 5);

/** The moments of a uniform variable on [-1, 1] up to the fifth. */
export const UNIFORM: Factor = { values: [-R, 0, R], weights: [5 / 18, 8 / 18, 5 / 18] };

/** The moments of a standard normal variable up to the fifth. */
export const NORMAL: Factor = { values: [-Math.sqrt(3), 0, Math.sqrt(3)], weights: [1 / 6, 2 / 3, 1 / 6] };

const moment = ({ values, weights }: Factor, n: number): number =>
  values.reduce((sum, x, k) => sum + weights[k]! * x ** n, 0);

/** The fourth cumulant; 0 for a normal variable. */
export const fourthCumulant = (f: Factor): number => moment(f, 4) - 3 * moment(f, 2) ** 2;

/** E f(a, b) for (a, b) = Rot(t) (u, w), u and w independent. */
function rotatedMean(u: Factor, w: Factor, t: number, f: (a: number, b: number) => number): number {
  const [c, s] = [Math.cos(t), Math.sin(t)];
  return u.values.reduce(
    (sum, x, i) =>
      sum +
      w.values.reduce(
        (part, y, k) => part + u.weights[i]! * w.weights[k]! * f(c * x - s * y, s * x + c * y),
        0,
      ),
    0,
  );
}

/** Moments of the rotated coordinates: zero or products of single ones if these were independent. */
export interface Dependence {
  readonly covariance: number;
  /** cov(a^2, b^2) */
  readonly squares: number;
  /** The same as a correlation. */
  readonly squaresCorrelation: number;
  /** The joint cumulants of a, a, b, b and of a, a, a, b. */
  readonly twoTwo: number;
  readonly threeOne: number;
  /** Size of the moments that went into the fourth cumulants. */
  readonly size: number;
}

export function dependence(u: Factor, w: Factor, t: number): Dependence {
  const mean = (f: (a: number, b: number) => number): number => rotatedMean(u, w, t, f);
  const [aa, ab, bb] = [mean(a => a * a), mean((a, b) => a * b), mean((_, b) => b * b)];
  const [aaaa, bbbb] = [mean(a => a ** 4), mean((_, b) => b ** 4)];
  const squares = mean((a, b) => a * a * b * b) - aa * bb;
  return {
    covariance: ab,
    squares,
    squaresCorrelation: squares / Math.sqrt((aaaa - aa * aa) * (bbbb - bb * bb)),
    twoTwo: squares - 2 * ab * ab,
    threeOne: mean((a, b) => a ** 3 * b) - 3 * aa * ab,
    size: 4 * (aaaa + bbbb) + 3 * (aa + bb) ** 2,
  };
}

const factors: fc.Arbitrary<Factor> = fc.oneof(
  ...[2, 3, 5].map(n => draw.vector(n, draw.normal()).map(factor)),
  fc.constantFrom(UNIFORM, NORMAL),
);

/** Two factors, and an angle that mixes them: no multiple of a quarter turn. */
export const factorCases = draw.record({
  u: factors,
  w: factors,
  t: draw.dyadic({ min: -4, max: 4, bits: 8 }).filter(t => Math.abs(Math.sin(2 * t)) > 0.1),
});
export type FactorCase = draw.Of<typeof factorCases>;
