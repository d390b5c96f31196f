/**
 * @file UJV-6 (introduction): SAM as a biased, deterministic replacement of an unbiased Monte Carlo gradient.
 */
import * as tf from '@tensorflow/tfjs';
import * as randomSam from '../../../src/core/objectives/sam/random-sam.js';
import { makeSam, SAM_RULES } from '../../../src/core/objectives/sam/sam.js';
import { constant } from '../../../src/engine/ops.js';
import { ridgeGradient, ridgeHessian, ridgeSmoothed } from '../../../src/theory/closed/ridge.js';
import { asymptotic, check, claim, draw, mat, quad, wrong } from '../../kit.js';
import { sizeOf, times, widest } from '../../subjects/sam/ridge-cases.js';
import { inRules, pick, wrongSteps } from '../../subjects/sam/step-mutants.js';
import { atQuadratic, atRidge, plainCase } from '../../subjects/sam/weight-cases.js';
import { averaged } from '../../subjects/sam/weighted-noise.js';
import { type AtWeights, moveOn } from '../../subjects/sam/weights.js';

const SUBJECT = {
  /** The deterministic step. */
  sam: SAM_RULES,
  /** The random one. */
  random: randomSam.RANDOM_SAM_RULES,
  /** What bias over standard deviation tends to. */
  ratio: (hessian: mat.Matrix, direction: mat.Vector) =>
    (Math.sqrt(direction.length) * mat.norm(mat.apply(hessian, direction))) / mat.norm(hessian.flat()),
};
type Subject = typeof SUBJECT;

const samGradient = ({ sam }: Subject, at: AtWeights, rho: number): readonly number[] =>
  moveOn(sam, () => makeSam(sam), at, { rho }).gradient;

/** Mean and standard deviation (root of the trace of the covariance) of the random gradient. */
function moments({ random }: Subject, at: AtWeights, rho: number, points: readonly quad.WeightedPoint[]) {
  const drawn = points.map(({ point: noise, weight }) => ({
    point: moveOn(random, () => randomSam.makeRandomSam(random), at, { rho }, { noise }).gradient,
    weight,
  }));
  const mean = averaged(drawn, g => g);
  const variance = drawn.reduce(
    (sum, { point, weight }) => sum + weight * mat.norm(mat.subtract(point, mean)) ** 2,
    0,
  );
  return { mean, std: Math.sqrt(variance) };
}

/** The covariance of the noise, (rho^2/p) I. */
const covariance = (p: number, rho: number): mat.Matrix => times(rho ** 2 / p, mat.identity(p));

const bias = check.order<draw.RidgeCase, Subject>({
  says: 'the SAM gradient differs from E grad L by rho H g / |g|, of first order',
  given: draw.oneof([2, 3, 5], p => draw.ridges(p)),
  order: 1,
  measure: (f, s) => {
    const { ridge, point } = f;
    const g = ridgeGradient(ridge, point);
    return {
      ladder: check.ladder(check.dyadic(widest(plainCase(f)), 4, 14), rho => ({
        residual: mat.subtract(
          samGradient(s, atRidge(f), rho),
          ridgeGradient(ridgeSmoothed(ridge, covariance(point.length, rho)), point),
        ),
        scale: sizeOf(plainCase(f)),
      })),
      constant: ridgeGradient(ridge, point, [mat.scale(1 / mat.norm(g), g)]),
    };
  },
});

const spread = check.order<draw.RidgeCase, Subject>({
  says: 'the standard deviation of the random gradient is (rho/sqrt(p)) |H|_F, of first order too',
  given: draw.ridges(2),
  order: 1,
  measure: (f, s) => ({
    ladder: check.ladder(check.dyadic(widest(plainCase(f)), 2, 11), rho => ({
      residual: moments(s, atRidge(f), rho, quad.gaussianPoints(2, 6)).std,
      scale: sizeOf(plainCase(f)),
    })),
    constant: mat.norm(ridgeHessian(f.ridge, f.point).flat()) / Math.SQRT2,
  }),
});

const unbiased = check.equals<draw.RidgeCase, Subject>({
  says: 'the random gradient is unbiased for grad E L',
  given: draw.ridges(2),
  runs: 15,
  measure: (f, s) => {
    const rho = widest(plainCase(f));
    return {
      actual: moments(s, atRidge(f), rho, quad.gaussianPoints(2, 16)).mean,
      expected: ridgeGradient(ridgeSmoothed(f.ridge, covariance(2, rho)), f.point),
      scale: sizeOf(plainCase(f)),
    };
  },
});

interface QuadraticCase {
  readonly f: draw.Quadratic;
  readonly rho: number;
}

const quadraticCases = draw.oneof([1, 2, 3, 5], p =>
  draw.record({
    f: draw
      .quadratics(p)
      .filter(({ gradient, matrix }) => mat.norm(gradient) > 2 ** -4 && mat.norm(matrix.flat()) > 0),
    rho: draw.logUniform({ min: 1 / 16, max: 16 }),
  }),
);

/** An eigenvalue of 1 along the gradient and zero otherwise: the worst case. */
const aligned = (p: number): QuadraticCase => {
  const e = mat.identity(p)[0]!;
  return {
    f: { kind: 'psd', offset: 0, gradient: e, matrix: mat.outer(e, e), spectrum: e, basis: mat.identity(p) },
    rho: 1,
  };
};

const size = ({ f, rho }: QuadraticCase): number => mat.norm(f.gradient) + rho * mat.norm(f.matrix.flat());

const quadratic = check.equals<QuadraticCase, Subject>({
  says: 'for quadratics bias over standard deviation is sqrt(p) |H g| / (|g| |H|_F) at every radius',
  given: { arbitrary: quadraticCases, examples: [aligned(4)] },
  runs: 40,
  measure: (c, s) => {
    const { gradient, matrix } = c.f;
    const { mean, std } = moments(s, atQuadratic(c.f), c.rho, quad.sigmaPoints(gradient.length));
    const off = mat.norm(mat.subtract(samGradient(s, atQuadratic(c.f), c.rho), mean));
    const limit = s.ratio(matrix, mat.scale(1 / mat.norm(gradient), gradient));
    return {
      actual: off,
      expected: limit * std,
      scale: size(c) * (1 + Math.abs(c.f.offset) / mat.norm(gradient)),
    };
  },
});

const range = check.bound<QuadraticCase, Subject>({
  says: 'that ratio is at most sqrt(p), which is reached where the gradient is aligned with the only curved direction',
  given: { arbitrary: quadraticCases, examples: [aligned(2), aligned(5)] },
  runs: 40,
  measure: ({ f: { gradient, matrix } }, s) => ({
    lower: s.ratio(matrix, mat.scale(1 / mat.norm(gradient), gradient)),
    upper: Math.sqrt(gradient.length),
  }),
});

const isotropic = check.equals<QuadraticCase, Subject>({
  says: 'and its square averages to one over isotropic directions: bias and standard deviation are of one size',
  given: quadraticCases,
  runs: 40,
  // the ratio's square is a quadratic form in the direction: the axes average it exactly
  measure: ({ f: { gradient, matrix } }, s) => {
    const axes = mat.identity(gradient.length);
    const share = axes.map(() => 1 / axes.length);
    const squares = axes.map(e => s.ratio(matrix, e) ** 2);
    return { actual: mat.dot(squares, share), expected: 1 };
  },
});

export default claim({
  id: 'UJV-6',
  paper: 'ujvary',
  source: 'Ujváry et al. 2022, introduction and section 3',
  tex: {
    asRead: true,
    printed:
      '\\nabla L(\\mu+\\varepsilon^*) \\text{: a biased, deterministic replacement of the unbiased but high-variance } \\nabla L(\\mu+\\Sigma^{1/2}\\eta)',
    corrected:
      '\\frac{\\|\\nabla L(\\mu+\\varepsilon^*) - \\mathbb E\\nabla L\\|}{\\operatorname{std}\\nabla L(\\mu+\\Sigma^{1/2}\\eta)} \\to \\sqrt p\\,\\frac{\\|H\\hat g\\|}{\\|H\\|_F} \\in [0,\\sqrt p]',
  },
  says: 'SAM trades the variance of the single-sample gradient for a bias of the same order: the bias is rho |H g|/|g|, the standard deviation (rho/sqrt(p)) |H|_F, equal in the mean square over directions; where the gradient lies along the sharpest direction the bias is up to sqrt(p) times larger.',
  verdict: asymptotic(1, 'rho'),
  findings: [
    {
      class: 'sharpened',
      title: 'Bias and standard deviation are of one order',
      quote:
        'a biased deterministic approximation replacing the unbiased but high-variance single-sample Monte Carlo gradient',
      place: 'section 1',
      says: 'The bias of the SAM gradient is ρ|Hg|/|g|, the standard deviation of the single sample (ρ/√p)|H|_F: of one order in the radius, and equal in the mean square over directions. “High variance” is not implied; where the gradient lies along the sharpest direction the bias is up to √p times larger.',
    },
  ],
  objectives: ['sam', 'random-sam'],
  subject: SUBJECT,
  checks: { quadratic, range, isotropic, unbiased, bias, spread },
  mutants: {
    ...inRules(
      pick(
        wrongSteps(SAM_RULES),
        'notDetached',
        'downhill',
        'noSecondStep',
        'unnormalised',
        'tensorNorm',
        'firstTensorNorm',
      ),
      (s: Subject, sam) => ({ ...s, sam }),
    ),
    ...wrong.rules(SUBJECT, 'random', {
      noiseUnscaled: ['rho for rho / sqrt(p)', { length: () => constant(1) }],
      noiseDimension: ['rho / p for rho / sqrt(p)', { length: p => constant(p) }],
      noNoise: ['no noise', { point: w => w }],
      mirrored: [
        'the noise subtracted',
        { point: (w, step) => tf.sub(w, step) },
        'eta and -eta have the same distribution.',
      ],
    }),
    ...wrong.formula(SUBJECT, 'ratio', {
      ratioDimension: ['the ratio without sqrt(p)', (h, u) => SUBJECT.ratio(h, u) / Math.sqrt(u.length)],
      ratioTrace: [
        'the trace for the Frobenius norm',
        (h, u) => (Math.sqrt(u.length) * mat.norm(mat.apply(h, u))) / Math.abs(mat.trace(h)),
      ],
      ratioForm: [
        "u'Hu for |Hu|",
        (h, u) => (Math.sqrt(u.length) * Math.abs(mat.form(u, h, u))) / mat.norm(h.flat()),
      ],
    }),
  },
});
