/** @file UJV-19 (section 5.1, eq. 50): what learning the covariance by the SAM objective would do without a KL. */
import * as tf from '@tensorflow/tfjs';
import { bound } from '../../../src/claims/checks/bound.js';
import { equals } from '../../../src/claims/checks/equals.js';
import { only } from '../../../src/claims/checks/given.js';
import { order } from '../../../src/claims/checks/order.js';
import { violates } from '../../../src/claims/checks/violates.js';
import { claim, mutant } from '../../../src/claims/claim.js';
import { dyadic, ladder } from '../../../src/claims/order/case.js';
import { conditional } from '../../../src/claims/verdict.js';
import { MEAN_FIELD_RULES, type MeanFieldRules } from '../../../src/core/variational/mean-field.js';
import {
  VARIATIONAL_SAM_RULES,
  type VariationalSamRules,
} from '../../../src/core/variational/variational-sam.js';
import { constant } from '../../../src/engine/ops.js';
import { cholesky } from '../../../src/theory/numerics/cholesky.js';
import { symmetricEigen } from '../../../src/theory/numerics/eigen.js';
import { sigmaPoints } from '../../../src/theory/numerics/gauss-hermite.js';
import {
  add,
  apply,
  combine,
  diagonal,
  identity,
  type Matrix,
  multiply,
  norm,
  scale,
  transpose,
} from '../../../src/theory/numerics/matrix.js';
import { maximiseOnEllipsoid } from '../../../src/theory/numerics/trust-region.js';
import { type Quadratic, quadraticOf, quadratics } from '../../arbitraries/functions.js';
import { type SpectralMatrix, spd } from '../../arbitraries/matrix.js';
import { logUniform, normal } from '../../arbitraries/numbers.js';
import { oneof } from '../../arbitraries/one-of.js';
import { plainRecord } from '../../arbitraries/record.js';
import { vector } from '../../arbitraries/vector.js';
import { powerLoss, quadraticLoss } from '../../subjects/sam/losses.js';
import { klPerExample, klSize } from '../../subjects/sam/prior.js';
import { type Case, times, withSigma } from '../../subjects/sam/ridge-cases.js';
import { meanFieldOn, type Prior, variationalSamOn } from '../../subjects/sam/weight-posteriors.js';
import { averaged } from '../../subjects/sam/weighted-noise.js';

interface Subject {
  readonly variational: VariationalSamRules;
  readonly meanField: MeanFieldRules;
  /** The sharpness as a function of Sigma: the largest gain on its ellipsoid of radius sqrt(p). */
  readonly sharpness: (f: Quadratic, sigma: Matrix) => number;
}

const WITHOUT_KL: MeanFieldRules = {
  ...MEAN_FIELD_RULES,
  meanWeight: () => constant(0),
  varianceWeight: () => constant(0),
};

const SUBJECT: Subject = {
  variational: VARIATIONAL_SAM_RULES,
  meanField: WITHOUT_KL,
  sharpness: ({ gradient, matrix }, sigma) =>
    maximiseOnEllipsoid(gradient, matrix, sigma, Math.sqrt(gradient.length)).value,
};

interface Pair {
  readonly f: Quadratic;
  readonly sigma: SpectralMatrix;
  readonly more: SpectralMatrix;
}

const size = ({ gradient, matrix }: Quadratic, sigma: Matrix): number => {
  const reach = Math.sqrt(gradient.length * norm(sigma.flat()));
  return reach * norm(gradient) + reach ** 2 * norm(matrix.flat());
};

const monotone = bound<Pair, Subject>({
  says: 'the sharpness grows with Sigma, for any quadratic, and is zero at the null matrix: nothing but a KL keeps Sigma from it',
  given: {
    arbitrary: oneof([1, 2, 3, 5], p =>
      plainRecord({ f: quadratics(p), sigma: spd(p, 1 / 4, 4), more: spd(p, 1 / 16, 4) }),
    ),
  },
  runs: 60,
  measure: ({ f, sigma, more }, s) => {
    const larger = combine(1, sigma.matrix, 1, more.matrix);
    const terms = size(f, larger);
    const own = s.sharpness(f, sigma.matrix);
    return [
      { what: 'larger', lower: own, upper: s.sharpness(f, larger), scale: terms },
      { what: 'null', lower: 0, upper: own, scale: terms },
    ];
  },
});

const sloped = (p: number) => quadraticOf(p, 'indefinite').filter(({ gradient }) => norm(gradient) > 2 ** -4);

const vanishing = order<Case<Quadratic>, Subject>({
  says: 'at s^2 Sigma it is sqrt(p) |Sigma^(1/2) grad L| s to first order: the infimum L(mu) is approached as Sigma vanishes',
  given: { arbitrary: withSigma(sloped) },
  order: 1,
  measure: ({ f, sigma }, s) => {
    const factor = cholesky(sigma.matrix);
    const back = transpose(factor);
    const g = apply(back, f.gradient);
    const hessian = multiply(back, multiply(f.matrix, factor));
    const curvature = Math.max(...symmetricEigen(hessian).values.map(Math.abs));
    return {
      ladder: ladder(dyadic(norm(g) / curvature, 4, 14), t => ({
        residual: s.sharpness(f, times(t * t, sigma.matrix)),
        scale: t * norm(g),
      })),
      constant: Math.sqrt(g.length) * norm(g),
    };
  },
});

interface Spread extends Prior {
  readonly mean: readonly number[];
  readonly other: readonly number[];
  readonly variances: readonly number[];
}

const spreads = oneof([1, 2, 5], p =>
  plainRecord({
    mean: vector(p, normal()),
    other: vector(p, normal()),
    variances: vector(p, logUniform({ min: 1 / 16, max: 16 })),
    prior: logUniform({ min: 1 / 16, max: 16 }),
    examples: logUniform({ min: 1, max: 1000 }),
  }),
);

const nothing = (p: number) => powerLoss({ terms: [{ c: 0, a: new Array<number>(p).fill(1), b: 0, n: 1 }] });

const penalty = ({ variational }: Subject, { variances, ...prior }: Spread, point: readonly number[]) =>
  variationalSamOn(variational, { loss: nothing(point.length), point }, variances, prior);

const decay = equals<Spread, Subject>({
  says: 'for the mean KL / N is the L2 penalty alpha |mu|^2 with alpha = 1 / (2 N sigma0^2): values to a constant, gradients exactly',
  given: { arbitrary: spreads },
  runs: 40,
  measure: (c, s) => {
    const alpha = 1 / (2 * c.examples * c.prior);
    const [one, two] = [penalty(s, c, c.mean), penalty(s, c, c.other)];
    const scaleOf = klSize(c, c.mean) + klSize(c, c.other);
    return [
      { what: 'KL / N', actual: one.objective, expected: klPerExample(c.mean, c), scale: scaleOf },
      {
        what: 'difference of two means',
        actual: one.objective - two.objective,
        expected: alpha * (norm(c.mean) ** 2 - norm(c.other) ** 2),
        scale: scaleOf,
      },
      { what: 'gradient', actual: one.mean, expected: scale(2 * alpha, c.mean) },
    ];
  },
});

/** Eq. (50) read literally. */
const UNAVERAGED: VariationalSamRules = {
  ...VARIATIONAL_SAM_RULES,
  meanWeight: () => constant(1),
  varianceWeight: () => constant(1),
};

const PINNED: Spread = { mean: [1, -2], other: [0, 1], variances: [0.5, 0.25], prior: 2, examples: 100 };

const notAveraged = violates<Spread, Subject>({
  says: 'with the KL not divided by N, as eq. (50) is printed, the weight decay is N times that of L_SAM',
  given: only([PINNED]),
  measure: c => {
    const [claimed, actual] = [VARIATIONAL_SAM_RULES, UNAVERAGED].map(variational =>
      norm(penalty({ ...SUBJECT, variational }, c, c.mean).mean),
    ) as [number, number];
    return { claimed, actual, by: actual - claimed, scale: actual };
  },
});

/** The mean of a quadratic under training noise with the covariance diag(variances). */
function gaussianMean({ meanField }: Subject, f: Quadratic, variances: readonly number[]): number {
  const at = { loss: quadraticLoss(f), point: f.gradient.map(() => 0) };
  const prior = { prior: 1, examples: 1 };
  return averaged(sigmaPoints(variances.length), noise => [
    meanFieldOn(meanField, at, variances, noise, prior).loss,
  ])[0]!;
}

interface Growing {
  readonly f: Quadratic;
  readonly variances: readonly number[];
  readonly more: readonly number[];
}

const growing = (kind: 'psd' | 'interior') =>
  oneof([1, 2, 3], p =>
    plainRecord({
      f: quadraticOf(p, kind),
      variances: vector(p, logUniform({ min: 1 / 4, max: 4 })),
      more: vector(p, logUniform({ min: 1 / 4, max: 4 })),
    }),
  );

const meanMonotone = bound<Growing, Subject>({
  says: 'the Gaussian mean grows with Sigma too where the loss is convex: without a KL MFVI would collapse there',
  given: { arbitrary: growing('psd') },
  runs: 20,
  measure: ({ f, variances, more }, s) => ({
    lower: gaussianMean(s, f, variances),
    upper: gaussianMean(s, f, add(variances, more)),
    scale: Math.abs(f.offset) + size(f, diagonal(add(variances, more))),
  }),
});

const meanFalls = violates<Growing, Subject>({
  says: 'but not where it is concave: there the mean falls as Sigma grows, while the maximum never does',
  given: { arbitrary: growing('interior') },
  runs: 20,
  measure: ({ f, variances, more }, s) => {
    const [claimed, actual] = [gaussianMean(s, f, variances), gaussianMean(s, f, add(variances, more))];
    return {
      claimed,
      actual,
      by: claimed - actual,
      scale: Math.abs(f.offset) + size(f, diagonal(add(variances, more))),
    };
  },
});

const wrong = (says: string, change: Partial<Subject>) => mutant<Subject>(says, s => ({ ...s, ...change }));
const inVariational = (says: string, change: Partial<VariationalSamRules>) =>
  wrong(says, { variational: { ...VARIATIONAL_SAM_RULES, ...change } });

export default claim({
  id: 'UJV-19',
  paper: 'ujvary',
  source: 'Ujváry et al. 2022, section 5.1, eq. (50)',
  tex: {
    printed:
      'L_{\\mathrm{VSAM}} = \\max_{\\varepsilon^\\top\\Sigma^{-1}\\varepsilon\\le p} L(\\mu+\\varepsilon) + \\operatorname{KL}\\bigl(\\mathcal N(\\mu,\\Sigma)\\,\\|\\,\\mathcal N(0,\\sigma_0^2 I)\\bigr), \\qquad \\arg\\min_\\Sigma L_{\\mathrm{SAM}} = 0',
    corrected:
      'L_{\\mathrm{VSAM}} = \\max_{\\varepsilon^\\top\\Sigma^{-1}\\varepsilon\\le p} L(\\mu+\\varepsilon) + \\tfrac1N\\operatorname{KL}',
  },
  says: 'Minimising the SAM objective over Sigma leads to the null matrix, for every loss; the KL that prevents it acts on the mean as the L2 penalty of SAM does, provided it is divided by N as in eq. (55). For the MFVI objective the collapse happens only where the loss is convex.',
  verdict: conditional(
    'the KL is divided by the number of examples N, which eq. (50) omits and eq. (55) has',
  ),
  objectives: ['variational-sam'],
  subject: SUBJECT,
  checks: { decay, notAveraged, monotone, vanishing, meanMonotone, meanFalls },
  mutants: {
    printed: inVariational('the KL is not divided by N', UNAVERAGED),
    decayMissing: inVariational('no KL for the mean', { meanWeight: () => constant(0) }),
    alphaDoubled: inVariational('|mu|^2 / sigma0^2 without 1/2', {
      meanKl: (mean, prior) => tf.div(tf.sum(tf.square(mean)), prior),
    }),
    priorDeviation: inVariational('sigma0 for sigma0^2', {
      meanKl: (mean, prior) => VARIATIONAL_SAM_RULES.meanKl(mean, tf.sqrt(prior)),
    }),
    normForSquare: inVariational('|mu| for |mu|^2', {
      meanKl: (mean, prior) => tf.sqrt(VARIATIONAL_SAM_RULES.meanKl(mean, prior)),
    }),
    inverseEllipsoid: wrong('the ellipsoid of the inverse of Sigma', {
      sharpness: (f, sigma) => SUBJECT.sharpness(f, inverseOf(sigma)),
    }),
    minimum: wrong('the smallest loss on the ellipsoid', {
      sharpness: (f, sigma) =>
        -SUBJECT.sharpness({ ...f, gradient: scale(-1, f.gradient), matrix: times(-1, f.matrix) }, sigma),
    }),
    radiusDropped: wrong('the ellipsoid without p', {
      sharpness: ({ gradient, matrix }, sigma) => maximiseOnEllipsoid(gradient, matrix, sigma, 1).value,
    }),
    floor: wrong('an ellipsoid that does not vanish', {
      sharpness: (f, sigma) => SUBJECT.sharpness(f, combine(1, sigma, 1e-3, identity(sigma.length))),
    }),
    noNoise: wrong('no noise', { meanField: { ...WITHOUT_KL, sample: mean => mean } }),
  },
});

function inverseOf(sigma: Matrix): number[][] {
  const { values, vectors } = symmetricEigen(sigma);
  return multiply(transpose(vectors), multiply(diagonal(values.map(x => 1 / x)), vectors));
}
