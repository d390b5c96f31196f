/** @file The rotation experiment with a posterior for each datum: its optima from turned starts. */
import {
  NOISE,
  type Nonlinearity,
  orthogonalColumns,
  rotationData,
} from '../../../../src/studies/rotation-fit.js';
import { type Evaluated, lbfgs } from '../../../../src/theory/numerics/lbfgs.js';
import { polarPoints } from '../../../../src/theory/numerics/polar-points.js';
import { draw, fc, mat } from '../../../kit.js';

/** What the covariance of a posterior may be. */
export type Family = 'full' | 'diagonal' | 'isotropic';

/** The nonlinearities with their slopes. */
const CURVES: Readonly<Record<Nonlinearity, readonly [(a: number) => number, (a: number) => number]>> = {
  identity: [a => a, () => 1],
  tanh: [Math.tanh, a => 1 - Math.tanh(a) ** 2],
  sigmoid: [a => 1 / (1 + Math.exp(-a)), a => 1 / (2 + Math.exp(a) + Math.exp(-a))],
  elu: [a => (a > 0 ? a : Math.expm1(a)), a => (a > 0 ? 1 : Math.exp(a))],
};

const SAMPLES = 6;

export const experiments = draw.record({
  seed: fc.integer({ min: 0, max: 2 ** 31 }),
  nu: fc.constantFrom<Nonlinearity>('identity', 'tanh', 'sigmoid', 'elu'),
  /** Of W, in radians. */
  turn: draw.dyadic({ min: 0, max: 1.5, bits: 6 }),
});
export type Experiment = draw.Of<typeof experiments>;

const POINTS = polarPoints(3, 8);
/** Numbers of the decoder and of a posterior: its mean, the logs of L's diagonal, and what is below. */
const [DECODER, POSTERIOR] = [6, 5];

/** The beta-VAE over beta, summed over the data, and its gradient. */
function objective(nu: Nonlinearity, x: mat.Matrix, family: Family, at: mat.Vector): Evaluated {
  const [curve, slope] = CURVES[nu];
  const [a, b, c, d, p, q] = at as unknown as [number, number, number, number, number, number];
  const gradient = mat.zeros(at.length);
  const beta = NOISE ** 2;
  let value = 0;
  for (const [i, [u, v]] of (x as [number, number][]).entries()) {
    const k = DECODER + POSTERIOR * i;
    const [m, n, log1, log2, below] = at.slice(k, k + POSTERIOR) as [number, number, number, number, number];
    const [s, t] = [Math.exp(log1), Math.exp(log2)];
    value += (m * m + n * n + s * s + t * t + below * below) / 2 - 1 - log1 - log2;
    const own = [m, n, s * s - 1, t * t - 1, below];
    for (const { point, weight } of POINTS) {
      const [e, f] = point as [number, number];
      const [z, w] = [m + s * e, n + below * e + t * f];
      const [before1, before2] = [a * z + b * w, c * z + d * w];
      const [off1, off2] = [curve(before1) + p - u, curve(before2) + q - v];
      const share = weight / beta;
      value += (share * (off1 * off1 + off2 * off2)) / 2;
      const [back1, back2] = [share * off1 * slope(before1), share * off2 * slope(before2)];
      const [dz, dw] = [a * back1 + c * back2, b * back1 + d * back2];
      const shared = [back1 * z, back1 * w, back2 * z, back2 * w, share * off1, share * off2];
      for (const [j, g] of shared.entries()) gradient[j]! += g;
      for (const [j, g] of [dz, dw, dz * e * s, dw * f * t, dw * e].entries()) own[j]! += g;
    }
    if (family !== 'full') own[4] = 0;
    if (family === 'isotropic') own[2] = own[3] = (own[2]! + own[3]!) / 2;
    for (const [j, g] of own.entries()) gradient[k + j] = g;
  }
  return { value, gradient };
}

export interface Fit {
  /** Over beta, a datum. */
  readonly loss: number;
  /** True latents times inferred means, summed over the data. */
  readonly cross: mat.Matrix;
  /** A, b, and the posteriors. */
  readonly at: mat.Vector;
}

/** Degrees by which the starts are turned against the true latents. */
const STARTS = [-40, -10, 20] as const;

/** The same numbers with the latents of decoder and means turned; variances stay. */
function turned(at: mat.Vector, degrees: number): number[] {
  const [c, s] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  const moved = [...at];
  const turnPair = (k: number): void => {
    moved[k] = c * at[k]! + s * at[k + 1]!;
    moved[k + 1] = c * at[k + 1]! - s * at[k]!;
  };
  for (const k of [0, 2]) turnPair(k);
  for (let k = DECODER; k < at.length; k += POSTERIOR) turnPair(k);
  return moved;
}

const fitted = new Map<string, readonly Fit[]>();

/** What is found from a start, by all numbers or with the decoder as it is. */
function fitFrom({ seed, nu, turn }: Experiment, family: Family, start: Start, frozen: boolean): Fit {
  const weights = orthogonalColumns(turn);
  const { z, x } = rotationData({ seed, weights, nu, posterior: 'diagonal', samples: SAMPLES });
  const found = lbfgs(
    at => {
      const { value, gradient } = objective(nu, x, family, at);
      return { value, gradient: gradient.map((g, k) => (frozen && k < DECODER ? 0 : g)) };
    },
    start([...weights.flat(), 0, 0, ...z.flatMap(m => [...m, -3, -3, 0])]),
    { tolerance: 1e-4, iterations: 3000 },
  );
  const inferred = z.map((_, i) => found.at.slice(DECODER + POSTERIOR * i, DECODER + POSTERIOR * i + 2));
  return { loss: found.value / SAMPLES, cross: mat.multiply(mat.transpose(z), inferred), at: found.at };
}

/** Where a fit begins, from the true decoder and latents. */
type Start = (truth: mat.Vector) => mat.Vector;

/** The optima, one for each start, from the true decoder in turned latents; kept for the mutants. */
export function fitsOf(experiment: Experiment, family: Family): readonly Fit[] {
  const key = JSON.stringify([experiment, family]);
  const known = fitted.get(key);
  if (known) return known;
  const fits = STARTS.map(degrees => fitFrom(experiment, family, truth => turned(truth, degrees), false));
  fitted.set(key, fits);
  return fits;
}

/** The least of those optima. */
export const leastOf = (fits: readonly Fit[]): Fit => fits.reduce((a, b) => (b.loss < a.loss ? b : a));

/** The least loss where a decoder's latents are turned and the posteriors are best for it. */
export const turnedLoss = (experiment: Experiment, family: Family, { at }: Fit, degrees: number): number =>
  fitFrom(experiment, family, () => turned(at, degrees), true).loss;
