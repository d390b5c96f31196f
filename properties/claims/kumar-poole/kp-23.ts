/** @file KP-23: the metric that a posterior covariance stands for. */
import * as tf from '@tensorflow/tfjs';
import { scaleUp } from '../../../src/core/gaussian.js';
import { makeBetaVae } from '../../../src/core/objectives/vae/beta-vae.js';
import {
  BETA_VAE_TAYLOR_RULES,
  type BetaVaeTaylorRules,
} from '../../../src/core/objectives/vae/beta-vae-taylor.js';
import { VAE_RULES, type VaeRules } from '../../../src/core/objectives/vae/vae.js';
import { averagedStep, type Sampling, sampling } from '../../../src/studies/noisy-step.js';
import { graeCovariance } from '../../../src/theory/closed/grae.js';
import { check, claim, conditional, mat, quad, wrong } from '../../kit.js';
import {
  LOCAL_EXAMPLES,
  type LocalCase,
  linearAutoencoder,
  localCases,
  netOf,
  valuesOf,
} from '../../subjects/vae/local-cases.js';
import {
  type CircleCase,
  circleCases,
  circleVariances,
  curvedCases,
  optimum,
  quadratics,
  reach,
  type SmoothCase,
  show,
} from '../../subjects/vae/smooth-cases.js';
import { posterior, taylor } from '../../subjects/vae/step.js';

interface Subject {
  readonly vae: VaeRules;
  readonly taylor: BetaVaeTaylorRules;
  /** The metric G = J'J that a covariance gives away. */
  readonly metric: (covariance: mat.Matrix, beta: number) => mat.Matrix;
  /** The covariance that a metric asks for. */
  readonly covariance: (metric: mat.Matrix, beta: number) => mat.Matrix;
}

const metric = (covariance: mat.Matrix, beta: number): number[][] =>
  mat.combine(beta, mat.inverse(covariance), -beta, mat.identity(covariance.length));

const SUBJECT: Subject = {
  vae: VAE_RULES,
  taylor: BETA_VAE_TAYLOR_RULES,
  metric,
  covariance: (g, beta) => mat.inverse(mat.combine(1, mat.identity(g.length), 1 / beta, g)),
};

const betaVae = (rules: VaeRules): Sampling =>
  sampling(rules, makeBetaVae(rules), ({ beta }) => ({ beta: beta! }));

const sizeOfGradient = (c: LocalCase): number => mat.norm(c.weight.flat()) ** 2 + c.beta;

const best = check.equals<LocalCase, Subject>({
  says: 'the covariance that the Taylor objective is stationary at gives beta (S^-1 - I) = J^T J; a diagonal covariance gives its diagonal only',
  given: { arbitrary: localCases, examples: LOCAL_EXAMPLES },
  runs: 60,
  measure: (c, rules) => {
    const d = c.mean.length;
    const a = mat.gram(c.weight, d);
    const full = rules.covariance(a, c.beta);
    const meanField = mat.diagonal(a.map((row, i) => rules.covariance([[row[i]!]], c.beta)[0]![0]!));
    const net = linearAutoencoder(c.weight.length, d, 'diagonal');
    const gradients = [
      taylor(rules.taylor, netOf(c), valuesOf(c, posterior(netOf(c), c.mean, full))).gradient(
        'cholesky.bias',
      ),
      taylor(rules.taylor, net, valuesOf(c, posterior(net, c.mean, meanField))).gradient('logvar.bias'),
    ].map(found => found.slice());
    // inverting S as numbers costs the condition of P
    const stretch = 1 + mat.norm(a.flat()) / c.beta;
    const size = c.beta * stretch ** 2;
    return [
      ...gradients.map((actual, i) => ({
        what: i === 0 ? 'full' : 'diagonal',
        actual,
        expected: new Float64Array(actual.length),
        scale: sizeOfGradient(c) * stretch,
      })),
      {
        what: 'metric',
        actual: rules.metric(graeCovariance(c.weight, c.beta, d), c.beta).flat(),
        expected: a.flat(),
        scale: size,
      },
      {
        what: 'diagonal of the metric',
        actual: rules.metric(meanField, c.beta).flat(),
        expected: mat.diagonal(a.map((row, i) => row[i]!)).flat(),
        scale: size,
      },
    ];
  },
});

const stationary = check.equals<SmoothCase, Subject>({
  says: 'the true optimum has S^-1 = I + E Hess / beta (Price): there the beta-VAE is stationary, and beta (S^-1 - I) is the mean Hessian',
  given: { arbitrary: curvedCases('some'), show },
  runs: 16,
  measure: (c, rules) => {
    const beta = reach(c);
    const s = optimum(c, beta);
    const params = { ...posterior(c.net, c.mean, s), ...c.params };
    const points = quad.gaussianPoints(c.mean.length, 12);
    const found = averagedStep(betaVae(rules.vae), c.net, { params, x: c.x, beta }, points).gradient(
      'cholesky.bias',
    );
    const hessian = mat.norm(c.meanHessian(s).flat());
    const weights = Object.values(c.params).reduce((sum, values) => sum + mat.norm(values), mat.norm(c.x));
    return [
      {
        what: 'gradient',
        actual: found,
        expected: new Float64Array(found.length),
        scale: (weights ** 2 + hessian) * (1 + hessian / beta),
      },
      {
        what: 'metric',
        actual: rules.metric(s, beta).flat(),
        expected: c.meanHessian(s).flat(),
        // the fixed point is found to 2^-42
        scale: 2 ** 12 * (beta + hessian),
      },
    ];
  },
});

const withoutResidual = check.order<SmoothCase, Subject>({
  says: 'where the decoder reproduces the data, the metric of the trained covariance misses J^T J by beta sum_m (Q_m A^-1 Q_m + tr(Q_m A^-1) Q_m / 2): order one',
  given: { arbitrary: quadratics('zero'), show },
  order: 1,
  measure: (c, rules) => {
    const a = mat.gram(c.jacobian);
    const top = reach(c) / 4;
    const steps = Array.from({ length: 10 }, (_, k) => top * 2 ** -k);
    return {
      ladder: check.ladder(steps, beta => {
        const s = optimum(c, beta);
        return {
          residual: mat.combine(1, rules.metric(s, beta), -1, a).flat(),
          scale: 2 ** 10 * (mat.norm(a.flat()) + beta),
        };
      }),
      constant: mat.combine(1, c.meanHessian(mat.inverse(a)), -1, a).flat(),
    };
  },
});

const withResidual = check.order<SmoothCase, Subject>({
  says: 'with a residual it tends to the full Hessian A - R and not to J^T J: A - R is missed by order one, J^T J by R whatever beta is',
  given: { arbitrary: quadratics('some'), show },
  order: 1,
  measure: (c, rules) => {
    const top = reach(c) / 4;
    const steps = Array.from({ length: 10 }, (_, k) => top * 2 ** -k);
    return {
      ladder: check.ladder(steps, beta => ({
        residual: mat.combine(1, rules.metric(optimum(c, beta), beta), -1, c.hessian).flat(),
        scale: 2 ** 10 * (mat.norm(c.hessian.flat()) + beta),
      })),
      constant: mat.combine(1, c.meanHessian(mat.inverse(c.hessian)), -1, c.hessian).flat(),
    };
  },
});

const circle = check.equals<CircleCase, Subject>({
  says: 'on a circle of radius rho the trained covariance gives rho^2 exp(-s/2), exactly and at every beta, for rho^2',
  given: { arbitrary: circleCases, show },
  runs: 30,
  measure: (c, rules) =>
    [1, 2 ** -6].map(part => {
      const beta = part * reach(c);
      const s = circleVariances(c, beta);
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

const residual = check.violates<SmoothCase, Subject>({
  says: 'with a residual the metric of the trained covariance misses J^T J by more than half of R however small beta is',
  given: {
    arbitrary: quadratics('some').filter(c => {
      const r = mat.norm(mat.combine(1, mat.gram(c.jacobian), -1, c.hessian).flat());
      return r > 0.01;
    }),
    show,
  },
  runs: 20,
  measure: (c, rules) => {
    const a = mat.gram(c.jacobian);
    const r = mat.norm(mat.combine(1, a, -1, c.hessian).flat());
    const beta = reach(c) * 2 ** -16;
    const missed = mat.norm(mat.combine(1, rules.metric(optimum(c, beta), beta), -1, a).flat());
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
    ...wrong.rules(SUBJECT, 'taylor', {
      taylorWithoutHalf: ['tr(A S) for tr(A S) / 2', { prefactor: () => 1 }],
    }),
    ...wrong.rules(SUBJECT, 'vae', {
      covarianceForRoot: [
        'Sigma times the noise instead of its square root',
        { sample: (mean, s, noise) => tf.add(mean, scaleUp(s, scaleUp(s, noise))) },
      ],
      betaIgnored: ['the beta-VAE with beta = 1', { weight: () => 1 }],
    }),
  },
});
