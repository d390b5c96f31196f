/** @file UJV-4 (eqs. 5-7): the mean-field objective and its gradient by the mean. */
import * as tf from '@tensorflow/tfjs';
import * as meanField from '../../../src/core/variational/mean-field.js';
import { constant } from '../../../src/engine/ops.js';
import { powerSumMean } from '../../../src/theory/closed/power-sum.js';
import { ridgeGradient, ridgeMean, ridgeSmoothed } from '../../../src/theory/closed/ridge.js';
import { check, claim, draw, exact, mat, quad, wrong } from '../../kit.js';
import { constantLoss, powerLoss } from '../../subjects/sam/losses.js';
import { type PolynomialCase, polynomialSize, polynomials } from '../../subjects/sam/polynomial-cases.js';
import { klPerExample, klSize } from '../../subjects/sam/prior.js';
import { sizeOf } from '../../subjects/sam/ridge-cases.js';
import { atRidge, diagonalCase } from '../../subjects/sam/weight-cases.js';
import { meanFieldOn, type Prior, priors } from '../../subjects/sam/weight-posteriors.js';
import { averaged, largestReach } from '../../subjects/sam/weighted-noise.js';
import type { AtWeights } from '../../subjects/sam/weights.js';

const SUBJECT = {
  rules: meanField.MEAN_FIELD_RULES,
  /** The coefficient of |mu|^2 that the KL amounts to for the mean. */
  alpha: ({ prior, examples }: Prior) => 1 / (2 * examples * prior),
};
type Subject = typeof SUBJECT;

interface Case<F> extends Prior {
  readonly f: F;
  readonly variances: readonly number[];
}

const variances = (p: number) => draw.vector(p, draw.logUniform({ min: 1 / 64, max: 1 / 4 }));

const ridgeCases = draw.oneof([1, 2], p =>
  draw.record({ f: draw.ridges(p), variances: variances(p), ...priors(16) }),
);

/** The gradient and the value of a sample, averaged over Gauss-Hermite nodes. */
function expected({ rules }: Subject, at: AtWeights, c: Case<unknown>, nodes: number) {
  const points = quad.gaussianPoints(c.variances.length, nodes);
  return averaged(points, noise => {
    const found = meanFieldOn(rules, at, c.variances, noise, c);
    return [found.loss, ...found.mean];
  });
}

const unbiased = check.equals<Case<draw.RidgeCase>, Subject>({
  says: 'averaged over the noise, what trains is grad E L + 2 alpha mu with alpha = 1 / (2 N sigma0^2), and its value E L + KL / N',
  given: ridgeCases,
  runs: 30,
  measure: (c, s) => {
    const { ridge, point } = c.f;
    const [value, ...gradient] = expected(s, atRidge(c.f), c, 16);
    const sigma = mat.diagonal(c.variances);
    const smooth = ridgeGradient(ridgeSmoothed(ridge, sigma), point);
    const size = largestReach(c.f, c.variances) * sizeOf(diagonalCase(c.f, c.variances));
    return check.agree(
      {
        value: [value!, ridgeMean(ridge, point, sigma) + klPerExample(point, c)],
        gradient: [gradient, mat.add(smooth, mat.scale(2 * s.alpha(c), point))],
      },
      size + klSize(c, point),
    );
  },
});

const polynomial = check.equals<Case<PolynomialCase>, Subject>({
  says: 'for polynomials, by quadrature that is exact: E L + KL / N',
  given: draw.oneof([1, 2, 3], p =>
    draw.record({ f: polynomials([4, 3, 2, 1])(p), variances: variances(p), ...priors(16) }),
  ),
  runs: 30,
  measure: (c, s) => {
    const { polynomial, point } = c.f;
    const sigma = mat.diagonal(c.variances);
    const [value] = expected(s, { loss: powerLoss(polynomial), point }, c, 3);
    return {
      actual: value!,
      expected: powerSumMean(polynomial, point, sigma) + klPerExample(point, c),
      scale: polynomialSize(c.f, sigma) + klSize(c, point),
    };
  },
});

const divergence = check.equals<Case<readonly number[]>, Subject>({
  says: 'without a loss what is left is KL(N(mu, Sigma) || N(0, sigma0^2 I)) / N and its gradient 2 alpha mu, zero at the prior',
  given: {
    arbitrary: draw.oneof([1, 2, 5], p =>
      draw.record({
        f: draw.vector(p, draw.normal()),
        variances: draw.vector(p, draw.logUniform({ min: 1 / 16, max: 16 })),
        ...priors(16),
      }),
    ),
    examples: [
      { f: [0, 0], variances: [2, 2], prior: 2, examples: 7 },
      { f: [1, -1], variances: [1, 4], prior: 4, examples: 1 },
    ],
  },
  runs: 60,
  measure: (c, s) => {
    const point = c.f;
    const noise = point.map(() => 1);
    const found = meanFieldOn(s.rules, { loss: constantLoss(point.length, 0), point }, c.variances, noise, c);
    return check.agree({
      value: [found.loss, klPerExample(point, c), klSize(c, point)],
      gradient: [found.mean, mat.scale(2 * s.alpha(c), point)],
    });
  },
});

export default claim({
  id: 'UJV-4',
  paper: 'ujvary',
  source: 'Ujváry et al. 2022, eqs. (5)-(7)',
  tex: {
    printed:
      'L_{\\mathrm{MFVI}}(\\mu,\\Sigma) = \\mathbb E_{\\theta\\sim\\mathcal N(\\mu,\\Sigma)} L(\\theta) + \\tfrac1N\\operatorname{KL}, \\qquad \\nabla_\\mu L_{\\mathrm{MFVI}} \\approx \\nabla L(\\mu+\\Sigma^{1/2}\\eta) + 2\\alpha\\mu, \\quad \\eta\\sim\\mathcal N(0,I), \\quad \\alpha := \\frac1{2N\\sigma_0^2}',
  },
  says: 'The reparametrised gradient of one noise is an unbiased estimate of the gradient of the MFVI objective, and the KL to N(0, sigma0^2 I) acts on the mean as weight decay with alpha = 1 / (2 N sigma0^2), exactly.',
  verdict: exact(),
  objectives: ['mean-field'],
  subject: SUBJECT,
  checks: { divergence, polynomial, unbiased },
  mutants: {
    ...wrong.formula(SUBJECT, 'alpha', {
      alphaDoubled: ['alpha = 1 / (N sigma0^2)', ({ prior, examples }) => 1 / (examples * prior)],
      examplesMissing: ['alpha without N', ({ prior }) => 1 / (2 * prior)],
    }),
    ...wrong.rules(SUBJECT, 'rules', {
      printed: [
        'Algorithm 1 as printed: no decay of the mean, the KL of the variances not divided by N',
        {
          meanWeight: meanField.PRINTED_MEAN_FIELD_RULES.meanWeight,
          varianceWeight: meanField.PRINTED_MEAN_FIELD_RULES.varianceWeight,
        },
      ],
      klNotAveraged: [
        'the KL is not divided by N',
        { meanWeight: () => constant(1), varianceWeight: () => constant(1) },
      ],
      deviationForVariance: [
        'sigma0 for sigma0^2',
        { meanKl: (mean, prior) => meanField.MEAN_FIELD_RULES.meanKl(mean, tf.sqrt(prior)) },
      ],
      klReversed: [
        'KL of the prior from the posterior',
        { varianceKl: (sigma2, prior) => meanField.MEAN_FIELD_RULES.varianceKl(prior, sigma2) },
      ],
      klSign: [
        'log det Sigma with the wrong sign',
        {
          varianceKl: (sigma2, prior) => {
            const ratio = tf.div(sigma2, prior);
            return tf.mul(constant(0.5), tf.sum(tf.add(tf.sub(ratio, constant(1)), tf.log(ratio))));
          },
        },
      ],
      dimensionMissing: [
        'the constant -p of the KL is missing',
        {
          varianceKl: (sigma2, prior) =>
            tf.add(meanField.MEAN_FIELD_RULES.varianceKl(sigma2, prior), constant(sigma2.size / 2)),
        },
      ],
      klMissing: ['no KL', { meanWeight: () => constant(0), varianceWeight: () => constant(0) }],
      covarianceForRoot: ['Sigma times the noise instead of its square root', { std: sigma2 => sigma2 }],
      noNoise: ['no noise', { sample: mean => mean }],
      sharedNoise: [
        'one noise for all entries of a tensor',
        {
          sample: (mean, std, noise) =>
            tf.add(mean, tf.mul(std, tf.mul(tf.onesLike(noise), tf.slice(noise, [0], [1])))),
        },
      ],
    }),
  },
});
