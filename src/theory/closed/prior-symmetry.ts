/**
 * @file Maps that leave a prior as it is (Kumar & Poole 2020, section 2 and appendix A): r = F^-1 o Phi o U o
 * Phi^-1 o F with an orthogonal U, and the twist of the plane.
 */
import { normalQuantile } from '../../claims/normal-quantile.js';
import { normalCdf } from '../../claims/statistics.js';
import { apply, dot, type Matrix, type Vector } from '../numerics/matrix.js';

/**
 * A density of two coordinates by its distribution function: the second coordinate's is conditional on the
 * first.
 */
export interface Prior {
  readonly name: string;
  /** log p(z) */
  readonly logDensity: (z: Vector) => number;
  /** F: its coordinates are independent and uniform. */
  readonly toUniform: (z: Vector) => number[];
  /** F^-1 */
  readonly fromUniform: (u: Vector) => number[];
}

/** A density of one coordinate. */
interface Marginal {
  readonly logDensity: (z: number) => number;
  readonly cdf: (z: number) => number;
  readonly quantile: (u: number) => number;
}

const independent = (name: string, { logDensity, cdf, quantile }: Marginal): Prior => ({
  name,
  logDensity: z => z.reduce((sum, x) => sum + logDensity(x), 0),
  toUniform: z => z.map(x => cdf(x)),
  fromUniform: u => u.map(x => quantile(x)),
});

const logistic: Marginal = {
  logDensity: z => -Math.abs(z) - 2 * Math.log1p(Math.exp(-Math.abs(z))),
  cdf: z => 1 / (1 + Math.exp(-z)),
  quantile: u => Math.log(u / (1 - u)),
};

const laplace: Marginal = {
  logDensity: z => -Math.abs(z) - Math.LN2,
  cdf: z => (z < 0 ? Math.exp(z) / 2 : 1 - Math.exp(-z) / 2),
  quantile: u => (u < 0.5 ? Math.log(2 * u) : -Math.log(2 - 2 * u)),
};

/** Where the second coordinate is centred, and its width, given the first. */
const centre = (z: number): number => Math.sin(z);
const width = (z: number): number => 0.5 + (z * z) / (1 + z * z);

/** Priors of two coordinates; `dependent` has neither independent coordinates nor Gaussian ones. */
export const PRIORS = {
  normal: independent('normal', {
    logDensity: z => -(z * z + Math.log(2 * Math.PI)) / 2,
    cdf: normalCdf,
    quantile: normalQuantile,
  }),
  uniform: independent('uniform', { logDensity: () => 0, cdf: z => z, quantile: u => u }),
  logistic: independent('logistic', logistic),
  laplace: independent('laplace', laplace),
  dependent: {
    name: 'dependent',
    logDensity: ([a, b]) => {
      const s = width(a!);
      return logistic.logDensity(a!) + logistic.logDensity((b! - centre(a!)) / s) - Math.log(s);
    },
    toUniform: ([a, b]) => [logistic.cdf(a!), logistic.cdf((b! - centre(a!)) / width(a!))],
    fromUniform: ([u, v]) => {
      const a = logistic.quantile(u!);
      return [a, centre(a) + width(a) * logistic.quantile(v!)];
    },
  },
} as const satisfies Record<string, Prior>;

/** z -> r(z) */
export type Transformation = (z: Vector) => number[];

/** Appendix A, with n = Phi^-1(F(z)): the normal scores are rotated. */
export const scoreRotation =
  ({ toUniform, fromUniform }: Prior, u: Matrix): Transformation =>
  z =>
    fromUniform(apply(u, toUniform(z).map(normalQuantile)).map(normalCdf));

/** z -> Rot(rate |z|^2) z: not linear, and volume and the normal prior stay what they are. */
export const twist =
  (rate: number): Transformation =>
  z => {
    const angle = rate * dot(z, z);
    const [c, s] = [Math.cos(angle), Math.sin(angle)];
    return [c * z[0]! - s * z[1]!, s * z[0]! + c * z[1]!];
  };

/** Steps of the difference quotient, and weights of sixth order. */
const STEP = 2 ** -9;
const WEIGHTS = [45 / 60, -9 / 60, 1 / 60];

/**
 * The columns of J_r(z) by differences of sixth order: about ten digits, and independent of how r is made.
 */
export const jacobianColumns = (r: Transformation, z: Vector): number[][] =>
  z.map((_, axis) => {
    const at = (t: number): number[] => r(z.map((x, i) => (i === axis ? x + t : x)));
    const slopes = WEIGHTS.map((w, k) => {
      const [ahead, behind] = [at((k + 1) * STEP), at(-(k + 1) * STEP)];
      return ahead.map((x, i) => (w * (x - behind[i]!)) / STEP);
    });
    return z.map((__, i) => slopes.reduce((sum, s) => sum + s[i]!, 0));
  });

/** |det J_r(z)| in the plane. */
export function determinantOf(r: Transformation, z: Vector): number {
  const [p, q] = jacobianColumns(r, z) as [number[], number[]];
  return Math.abs(p[0]! * q[1]! - p[1]! * q[0]!);
}

/** How far from a kink of the Laplace density a point is, for differences to see a smooth map. */
export const clearance = (z: Vector): number => Math.min(...z.map(Math.abs));
