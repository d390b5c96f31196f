/** @file KP-23: the metric that a posterior covariance stands for. */

import { ULPS } from '../../../src/claims/checks/rounding.js';
import { BETA_VAE_TAYLOR } from '../../../src/core/objectives/vae/beta-vae-taylor.js';
import { VAE } from '../../../src/core/objectives/vae/vae.js';
import { averagedStep } from '../../../src/studies/noisy-step.js';
import { graeCovariance } from '../../../src/theory/closed/grae.js';
import { check, claim, conditional, mat, quad, wrong } from '../../kit.js';
import { known } from '../../subjects/mistaken.js';
import * as local from '../../subjects/vae/local-cases.js';
import { noisyVae } from '../../subjects/vae/noisy-cases.js';
import * as smooth from '../../subjects/vae/smooth-cases.js';
import { posterior, taylor } from '../../subjects/vae/step.js';

const metric = (covariance: mat.Matrix, beta: number): number[][] =>
  mat.combine(beta, mat.inverse(covariance), -beta, mat.identity(covariance.length));

const SUBJECT = {
  vae: VAE.rules,
  taylor: BETA_VAE_TAYLOR.rules,
  /** The metric G = J'J that a covariance gives away. */
  metric,
  /** The covariance that a metric asks for. */
  covariance: (g: mat.Matrix, beta: number): mat.Matrix =>
    mat.inverse(mat.combine(1, mat.identity(g.length), 1 / beta, g)),
};
type Subject = typeof SUBJECT;

const best = check.equals<local.LocalCase, Subject>({
  says: 'the covariance that the Taylor objective is stationary at gives beta (S^-1 - I) = J^T J; a diagonal covariance gives its diagonal only',
  given: { arbitrary: local.localCases, examples: local.LOCAL_EXAMPLES },
  runs: 60,
  measure: (c, rules) => {
    const d = c.mean.length;
    const a = mat.gram(c.weight, d);
    const diagonalOf = (m: mat.Matrix) => mat.diagonal(m.map((row, i) => row[i]!));
    const meanField = mat.diagonal(a.map((row, i) => rules.covariance([[row[i]!]], c.beta)[0]![0]!));
    const slope = (kind: 'cholesky' | 'diagonal', head: string, s: mat.Matrix): Float64Array => {
      const net = local.linearAutoencoder(c.weight.length, d, kind);
      return taylor(rules.taylor, net, local.valuesOf(c, posterior(net, c.mean, s))).gradient(head);
    };
    const full = slope('cholesky', 'cholesky.bias', rules.covariance(a, c.beta));
    const diagonal = slope('diagonal', 'logvar.bias', meanField);
    // inverting S as numbers costs the condition of P
    const stretch = 1 + mat.norm(a.flat()) / c.beta;
    const [size, steep] = [c.beta * stretch ** 2, (mat.norm(c.weight.flat()) ** 2 + c.beta) * stretch];
    return check.agree({
      full: [full, mat.zeros(full.length), steep],
      diagonal: [diagonal, mat.zeros(d), steep],
      metric: [rules.metric(graeCovariance(c.weight, c.beta, d), c.beta).flat(), a.flat(), size],
      'diagonal of the metric': [rules.metric(meanField, c.beta).flat(), diagonalOf(a).flat(), size],
    });
  },
});

const stationary = check.equals<smooth.SmoothCase, Subject>({
  says: 'the true optimum has S^-1 = I + E Hess / beta (Price): there the beta-VAE is stationary, and beta (S^-1 - I) is the mean Hessian',
  given: { arbitrary: smooth.curvedCases('some'), show: smooth.show },
  runs: 16,
  measure: (c, rules) => {
    const beta = smooth.reach(c);
    const s = smooth.optimum(c, beta);
    const params = { ...posterior(c.net, c.mean, s), ...c.params };
    const points = quad.gaussianPoints(c.mean.length, 12);
    const values = { params, x: c.x, beta };
    const found = averagedStep(noisyVae(rules.vae), c.net, values, points).gradient('cholesky.bias');
    const hessian = mat.norm(c.meanHessian(s).flat());
    const weights = Object.values(c.params).reduce((sum, values) => sum + mat.norm(values), mat.norm(c.x));
    return check.agree({
      gradient: [found, mat.zeros(found.length), (weights ** 2 + hessian) * (1 + hessian / beta)],
      // the fixed point is found to 2^-42
      metric: [rules.metric(s, beta).flat(), c.meanHessian(s).flat(), 2 ** 12 * (beta + hessian)],
    });
  },
});

/**
 * The metric of the trained covariance, less the matrix that it tends to, which a mean Hessian misses to
 * first order.
 */
const limit = (matrix: (c: smooth.SmoothCase) => mat.Matrix) => (c: smooth.SmoothCase, rules: Subject) => {
  const m = matrix(c);
  return {
    ladder: check.ladder(check.dyadic(smooth.reach(c) / 4, 0, 9), beta => ({
      residual: mat.combine(1, rules.metric(smooth.optimum(c, beta), beta), -1, m).flat(),
      scale: ULPS.iteration * (mat.norm(m.flat()) + beta),
    })),
    constant: mat.combine(1, c.meanHessian(mat.inverse(m)), -1, m).flat(),
  };
};

const withoutResidual = check.order<smooth.SmoothCase, Subject>({
  says: 'where the decoder reproduces the data, the metric of the trained covariance misses J^T J by beta sum_m (Q_m A^-1 Q_m + tr(Q_m A^-1) Q_m / 2): order one',
  given: { arbitrary: smooth.quadratics('zero'), show: smooth.show },
  order: 1,
  measure: limit(c => mat.gram(c.jacobian)),
});

const withResidual = check.order<smooth.SmoothCase, Subject>({
  says: 'with a residual it tends to the full Hessian A - R and not to J^T J: A - R is missed by order one, J^T J by R whatever beta is',
  given: { arbitrary: smooth.quadratics('some'), show: smooth.show },
  order: 1,
  measure: limit(c => c.hessian),
});

const circle = check.equals<smooth.CircleCase, Subject>({
  says: 'on a circle of radius rho the trained covariance gives rho^2 exp(-s/2), exactly and at every beta, for rho^2',
  given: { arbitrary: smooth.circleCases, show: smooth.show },
  runs: 30,
  measure: (c, rules) =>
    [1, 2 ** -6].map(part => {
      const beta = part * smooth.reach(c);
      const s = smooth.circleVariances(c, beta);
      return {
        actual: rules.metric(s, beta).flat(),
        expected: mat.diagonal(c.radius.map((rho, k) => rho ** 2 * Math.exp(-s[k]![k]! / 2))).flat(),
        scale: mat.norm(c.radius) ** 2 + beta,
      };
    }),
});

interface Learned {
  readonly covariance: mat.Matrix;
  readonly beta: number;
}

const indefinite = check.violates<Learned, Subject>({
  says: 'a learned covariance with an eigenvalue above one gives no metric: diag(2, 0.5, 0.5) and beta = 0.2 give the eigenvalue -0.1',
  given: check.only<Learned>([
    { covariance: mat.diagonal([2, 0.5, 0.5]), beta: 0.2 },
    {
      covariance: [
        [1, 0.5],
        [0.5, 1],
      ],
      beta: 1,
    },
  ]),
  measure: ({ covariance, beta }, rules) => {
    const { values } = mat.symmetricEigen(rules.metric(covariance, beta));
    const least = values.at(-1)!;
    return { claimed: 0, actual: least, by: -least, scale: beta };
  },
});

/** |R|, the size of what the residual adds to the Hessian. */
const curvatureOf = (c: smooth.SmoothCase): number =>
  mat.norm(mat.combine(1, mat.gram(c.jacobian), -1, c.hessian).flat());

const residual = check.violates<smooth.SmoothCase, Subject>({
  says: 'with a residual the metric of the trained covariance misses J^T J by more than half of R however small beta is',
  given: { arbitrary: smooth.quadratics('some').filter(c => curvatureOf(c) > 0.01), show: smooth.show },
  runs: 20,
  measure: (c, rules) => {
    const r = curvatureOf(c);
    const beta = smooth.reach(c) * 2 ** -16;
    const found = rules.metric(smooth.optimum(c, beta), beta);
    const missed = mat.norm(mat.combine(1, found, -1, mat.gram(c.jacobian)).flat());
    return { claimed: 0, actual: missed, by: missed - r / 2, scale: r };
  },
});

export default claim({
  id: 'KP-23',
  paper: 'kumar-poole',
  source: 'Kumar & Poole 2020, section 5.2',
  tex: {
    printed: 'G = J^\\top J = \\beta(\\Sigma^{-1} - I)',
    corrected:
      '\\beta(\\Sigma_*^{-1} - I) = \\mathbb E_q\\nabla^2\\tfrac12\\|x-g\\|^2 = J^\\top J - R + O(\\beta), \\quad = J^\\top J \\text{ at } \\Sigma = (I + \\tfrac1\\beta J^\\top J)^{-1}',
  },
  says: 'Reading the metric J^T J off the posterior covariance is exact at the optimum of the Taylor objective; at the optimum of the beta-VAE itself it gives the mean Hessian, which is J^T J up to order beta where the decoder reproduces the data and A - R where it does not; a diagonal posterior gives the diagonal only, and an eigenvalue above one no metric at all.',
  verdict: conditional(
    'the covariance is full and optimal for the Taylor objective (eq. 11), J has full column rank; for a trained covariance up to order beta, and only without a residual',
  ),
  findings: [
    {
      class: 'sharpened',
      title: 'A trained covariance gives the mean Hessian, not J^T J',
      quote:
        'we can think of posterior covariance as indirectly inducing a metric on the latent space for Gaussian observations',
      place: 'section 5.2',
      says: 'Exact at eq. (11). At the optimum of the beta-VAE itself beta (S^-1 - I) is the mean Hessian: J^T J up to order beta where the decoder reproduces the data, A - R where it does not; a diagonal posterior gives the diagonal only, and a learned covariance with an eigenvalue above one no metric.',
    },
  ],
  objectives: ['beta-vae', 'beta-vae-taylor'],
  subject: SUBJECT,
  checks: { best, stationary, withoutResidual, withResidual, circle, indefinite, residual },
  mutants: {
    ...wrong.formula(SUBJECT, 'metric', {
      identityForgotten: ['beta S^-1', (s, beta) => mat.combine(beta, mat.inverse(s), 0, s)],
      betaForgotten: ['S^-1 - I', s => metric(s, 1)],
      betaInverted: ['(S^-1 - I) / beta', (s, beta) => metric(s, 1 / beta)],
      sign: ['beta (I - S^-1)', (s, beta) => metric(s, -beta)],
      covarianceForPrecision: [
        'beta (S - I)',
        (s, beta) => mat.combine(beta, s, -beta, mat.identity(s.length)),
      ],
    }),
    ...wrong.formula(SUBJECT, 'covariance', {
      optimumWithoutIdentity: [
        'S = beta (A + 0.001)^-1',
        (g, beta) => mat.inverse(mat.combine(1e-3, mat.identity(g.length), 1 / beta, g)),
      ],
    }),
    ...wrong.rules(SUBJECT, 'taylor', known(BETA_VAE_TAYLOR, { taylorWithoutHalf: 'penaltyWithoutHalf' })),
    ...wrong.rules(
      SUBJECT,
      'vae',
      known(VAE, { covarianceForRoot: 'varianceForDeviation', betaIgnored: 'betaIgnored' }),
    ),
  },
});
