/**
 * @file KP-34: the alignment that section 4 speaks of. Of all covariances with one spectrum, which does the
 * Taylor objective prefer?
 */
import {
  BETA_VAE_TAYLOR,
  BETA_VAE_TAYLOR_RULES,
  type BetaVaeTaylorRules,
} from '../../../src/core/objectives/vae/beta-vae-taylor.js';
import { check, claim, draw, exact, fc, mat, wrong } from '../../kit.js';
import { mistaken } from '../../subjects/mistaken.js';
import * as local from '../../subjects/vae/local-cases.js';
import { posterior, taylor } from '../../subjects/vae/step.js';

const descending = (values: mat.Vector): number[] => values.toSorted((a, b) => b - a);

const SUBJECT = {
  taylor: BETA_VAE_TAYLOR_RULES,
  /**
   * The covariance with the variances given whose axes are those of A = J'J, the largest along the flattest.
   */
  aligned: (a: mat.Matrix, variances: mat.Vector): mat.Matrix => {
    const { vectors } = mat.symmetricEigen(a);
    return draw.withSpectrum(mat.transpose(vectors), descending(variances).toReversed());
  },
  /** The least tr(AS) / 2, from the eigenvalues of A and of S. */
  least: (curvatures: mat.Vector, variances: mat.Vector) =>
    mat.dot(descending(curvatures), descending(variances).toReversed()) / 2,
};
type Subject = typeof SUBJECT;

const cases = fc.oneof(
  ...[2, 3, 4].map(d =>
    draw.record({
      weight: local.jacobians(d + 1, d),
      variances: draw.vector(d, draw.logUniform({ min: 1 / 16, max: 4 })),
      frame: draw.orthogonal(d),
      mean: draw.vector(d, draw.normal()),
      x: draw.vector(d + 1, draw.normal()),
      beta: local.betas,
    }),
  ),
);
type Case = draw.Of<typeof cases>;

const EXAMPLES: readonly Case[] = [
  // curvatures 4 and 1, the large variance along the steep direction
  {
    weight: [...mat.diagonal([2, 1]), [0, 0]],
    variances: [2, 0.5],
    frame: mat.identity(2),
    mean: [0, 0],
    x: [0, 0, 0],
    beta: 1,
  },
];

const given = { arbitrary: cases, examples: EXAMPLES };

/** The Taylor objective as it trains, at a covariance. */
function trained({ weight, mean, x, beta }: Case, { taylor: rules }: Subject, s: mat.Matrix): number {
  const net = local.linearAutoencoder(weight.length, mean.length);
  const model = { weight, bias: x.map(() => 0), mean, x, beta, covariance: s };
  return taylor(rules, net, local.valuesOf(model, posterior(net, mean, s))).loss;
}

const anyOf = ({ frame, variances }: Case): number[][] => draw.withSpectrum(frame, variances);

const sizeOf = ({ weight, mean, x, variances, beta }: Case): number =>
  (mat.norm(x) + mat.norm(weight.flat()) * (mat.norm(mean) + Math.sqrt(mat.sum(variances)))) ** 2 +
  beta * (mat.norm(mean) ** 2 + 16 * mean.length);

const preferred = check.bound<Case, Subject>({
  says: 'no covariance with the same eigenvalues has a lower Taylor objective than the one with the axes of J^T J, the largest variance along the flattest direction',
  given,
  measure: (c, rules) => ({
    lower: trained(c, rules, rules.aligned(mat.gram(c.weight), c.variances)),
    upper: trained(c, rules, anyOf(c)),
    scale: sizeOf(c),
  }),
});

const excess = check.equals<Case, Subject>({
  says: 'what another orientation costs is tr(J^T J S) / 2 less half the sum of products of curvatures and variances in opposite orders',
  given,
  measure: (c, rules) => {
    const a = mat.gram(c.weight);
    const s = anyOf(c);
    return {
      actual: trained(c, rules, s) - trained(c, rules, rules.aligned(a, c.variances)),
      expected: mat.traceOfProduct(a, s) / 2 - rules.least(mat.symmetricEigen(a).values, c.variances),
      scale: 4 * sizeOf(c),
    };
  },
});

const inTaylor = (s: Subject, rules: BetaVaeTaylorRules): Subject => ({ ...s, taylor: rules });

export default claim<Subject, string, string>({
  id: 'KP-34',
  paper: 'kumar-poole',
  source: 'Kumar & Poole 2020, section 4, after eq. (7)',
  tex: {
    asRead: true,
    printed:
      '\\max_{\\Sigma} \\tfrac12 \\operatorname{tr}\\bigl(J^\\top H_p J\\, \\Sigma\\bigr) \\text{ aligns } J^\\top H_p J \\text{ with } \\Sigma',
    corrected:
      '\\min_{R^\\top R = I} \\tfrac12 \\operatorname{tr}\\bigl(A R\\,\\mathrm{diag}(s) R^\\top\\bigr) = \\tfrac12 \\sum_i a_{(i)} s_{(d + 1 - i)}, \\qquad A = J^\\top J = -J^\\top H_p J',
  },
  says: 'The second-order objective does align the posterior covariance with the Hessian: of all covariances with given eigenvalues it is best for the one that shares its eigenvectors with J^T J, the largest variance along the flattest direction of the decoder.',
  verdict: exact(),
  findings: [
    {
      class: 'sharpened',
      title: 'What alignment of Hessian and posterior covariance means',
      quote:
        'imply that stochasticity of the posterior translates to regularizers that encourage the *alignment* of $H_{f_x}(h(x))$ and $J_g(h(x))^\\top H_{p_x}(g(h(x)))J_g(h(x))$ with posterior covariance',
      place: 'section 4, after eq. (7)',
      says: 'For given eigenvalues the best covariance shares its eigenvectors with the Hessian, which is negative: the largest variance lies along the direction in which the decoder moves least.',
    },
  ],
  objectives: ['beta-vae-taylor'],
  subject: SUBJECT,
  checks: { preferred, excess },
  mutants: {
    ...wrong.formula(SUBJECT, 'aligned', {
      sameOrder: [
        'the largest variance along the steepest direction',
        (a, variances) =>
          draw.withSpectrum(mat.transpose(mat.symmetricEigen(a).vectors), descending(variances)),
      ],
      axesOfLatents: ['the axes of the latents', (_, variances) => mat.diagonal(variances)],
    }),
    ...wrong.formula(SUBJECT, 'least', {
      withoutHalf: ['without the half', (a, s) => 2 * SUBJECT.least(a, s)],
      productsInOrder: ['products in the same order', (a, s) => mat.dot(descending(a), descending(s)) / 2],
    }),
    penaltyWithoutHalf: mistaken(BETA_VAE_TAYLOR.mistakes.penaltyWithoutHalf, inTaylor),
    penaltyWithoutVariance: mistaken(BETA_VAE_TAYLOR.mistakes.penaltyWithoutVariance, inTaylor),
  },
});
