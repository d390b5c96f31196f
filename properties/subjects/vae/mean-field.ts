/**
 * @file Linear decoders with orthogonal columns, rotated: what a mean-field posterior loses by the rotation.
 */
import { precision } from '../../../src/theory/closed/grae.js';
import { ppcaNegativeLogLikelihood } from '../../../src/theory/closed/ppca.js';
import { draw, fc, mat } from '../../kit.js';
import { type LocalCase, localModel } from './local-cases.js';
import { rotation } from './symmetry-cases.js';

/** [sum log P_ii - log det P] / 2: what the best mean-field posterior loses, in nats. */
export const meanFieldLoss = (p: mat.Matrix): number =>
  (p.reduce((sum, row, i) => sum + Math.log(row[i]!), 0) - mat.logDet(p)) / 2;

/**
 * The same in the plane for eigenvalues a and b of P, rotated by t: log(1 + (a - b)^2 sin^2 2t / 4ab) / 2.
 */
export const rotationLoss = (a: number, b: number, t: number): number =>
  Math.log1p(((a - b) * Math.sin(2 * t)) ** 2 / (4 * a * b)) / 2;

/**
 * The posterior N(m, S) of a linear decoder with prior N(0, I) and noise beta; S = P^-1 is the covariance of
 * eq. (11).
 */
export function linearPosterior({ weight, bias, mean, x, beta }: LocalCase): {
  mean: number[];
  covariance: number[][];
} {
  const d = mean.length;
  const covariance = mat.inverse(precision(weight, beta, d));
  const pulled = mat.apply(mat.transpose(weight, d), mat.subtract(x, bias));
  return { mean: mat.scale(1 / beta, mat.apply(covariance, pulled)), covariance };
}

/** beta times -log p(x) of the model with noise beta, less the constant that the objectives leave out. */
export const linearEvidence = ({ weight, bias, x, beta }: LocalCase): number =>
  beta *
  (ppcaNegativeLogLikelihood(mat.subtract(x, bias), weight, beta) -
    (x.length / 2) * Math.log(2 * Math.PI * beta));

/** Rounding of the evidence in units of its scale: WW' + beta I is inverted. */
export const evidenceSize = ({ weight, bias, x, beta }: LocalCase): number =>
  (1 + mat.norm(weight.flat()) ** 2 / beta) * mat.norm(mat.subtract(x, bias)) ** 2;

/** Sizes of what is added up in the beta-VAE at a covariance, and of what inverting P loses. */
export function linearSize(c: LocalCase, s: mat.Matrix, mean: mat.Vector = c.mean): number {
  const { residual } = localModel({ ...c, mean });
  const spread = mat.trace(mat.multiply(mat.gram(c.weight, s.length), s));
  const stretch = 1 + mat.norm(c.weight.flat()) ** 2 / c.beta;
  return (
    (mat.norm(residual) + Math.sqrt(spread)) ** 2 +
    c.beta * (mat.norm(mean) ** 2 + mat.trace(s) + s.length * (1 + Math.log(stretch))) +
    stretch * c.beta +
    mat.norm(mat.subtract(c.x, c.bias)) ** 2
  );
}

const ENTRIES = 3;

/** A decoder in two latents whose columns have the given norms and are orthogonal, then turned. */
export const rotatedCases = draw.record({
  norms: fc.tuple(draw.logUniform({ min: 1 / 4, max: 4 }), draw.logUniform({ min: 1 / 4, max: 4 })),
  angle: draw.dyadic({ min: -4, max: 4, bits: 10 }),
  frame: draw.orthogonal(ENTRIES),
  bias: draw.vector(ENTRIES, draw.normal()),
  x: draw.vector(ENTRIES, draw.normal()),
  beta: draw.logUniform({ min: 1 / 256, max: 16 }),
  /** Factors on the best variances, and something to add to the best mean. */
  factors: draw.vector(2, draw.logUniform({ min: 1 / 4, max: 4 })),
  nudge: draw.vector(2, draw.normal({ std: 0.25 })),
});
export type RotatedCase = draw.Of<typeof rotatedCases>;

/** Norms 2 and 1 with the noise given, turned by so many degrees. */
export const figure = (degrees: number, beta: number): RotatedCase => ({
  norms: [2, 1],
  angle: (degrees * Math.PI) / 180,
  frame: mat.identity(ENTRIES),
  bias: [0, 0, 0],
  x: [1, -2, 0.5],
  beta,
  factors: [1, 1],
  nudge: [0, 0],
});

/** The decoder turned by `angle`, at the best mean. */
export function turned({ norms, frame, bias, x, beta }: RotatedCase, angle: number): LocalCase {
  const scaled = mat.multiply(
    frame.map(row => row.slice(0, 2)),
    mat.diagonal(norms),
  );
  const c = {
    weight: mat.multiply(scaled, rotation(angle)),
    bias,
    mean: [0, 0],
    x,
    beta,
    covariance: mat.identity(2),
  };
  return { ...c, mean: linearPosterior(c).mean };
}

/** Eigenvalues of P. */
export const eigenvalues = ({ norms, beta }: RotatedCase): [number, number] => [
  1 + norms[0] ** 2 / beta,
  1 + norms[1] ** 2 / beta,
];

/** 1 / P_ii, the best mean-field variances, and others with another mean. */
export function meanField(c: LocalCase, { factors, nudge }: Pick<RotatedCase, 'factors' | 'nudge'>) {
  const best = precision(c.weight, c.beta, c.mean.length).map((row, i) => 1 / row[i]!);
  return {
    best: mat.diagonal(best),
    other: { covariance: mat.diagonal(best.map((v, i) => v * factors[i]!)), mean: mat.add(c.mean, nudge) },
  };
}
