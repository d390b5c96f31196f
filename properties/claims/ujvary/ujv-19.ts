/** @file UJV-19 (section 5.1, eq. 50): what learning Sigma by the SAM objective does without a KL. */
import * as tf from '@tensorflow/tfjs';
import * as variationalSam from '../../../src/core/variational/variational-sam.js';
import { constant } from '../../../src/engine/ops.js';
import { maximiseOnEllipsoid } from '../../../src/theory/numerics/trust-region.js';
import { check, claim, conditional, draw, mat, mutant, quad } from '../../kit.js';
import { constantLoss } from '../../subjects/sam/losses.js';
import { klPerExample, klSize } from '../../subjects/sam/prior.js';
import { type Case, times, withSigma } from '../../subjects/sam/ridge-cases.js';
import { atQuadratic } from '../../subjects/sam/weight-cases.js';
import { meanFieldOn, priors, variationalSamOn, WITHOUT_KL } from '../../subjects/sam/weight-posteriors.js';
import { averaged } from '../../subjects/sam/weighted-noise.js';

const SUBJECT = {
  variational: variationalSam.VARIATIONAL_SAM_RULES,
  meanField: WITHOUT_KL,
  /** The sharpness as a function of Sigma: the largest gain on its ellipsoid of radius sqrt(p). */
  sharpness: ({ gradient, matrix }: draw.Quadratic, sigma: mat.Matrix) =>
    maximiseOnEllipsoid(gradient, matrix, sigma, Math.sqrt(gradient.length)).value,
};
type Subject = typeof SUBJECT;

const size = ({ gradient, matrix }: draw.Quadratic, sigma: mat.Matrix): number => {
  const reach = Math.sqrt(gradient.length * mat.norm(sigma.flat()));
  return reach * mat.norm(gradient) + reach ** 2 * mat.norm(matrix.flat());
};

const monotone = check.bound({
  says: 'the sharpness grows with Sigma, for any quadratic, and is zero at the null matrix: nothing but a KL keeps Sigma from it',
  given: draw.oneof([1, 2, 3, 5], p =>
    draw.record({ f: draw.quadratics(p), sigma: draw.spd(p, 1 / 4, 4), more: draw.spd(p, 1 / 16, 4) }),
  ),
  runs: 60,
  measure: ({ f, sigma, more }, s: Subject) => {
    const larger = mat.combine(1, sigma.matrix, 1, more.matrix);
    const terms = size(f, larger);
    const own = s.sharpness(f, sigma.matrix);
    return check.below({ larger: [own, s.sharpness(f, larger)], null: [0, own] }, terms);
  },
});

const sloped = (p: number) =>
  draw.quadraticOf(p, 'indefinite').filter(({ gradient }) => mat.norm(gradient) > 2 ** -4);

const vanishing = check.order<Case<draw.Quadratic>, Subject>({
  says: 'at s^2 Sigma it is sqrt(p) |Sigma^(1/2) grad L| s to first order: the infimum L(mu) is approached as Sigma vanishes',
  given: withSigma(sloped),
  order: 1,
  measure: ({ f, sigma }, s) => {
    const factor = mat.cholesky(sigma.matrix);
    const back = mat.transpose(factor);
    const g = mat.apply(back, f.gradient);
    const hessian = mat.multiply(back, mat.multiply(f.matrix, factor));
    const curvature = Math.max(...mat.symmetricEigen(hessian).values.map(Math.abs));
    return {
      ladder: check.ladder(check.dyadic(mat.norm(g) / curvature, 4, 14), t => ({
        residual: s.sharpness(f, times(t * t, sigma.matrix)),
        scale: t * mat.norm(g),
      })),
      constant: Math.sqrt(g.length) * mat.norm(g),
    };
  },
});

const spreads = draw.oneof([1, 2, 5], p =>
  draw.record({
    mean: draw.vector(p, draw.normal()),
    other: draw.vector(p, draw.normal()),
    variances: draw.vector(p, draw.logUniform({ min: 1 / 16, max: 16 })),
    ...priors(16),
  }),
);
type Spread = draw.Of<typeof spreads>;

const penalty = ({ variational }: Subject, { variances, ...prior }: Spread, point: readonly number[]) =>
  variationalSamOn(variational, { loss: constantLoss(point.length, 0), point }, variances, prior);

const decay = check.equals<Spread, Subject>({
  says: 'for the mean KL / N is the L2 penalty alpha |mu|^2 with alpha = 1 / (2 N sigma0^2): values to a constant, gradients exactly',
  given: spreads,
  runs: 40,
  measure: (c, s) => {
    const alpha = 1 / (2 * c.examples * c.prior);
    const [one, two] = [penalty(s, c, c.mean), penalty(s, c, c.other)];
    const scaleOf = klSize(c, c.mean) + klSize(c, c.other);
    return check.agree({
      'KL / N': [one.objective, klPerExample(c.mean, c), scaleOf],
      'difference of two means': [
        one.objective - two.objective,
        alpha * (mat.norm(c.mean) ** 2 - mat.norm(c.other) ** 2),
        scaleOf,
      ],
      gradient: [one.mean, mat.scale(2 * alpha, c.mean)],
    });
  },
});

/** The display of section 5.1 read literally. */
const UNAVERAGED: variationalSam.VariationalSamRules = {
  ...variationalSam.VARIATIONAL_SAM_RULES,
  meanWeight: () => constant(1),
  varianceWeight: () => constant(1),
};

const PINNED: Spread = { mean: [1, -2], other: [0, 1], variances: [0.5, 0.25], prior: 2, examples: 100 };

const notAveraged = check.violates<Spread, Subject>({
  says: 'with the KL not divided by N, as the display of section 5.1 is printed, the weight decay is N times that of L_SAM',
  given: check.only([PINNED]),
  measure: c => {
    const [claimed, actual] = [variationalSam.VARIATIONAL_SAM_RULES, UNAVERAGED].map(variational =>
      mat.norm(penalty({ ...SUBJECT, variational }, c, c.mean).mean),
    ) as [number, number];
    return { claimed, actual, by: actual - claimed, scale: actual };
  },
});

/** The mean of a quadratic under training noise with the covariance diag(variances). */
function gaussianMean({ meanField }: Subject, f: draw.Quadratic, variances: readonly number[]): number {
  const prior = { prior: 1, examples: 1 };
  return averaged(quad.sigmaPoints(variances.length), noise => [
    meanFieldOn(meanField, atQuadratic(f), variances, noise, prior).loss,
  ])[0]!;
}

type Growing = draw.Of<ReturnType<typeof growing>>;

const growing = (kind: 'psd' | 'interior') =>
  draw.oneof([1, 2, 3], p =>
    draw.record({
      f: draw.quadraticOf(p, kind),
      variances: draw.vector(p, draw.logUniform({ min: 1 / 4, max: 4 })),
      more: draw.vector(p, draw.logUniform({ min: 1 / 4, max: 4 })),
    }),
  );

const meanMonotone = check.bound<Growing, Subject>({
  says: 'the Gaussian mean grows with Sigma too where the loss is convex: without a KL MFVI would collapse there',
  given: growing('psd'),
  runs: 20,
  measure: ({ f, variances, more }, s) => ({
    lower: gaussianMean(s, f, variances),
    upper: gaussianMean(s, f, mat.add(variances, more)),
    scale: Math.abs(f.offset) + size(f, mat.diagonal(mat.add(variances, more))),
  }),
});

const meanFalls = check.violates<Growing, Subject>({
  says: 'but not where it is concave: there the mean falls as Sigma grows, while the maximum never does',
  given: growing('interior'),
  runs: 20,
  measure: ({ f, variances, more }, s) => {
    const [claimed, actual] = [gaussianMean(s, f, variances), gaussianMean(s, f, mat.add(variances, more))];
    return {
      claimed,
      actual,
      by: claimed - actual,
      scale: Math.abs(f.offset) + size(f, mat.diagonal(mat.add(variances, more))),
    };
  },
});

const wrong = (says: string, change: Partial<Subject>) => mutant<Subject>(says, s => ({ ...s, ...change }));
const inVariational = (says: string, change: Partial<variationalSam.VariationalSamRules>) =>
  wrong(says, { variational: { ...variationalSam.VARIATIONAL_SAM_RULES, ...change } });

export default claim({
  id: 'UJV-19',
  paper: 'ujvary',
  source: 'Ujváry et al. 2022, section 5.1 (display of L_VSAM), appendix C around eq. (50)',
  tex: {
    printed:
      'L_{\\mathrm{VSAM}} = \\max_{\\varepsilon^\\top\\Sigma^{-1}\\varepsilon\\le p} L(\\mu+\\varepsilon) + \\operatorname{KL}\\bigl(\\mathcal N(\\mu,\\Sigma)\\,\\|\\,\\mathcal N(0,\\sigma_0^2 I)\\bigr), \\qquad \\arg\\min_\\Sigma L_{\\mathrm{SAM}} = 0',
    corrected:
      'L_{\\mathrm{VSAM}} = \\max_{\\varepsilon^\\top\\Sigma^{-1}\\varepsilon\\le p} L(\\mu+\\varepsilon) + \\tfrac1N\\operatorname{KL}',
  },
  says: 'Minimising the SAM objective over Sigma leads to the null matrix, for every loss; the KL that prevents it acts on the mean as the L2 penalty of SAM does, provided it is divided by N as in eq. (55). For the MFVI objective the collapse happens only where the loss is convex.',
  verdict: conditional(
    'the KL is divided by the number of examples N, as in eqs. (5), (52) and (55); the display of section 5.1 omits it',
  ),
  findings: [
    {
      class: 'misprint',
      title: 'The KL of the VariationalSAM loss lacks its 1/N in section 5.1',
      quote: 'but we reinterpret the [...] penalty on [...] as being part of a KL divergence as in MFVI',
      place: 'section 5.1, display of L_VSAM',
      says: 'The display has KL[N(μ, Σ)‖N(0, σ₀²I)] without the factor 1/N that eqs. (5), (52) and (55) have. Without it the weight decay is N times that of L_SAM, and “the same as L_SAM” does not hold; with it the decay is exactly α = 1/(2Nσ₀²). Eq. (50) has no KL at all: it is the loss that appendix C starts from.',
    },
  ],
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
      meanKl: (mean, prior) => variationalSam.VARIATIONAL_SAM_RULES.meanKl(mean, tf.sqrt(prior)),
    }),
    normForSquare: inVariational('|mu| for |mu|^2', {
      meanKl: (mean, prior) => tf.sqrt(variationalSam.VARIATIONAL_SAM_RULES.meanKl(mean, prior)),
    }),
    inverseEllipsoid: wrong('the ellipsoid of the inverse of Sigma', {
      sharpness: (f, sigma) => SUBJECT.sharpness(f, mat.inverse(sigma)),
    }),
    minimum: wrong('the smallest loss on the ellipsoid', {
      sharpness: (f, sigma) =>
        -SUBJECT.sharpness({ ...f, gradient: mat.scale(-1, f.gradient), matrix: times(-1, f.matrix) }, sigma),
    }),
    radiusDropped: wrong('the ellipsoid without p', {
      sharpness: ({ gradient, matrix }, sigma) => maximiseOnEllipsoid(gradient, matrix, sigma, 1).value,
    }),
    floor: wrong('an ellipsoid that does not vanish', {
      sharpness: (f, sigma) => SUBJECT.sharpness(f, mat.combine(1, sigma, 1e-3, mat.identity(sigma.length))),
    }),
    noNoise: wrong('no noise', { meanField: { ...WITHOUT_KL, sample: mean => mean } }),
  },
});
