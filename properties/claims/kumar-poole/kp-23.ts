/** @file KP-23: the metric that a posterior covariance stands for. */

import * as tf from '@tensorflow/tfjs';
import { equals } from '../../../src/claims/checks/equals.js';
import { only } from '../../../src/claims/checks/given.js';
import { order } from '../../../src/claims/checks/order.js';
import { violates } from '../../../src/claims/checks/violates.js';
import { claim, mutant } from '../../../src/claims/claim.js';
import { ladder } from '../../../src/claims/order/case.js';
import { conditional } from '../../../src/claims/verdict.js';
import { scaleUp } from '../../../src/core/gaussian.js';
import { makeBetaVae } from '../../../src/core/objectives/vae/beta-vae.js';
import {
  BETA_VAE_TAYLOR_RULES,
  type BetaVaeTaylorRules,
} from '../../../src/core/objectives/vae/beta-vae-taylor.js';
import { VAE_RULES, type VaeRules } from '../../../src/core/objectives/vae/vae.js';
import { averagedStep, type Sampling, sampling } from '../../../src/studies/noisy-step.js';
import { graeCovariance } from '../../../src/theory/closed/grae.js';
import { inverse } from '../../../src/theory/numerics/cholesky.js';
import { symmetricEigen } from '../../../src/theory/numerics/eigen.js';
import { gaussianPoints } from '../../../src/theory/numerics/gauss-hermite.js';
import { combine, diagonal, gram, identity, type Matrix, norm } from '../../../src/theory/numerics/matrix.js';
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
  readonly metric: (covariance: Matrix, beta: number) => Matrix;
  /** The covariance that a metric asks for. */
  readonly covariance: (metric: Matrix, beta: number) => Matrix;
}

const metric = (covariance: Matrix, beta: number): number[][] =>
  combine(beta, inverse(covariance), -beta, identity(covariance.length));

const SUBJECT: Subject = {
  vae: VAE_RULES,
  taylor: BETA_VAE_TAYLOR_RULES,
  metric,
  covariance: (g, beta) => inverse(combine(1, identity(g.length), 1 / beta, g)),
};

const betaVae = (rules: VaeRules): Sampling =>
  sampling(rules, makeBetaVae(rules), ({ beta }) => ({ beta: beta! }));

const sizeOfGradient = (c: LocalCase): number => norm(c.weight.flat()) ** 2 + c.beta;

const best = equals<LocalCase, Subject>({
  says: 'the covariance that the Taylor objective is stationary at gives beta (S^-1 - I) = J^T J; a diagonal covariance gives its diagonal only',
  given: { arbitrary: localCases, examples: LOCAL_EXAMPLES },
  runs: 60,
  measure: (c, rules) => {
    const d = c.mean.length;
    const a = gram(c.weight, d);
    const full = rules.covariance(a, c.beta);
    const meanField = diagonal(a.map((row, i) => rules.covariance([[row[i]!]], c.beta)[0]![0]!));
    const net = linearAutoencoder(c.weight.length, d, 'diagonal');
    const gradients = [
      taylor(rules.taylor, netOf(c), valuesOf(c, posterior(netOf(c), c.mean, full))).gradient(
        'cholesky.bias',
      ),
      taylor(rules.taylor, net, valuesOf(c, posterior(net, c.mean, meanField))).gradient('logvar.bias'),
    ].map(found => found.slice());
    // inverting S as numbers costs the condition of P
    const stretch = 1 + norm(a.flat()) / c.beta;
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
        expected: diagonal(a.map((row, i) => row[i]!)).flat(),
        scale: size,
      },
    ];
  },
});

const stationary = equals<SmoothCase, Subject>({
  says: 'the true optimum has S^-1 = I + E Hess / beta (Price): there the beta-VAE is stationary, and beta (S^-1 - I) is the mean Hessian',
  given: { arbitrary: curvedCases('some'), show },
  runs: 16,
  measure: (c, rules) => {
    const beta = reach(c);
    const s = optimum(c, beta);
    const params = { ...posterior(c.net, c.mean, s), ...c.params };
    const points = gaussianPoints(c.mean.length, 12);
    const found = averagedStep(betaVae(rules.vae), c.net, { params, x: c.x, beta }, points).gradient(
      'cholesky.bias',
    );
    const hessian = norm(c.meanHessian(s).flat());
    const weights = Object.values(c.params).reduce((sum, values) => sum + norm(values), norm(c.x));
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

const withoutResidual = order<SmoothCase, Subject>({
  says: 'where the decoder reproduces the data, the metric of the trained covariance misses J^T J by beta sum_m (Q_m A^-1 Q_m + tr(Q_m A^-1) Q_m / 2): order one',
  given: { arbitrary: quadratics('zero'), show },
  order: 1,
  measure: (c, rules) => {
    const a = gram(c.jacobian);
    const top = reach(c) / 4;
    const steps = Array.from({ length: 10 }, (_, k) => top * 2 ** -k);
    return {
      ladder: ladder(steps, beta => {
        const s = optimum(c, beta);
        return {
          residual: combine(1, rules.metric(s, beta), -1, a).flat(),
          scale: 2 ** 10 * (norm(a.flat()) + beta),
        };
      }),
      constant: combine(1, c.meanHessian(inverse(a)), -1, a).flat(),
    };
  },
});

const withResidual = order<SmoothCase, Subject>({
  says: 'with a residual it tends to the full Hessian A - R and not to J^T J: A - R is missed by order one, J^T J by R whatever beta is',
  given: { arbitrary: quadratics('some'), show },
  order: 1,
  measure: (c, rules) => {
    const top = reach(c) / 4;
    const steps = Array.from({ length: 10 }, (_, k) => top * 2 ** -k);
    return {
      ladder: ladder(steps, beta => ({
        residual: combine(1, rules.metric(optimum(c, beta), beta), -1, c.hessian).flat(),
        scale: 2 ** 10 * (norm(c.hessian.flat()) + beta),
      })),
      constant: combine(1, c.meanHessian(inverse(c.hessian)), -1, c.hessian).flat(),
    };
  },
});

const circle = equals<CircleCase, Subject>({
  says: 'on a circle of radius rho the trained covariance gives rho^2 exp(-s/2), exactly and at every beta, for rho^2',
  given: { arbitrary: circleCases, show },
  runs: 30,
  measure: (c, rules) =>
    [1, 2 ** -6].map(part => {
      const beta = part * reach(c);
      const s = circleVariances(c, beta);
      return {
        actual: rules.metric(s, beta).flat(),
        expected: diagonal(c.radius.map((rho, k) => rho ** 2 * Math.exp(-s[k]![k]! / 2))).flat(),
        scale: norm(c.radius) ** 2 + beta,
      };
    }),
});

interface Learned {
  readonly covariance: Matrix;
  readonly beta: number;
}

const indefinite = violates<Learned, Subject>({
  says: 'a learned covariance with an eigenvalue above one gives no metric: diag(2, 0.5, 0.5) and beta = 0.2 give the eigenvalue -0.1',
  given: only<Learned>([
    { covariance: diagonal([2, 0.5, 0.5]), beta: 0.2 },
    {
      covariance: [
        [1, 0.5],
        [0.5, 1],
      ],
      beta: 1,
    },
  ]),
  measure: ({ covariance, beta }, rules) => {
    const { values } = symmetricEigen(rules.metric(covariance, beta));
    const least = values.at(-1)!;
    return { claimed: 0, actual: least, by: -least, scale: beta };
  },
});

const residual = violates<SmoothCase, Subject>({
  says: 'with a residual the metric of the trained covariance misses J^T J by more than half of R however small beta is',
  given: {
    arbitrary: quadratics('some').filter(c => {
      const r = norm(combine(1, gram(c.jacobian), -1, c.hessian).flat());
      return r > 0.01;
    }),
    show,
  },
  runs: 20,
  measure: (c, rules) => {
    const a = gram(c.jacobian);
    const r = norm(combine(1, a, -1, c.hessian).flat());
    const beta = reach(c) * 2 ** -16;
    const missed = norm(combine(1, rules.metric(optimum(c, beta), beta), -1, a).flat());
    return { claimed: 0, actual: missed, by: missed - r / 2, scale: r };
  },
});

const withMetric =
  (changed: Subject['metric']) =>
  (s: Subject): Subject => ({ ...s, metric: changed });

export default claim<Subject, string, string>({
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
    identityForgotten: mutant(
      'beta S^-1',
      withMetric((s, beta) => combine(beta, inverse(s), 0, s)),
    ),
    betaForgotten: mutant(
      'S^-1 - I',
      withMetric(s => metric(s, 1)),
    ),
    betaInverted: mutant(
      '(S^-1 - I) / beta',
      withMetric((s, beta) => metric(s, 1 / beta)),
    ),
    sign: mutant(
      'beta (I - S^-1)',
      withMetric((s, beta) => metric(s, -beta)),
    ),
    covarianceForPrecision: mutant(
      'beta (S - I)',
      withMetric((s, beta) => combine(beta, s, -beta, identity(s.length))),
    ),
    optimumWithoutIdentity: mutant('S = beta (A + 0.001)^-1', s => ({
      ...s,
      covariance: (g, beta) => inverse(combine(1e-3, identity(g.length), 1 / beta, g)),
    })),
    taylorWithoutHalf: mutant('tr(A S) for tr(A S) / 2', s => ({
      ...s,
      taylor: { ...s.taylor, prefactor: () => 1 },
    })),
    covarianceForRoot: mutant('Sigma times the noise instead of its square root', s => ({
      ...s,
      vae: { ...s.vae, sample: (mean, of, noise) => tf.add(mean, scaleUp(of, scaleUp(of, noise))) },
    })),
    betaIgnored: mutant('the beta-VAE with beta = 1', s => ({ ...s, vae: { ...s.vae, weight: () => 1 } })),
  },
});
