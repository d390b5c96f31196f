/** @file UJV-6 (introduction): SAM as a biased, deterministic replacement of an unbiased Monte Carlo gradient. */
import * as tf from '@tensorflow/tfjs';
import { bound } from '../../../src/claims/checks/bound.js';
import { equals } from '../../../src/claims/checks/equals.js';
import { order } from '../../../src/claims/checks/order.js';
import { claim, mutant } from '../../../src/claims/claim.js';
import { dyadic, ladder } from '../../../src/claims/order/case.js';
import { asymptotic } from '../../../src/claims/verdict.js';
import type { SamRules } from '../../../src/core/objectives/sam/diagonal.js';
import {
  makeRandomSam,
  RANDOM_SAM_RULES,
  type RandomSamRules,
} from '../../../src/core/objectives/sam/random-sam.js';
import { makeSam, SAM_RULES, type SamHyper } from '../../../src/core/objectives/sam/sam.js';
import { constant } from '../../../src/engine/ops.js';
import { ridgeGradient, ridgeHessian, ridgeSmoothed } from '../../../src/theory/closed/ridge.js';
import {
  gaussianPoints,
  sigmaPoints,
  type WeightedPoint,
} from '../../../src/theory/numerics/gauss-hermite.js';
import {
  apply,
  dot,
  identity,
  type Matrix,
  norm,
  outer,
  scale,
  subtract,
  type Vector,
} from '../../../src/theory/numerics/matrix.js';
import { type Quadratic, quadratics, type RidgeCase, ridges } from '../../arbitraries/functions.js';
import { logUniform } from '../../arbitraries/numbers.js';
import { oneof } from '../../arbitraries/one-of.js';
import { plainRecord } from '../../arbitraries/record.js';
import { quadraticLoss } from '../../subjects/sam/losses.js';
import { sizeOf, times, widest } from '../../subjects/sam/ridge-cases.js';
import { inRules, wrongSteps } from '../../subjects/sam/step-mutants.js';
import { atRidge, diagonalCase } from '../../subjects/sam/weight-cases.js';
import { averaged } from '../../subjects/sam/weighted-noise.js';
import { type AtWeights, moveOn } from '../../subjects/sam/weights.js';

interface Subject {
  /** The deterministic step. */
  readonly sam: SamRules<SamHyper>;
  /** The random one. */
  readonly random: RandomSamRules;
  /** What bias over standard deviation tends to. */
  readonly ratio: (hessian: Matrix, direction: Vector) => number;
}

const SUBJECT: Subject = {
  sam: SAM_RULES,
  random: RANDOM_SAM_RULES,
  ratio: (hessian, direction) =>
    (Math.sqrt(direction.length) * norm(apply(hessian, direction))) / norm(hessian.flat()),
};

const samGradient = ({ sam }: Subject, at: AtWeights, rho: number): readonly number[] =>
  moveOn(sam, () => makeSam(sam), at, { rho }).gradient;

const randomGradient = ({ random }: Subject, at: AtWeights, rho: number, noise: Vector): readonly number[] =>
  moveOn(random, () => makeRandomSam(random), at, { rho }, { noise }).gradient;

/** Mean and standard deviation (root of the trace of the covariance) of the random gradient. */
function moments(s: Subject, at: AtWeights, rho: number, points: readonly WeightedPoint[]) {
  const drawn = points.map(({ point, weight }) => ({ point: randomGradient(s, at, rho, point), weight }));
  const mean = averaged(drawn, g => g);
  const variance = drawn.reduce(
    (sum, { point, weight }) => sum + weight * norm(subtract(point, mean)) ** 2,
    0,
  );
  return { mean, std: Math.sqrt(variance) };
}

const plain = (f: RidgeCase) => diagonalCase(f, new Array<number>(f.point.length).fill(1));

const givenRidges = { arbitrary: oneof([2, 3, 5], p => ridges(p)) };

/** The covariance of the noise, (rho^2/p) I. */
const covariance = (p: number, rho: number): Matrix => times(rho ** 2 / p, identity(p));

const bias = order<RidgeCase, Subject>({
  says: 'the SAM gradient differs from E grad L by rho H g / |g|, of first order',
  given: givenRidges,
  order: 1,
  measure: (f, s) => {
    const { ridge, point } = f;
    const g = ridgeGradient(ridge, point);
    return {
      ladder: ladder(dyadic(widest(plain(f)), 4, 14), rho => ({
        residual: subtract(
          samGradient(s, atRidge(f), rho),
          ridgeGradient(ridgeSmoothed(ridge, covariance(point.length, rho)), point),
        ),
        scale: sizeOf(plain(f)),
      })),
      constant: ridgeGradient(ridge, point, [scale(1 / norm(g), g)]),
    };
  },
});

const spread = order<RidgeCase, Subject>({
  says: 'the standard deviation of the random gradient is (rho/sqrt(p)) |H|_F, of first order too',
  given: { arbitrary: ridges(2) },
  order: 1,
  measure: (f, s) => ({
    ladder: ladder(dyadic(widest(plain(f)), 2, 11), rho => ({
      residual: moments(s, atRidge(f), rho, gaussianPoints(2, 6)).std,
      scale: sizeOf(plain(f)),
    })),
    constant: norm(ridgeHessian(f.ridge, f.point).flat()) / Math.SQRT2,
  }),
});

const unbiased = equals<RidgeCase, Subject>({
  says: 'the random gradient is unbiased for grad E L',
  given: { arbitrary: ridges(2) },
  runs: 15,
  measure: (f, s) => {
    const rho = widest(plain(f));
    return {
      actual: moments(s, atRidge(f), rho, gaussianPoints(2, 16)).mean,
      expected: ridgeGradient(ridgeSmoothed(f.ridge, covariance(2, rho)), f.point),
      scale: sizeOf(plain(f)),
    };
  },
});

interface QuadraticCase {
  readonly f: Quadratic;
  readonly rho: number;
}

const quadraticCases = oneof([1, 2, 3, 5], p =>
  plainRecord({
    f: quadratics(p).filter(({ gradient, matrix }) => norm(gradient) > 2 ** -4 && norm(matrix.flat()) > 0),
    rho: logUniform({ min: 1 / 16, max: 16 }),
  }),
);

/** An eigenvalue of 1 along the gradient and zero otherwise: the worst case. */
const aligned = (p: number): QuadraticCase => {
  const e = identity(p)[0]!;
  return {
    f: { kind: 'psd', offset: 0, gradient: e, matrix: outer(e, e), spectrum: e, basis: identity(p) },
    rho: 1,
  };
};

const at = ({ f }: QuadraticCase): AtWeights => ({
  loss: quadraticLoss(f),
  point: f.gradient.map(() => 0),
});

const size = ({ f, rho }: QuadraticCase): number => norm(f.gradient) + rho * norm(f.matrix.flat());

const quadratic = equals<QuadraticCase, Subject>({
  says: 'for quadratics bias over standard deviation is sqrt(p) |H g| / (|g| |H|_F) at every radius',
  given: { arbitrary: quadraticCases, examples: [aligned(4)] },
  runs: 40,
  measure: (c, s) => {
    const { gradient, matrix } = c.f;
    const { mean, std } = moments(s, at(c), c.rho, sigmaPoints(gradient.length));
    const off = norm(subtract(samGradient(s, at(c), c.rho), mean));
    const limit = s.ratio(matrix, scale(1 / norm(gradient), gradient));
    return {
      actual: off,
      expected: limit * std,
      scale: size(c) * (1 + Math.abs(c.f.offset) / norm(gradient)),
    };
  },
});

const range = bound<QuadraticCase, Subject>({
  says: 'that ratio is at most sqrt(p), which is reached where the gradient is aligned with the only curved direction',
  given: { arbitrary: quadraticCases, examples: [aligned(2), aligned(5)] },
  runs: 40,
  measure: ({ f: { gradient, matrix } }, s) => ({
    lower: s.ratio(matrix, scale(1 / norm(gradient), gradient)),
    upper: Math.sqrt(gradient.length),
  }),
});

const isotropic = equals<QuadraticCase, Subject>({
  says: 'and its square averages to one over isotropic directions: bias and standard deviation are of one size',
  given: { arbitrary: quadraticCases },
  runs: 40,
  // the ratio's square is a quadratic form in the direction: the axes average it exactly
  measure: ({ f: { gradient, matrix } }, s) => {
    const axes = identity(gradient.length);
    const squares = axes.map(e => s.ratio(matrix, e) ** 2);
    return {
      actual: dot(
        squares,
        squares.map(() => 1 / axes.length),
      ),
      expected: 1,
    };
  },
});

const inSam = (s: Subject, sam: SamRules<SamHyper>): Subject => ({ ...s, sam });
const { notDetached, ...steps } = wrongSteps(SAM_RULES);
const { downhill, noSecondStep, unnormalised, tensorNorm, firstTensorNorm } = steps;

const inRandom = (says: string, change: Partial<RandomSamRules>) => {
  const random = { ...RANDOM_SAM_RULES, ...change };
  return mutant<Subject>(says, s => ({ ...s, random }));
};
const MIRRORED: RandomSamRules = { ...RANDOM_SAM_RULES, point: (w, step) => tf.sub(w, step) };
const wrongRatio = (says: string, ratio: Subject['ratio']) => mutant<Subject>(says, s => ({ ...s, ratio }));

export default claim({
  id: 'UJV-6',
  paper: 'ujvary',
  source: 'Ujváry et al. 2022, introduction and section 3',
  tex: {
    printed:
      '\\nabla L(\\mu+\\varepsilon^*) \\text{: a biased, deterministic replacement of the unbiased but high-variance } \\nabla L(\\mu+\\Sigma^{1/2}\\eta)',
    corrected:
      '\\frac{\\|\\nabla L(\\mu+\\varepsilon^*) - \\mathbb E\\nabla L\\|}{\\operatorname{std}\\nabla L(\\mu+\\Sigma^{1/2}\\eta)} \\to \\sqrt p\\,\\frac{\\|H\\hat g\\|}{\\|H\\|_F} \\in [0,\\sqrt p]',
  },
  says: 'SAM trades the variance of the single-sample gradient for a bias of the same order: the bias is rho |H g|/|g|, the standard deviation (rho/sqrt(p)) |H|_F, equal in the mean square over directions; where the gradient lies along the sharpest direction the bias is up to sqrt(p) times larger.',
  verdict: asymptotic(1, 'rho'),
  objectives: ['sam', 'random-sam'],
  subject: SUBJECT,
  checks: { quadratic, range, isotropic, unbiased, bias, spread },
  mutants: {
    ...inRules<SamRules<SamHyper>, Subject>(
      { notDetached, downhill, noSecondStep, unnormalised, tensorNorm, firstTensorNorm },
      inSam,
    ),
    noiseUnscaled: inRandom('rho for rho / sqrt(p)', { length: () => constant(1) }),
    noiseDimension: inRandom('rho / p for rho / sqrt(p)', { length: p => constant(p) }),
    noNoise: inRandom('no noise', { point: w => w }),
    ratioDimension: wrongRatio(
      'the ratio without sqrt(p)',
      (h, u) => SUBJECT.ratio(h, u) / Math.sqrt(u.length),
    ),
    ratioTrace: wrongRatio(
      'the trace for the Frobenius norm',
      (h, u) => (Math.sqrt(u.length) * norm(apply(h, u))) / Math.abs(h.reduce((t, row, i) => t + row[i]!, 0)),
    ),
    ratioForm: wrongRatio(
      "u'Hu for |Hu|",
      (h, u) => (Math.sqrt(u.length) * Math.abs(dot(u, apply(h, u)))) / norm(h.flat()),
    ),
    mirrored: mutant<Subject>(
      'the noise subtracted',
      s => ({ ...s, random: MIRRORED }),
      'eta and -eta have the same distribution.',
    ),
  },
});
