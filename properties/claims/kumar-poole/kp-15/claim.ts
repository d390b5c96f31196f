/** @file KP-15: how far GRAE is from the beta-VAE that it stands for, at a fixed decoder and mean code. */
import { CIRCLE_OBJECTIVE, circleObjective } from '../../../../src/theory/closed/circle-decoder.js';
import { klToStandard } from '../../../../src/theory/closed/gaussian.js';
import { graeCovariance } from '../../../../src/theory/closed/grae.js';
import { asymptotic, check, claim, mat } from '../../../kit.js';
import * as local from '../../../subjects/vae/local-cases.js';
import * as smooth from '../../../subjects/vae/smooth-cases.js';
import { betaVae, grae, posterior } from '../../../subjects/vae/step.js';
import { MUTANTS, SUBJECT, type Subject } from './controls.js';
import { excess, objective, overBeta, regularised, termsOf, wavesSize } from './measures.js';

const some = { arbitrary: smooth.curvedCases('some'), show: smooth.show };
const circles = { arbitrary: smooth.circleCases, show: smooth.show };

const fullHessian = check.order<smooth.SmoothCase, Subject>({
  says: 'beta-VAE minus eq. (10) is of order beta^2, with the coefficient L_ijkl M_ij M_kl / 8, M = (A - R)^-1',
  given: some,
  order: 2,
  measure: (c, rules) =>
    overBeta(c, rules.second(c.quartic(mat.inverse(c.hessian))), excess(c, rules, rules.full)),
});

const withResidual = check.order<smooth.SmoothCase, Subject>({
  says: 'with a residual, beta-VAE minus GRAE is of order beta only, with the coefficient log det((A - R) A^-1) / 2',
  given: some,
  order: 1,
  measure: (c, rules) => overBeta(c, rules.first(mat.gram(c.jacobian), c.hessian), excess(c, rules)),
});

const withoutResidual = check.order<smooth.SmoothCase, Subject>({
  says: 'without a residual, beta-VAE minus GRAE is of order beta^2, with the coefficient L_ijkl M_ij M_kl / 8, M = A^-1',
  given: { arbitrary: smooth.curvedCases('zero'), show: smooth.show },
  order: 2,
  measure: (c, rules) =>
    overBeta(c, rules.second(c.quartic(mat.inverse(mat.gram(c.jacobian)))), excess(c, rules)),
});

const frozen = check.order<smooth.SmoothCase, Subject>({
  says: 'at the covariance of eq. (11), beta-VAE minus GRAE is of order beta with the coefficient -tr(R A^-1) / 2',
  given: some,
  order: 1,
  measure: (c, rules) => {
    const a = mat.gram(c.jacobian);
    const constant = -mat.traceOfProduct(mat.combine(1, a, -1, c.hessian), mat.inverse(a)) / 2;
    const eq11 = (point: smooth.SmoothCase, beta: number) => graeCovariance(point.jacobian, beta);
    return overBeta(c, constant, excess(c, rules, rules.grae, eq11));
  },
});

const circle = check.order<smooth.CircleCase, Subject>({
  says: 'on a circle of radius rho, beta-VAE minus GRAE is -beta^2 / (8 rho^2) + O(beta^3), for each latent',
  given: circles,
  order: 2,
  measure: (c, rules) =>
    overBeta(
      c,
      c.radius.reduce((sum, rho) => sum + rules.second(-1 / rho ** 2), 0),
      beta => objective(c, rules, smooth.circleVariances(c, beta), beta) - regularised(c, rules.grae, beta),
    ),
});

const circleClosed = check.equals<smooth.CircleCase, Subject>({
  says: 'on a circle the beta-VAE has its closed value rho^2 (1 - exp(-s/2)) + beta KL, optimum included',
  given: circles,
  runs: 30,
  measure: (c, rules) =>
    [1, 2 ** -4].map(part => {
      const beta = part * smooth.reach(c);
      const s = rules.covariance(c, beta);
      const variances = smooth.circleVariances(c, beta);
      return {
        actual: objective(c, rules, s, beta),
        expected: c.radius.reduce(
          (sum, rho, k) => sum + circleObjective(rho, c.mean[k]!, variances[k]![k]!, beta),
          0,
        ),
        scale: termsOf(c, beta),
      };
    }),
});

const anyCovariance = check.equals<smooth.SmoothCase, Subject>({
  says: 'at any narrow covariance the beta-VAE, averaged over the noise that trains, has its closed value',
  given: some,
  runs: 30,
  measure: (c, rules) => {
    const beta = smooth.reach(c);
    const s = graeCovariance(c.jacobian, beta);
    return {
      actual: objective(c, rules, s, beta),
      expected: c.reconstruction(s) + beta * klToStandard(c.mean, mat.cholesky(s)),
      scale: termsOf(c, beta) + wavesSize(c),
    };
  },
});

const covarianceError = check.order<smooth.SmoothCase, Subject>({
  says: 'the covariance (I + (A - R)/beta)^-1 of eq. (9) costs only beta^3 tr(N M N M) / 4, N_ij = L_ijkl M_kl / 2',
  given: { arbitrary: smooth.quadratics('some'), show: smooth.show },
  order: 3,
  measure: (c, rules) => {
    const m = mat.inverse(c.hessian);
    const nm = mat.multiply(mat.combine(1, c.meanHessian(m), -1, c.hessian), m);
    return overBeta(
      c,
      mat.traceOfProduct(nm, nm) / 4,
      beta =>
        objective(c, rules, smooth.hessianCovariance(c, beta), beta) -
        objective(c, rules, rules.covariance(c, beta), beta),
      8,
    );
  },
});

const optimal = check.bound<smooth.SmoothCase, Subject>({
  says: 'no neighbouring covariance does better than the one that is called optimal',
  given: some,
  runs: 20,
  measure: (c, rules) => {
    const beta = smooth.reach(c);
    const s = rules.covariance(c, beta);
    const lower = objective(c, rules, s, beta);
    return [0.9, 1.1].map(factor => ({
      lower,
      upper: objective(c, rules, mat.combine(factor, s, 0, s), beta),
      scale: termsOf(c, beta),
    }));
  },
});

const affine = check.equals<local.LocalCase, Subject>({
  says: 'for an affine decoder the beta-VAE at eq. (11) equals GRAE at every beta',
  given: { arbitrary: local.localCases.filter(c => c.mean.length <= 2), examples: local.LOCAL_EXAMPLES },
  measure: (c, rules) => {
    const net = local.netOf(c);
    const values = local.valuesOf(c, posterior(net, c.mean, graeCovariance(c.weight, c.beta, c.mean.length)));
    return {
      actual: betaVae(rules.vae, net, values, rules.points(c.mean.length)),
      expected: grae(rules.grae, net, values).loss,
      // All residuals at the nodes are of this size.
      scale: local.sizeOf(c) + (mat.norm(c.x) + mat.norm(c.weight.flat()) * (1 + mat.norm(c.mean))) ** 2,
    };
  },
});

export default claim({
  id: 'KP-15',
  paper: 'kumar-poole',
  source: 'Kumar & Poole 2020, eqs. (2), (10), (13)',
  formulas: [CIRCLE_OBJECTIVE],
  tex: {
    asRead: true,
    printed:
      '\\min_\\Sigma F_\\beta(h,\\Sigma) \\approx \\tfrac12\\|x-g\\|^2 + \\tfrac\\beta2\\|h\\|^2 + \\tfrac\\beta2\\log\\det\\bigl(I+\\tfrac1\\beta J^\\top J\\bigr) \\quad (\\beta \\to 0)',
    corrected:
      '\\min_\\Sigma F_\\beta - \\mathrm{GRAE} = \\tfrac\\beta2\\log\\det\\bigl((A-R)A^{-1}\\bigr) + O(\\beta^2), \\qquad = \\tfrac{\\beta^2}8 L_{ijkl}A^{-1}_{ij}A^{-1}_{kl} + O(\\beta^3) \\text{ for } R = 0',
  },
  says: 'GRAE agrees with the beta-VAE that it stands for to first order in beta on any smooth decoder of full rank, and to second order where the decoder reproduces the data exactly; with a residual and a curved decoder they differ by (beta/2) log det((A - R) A^-1), which eq. (10) with its full Hessian removes.',
  verdict: asymptotic(1, 'beta'),
  findings: [
    {
      class: 'sharpened',
      title:
        'With residual and curvature GRAE tracks the beta-VAE to first order in beta, without a residual to second',
      quote:
        'While our deterministic approximation holds for small β , we empirically find that the two objectives remain in agreement for a reasonably wide range of β',
      place: 'section 1',
      says: "The difference of first order is (beta/2) log det((A - R) A^-1), A = J^T J and R the residual times the decoder's second derivatives; without a residual, or with the full Hessian of eq. (10) in place of the Gauss-Newton form, the order is two, with the coefficient of the fourth derivatives.",
      also: ['KP-18'],
      changesUse: true,
    },
  ],
  objectives: ['grae', 'beta-vae'],
  subject: SUBJECT,
  checks: {
    withResidual,
    withoutResidual,
    fullHessian,
    frozen,
    circle,
    circleClosed,
    anyCovariance,
    covarianceError,
    optimal,
    affine,
  },
  mutants: MUTANTS,
});
