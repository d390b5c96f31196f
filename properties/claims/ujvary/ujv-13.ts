/** @file UJV-13 (Prop. 3): the MFVI objective is the loss plus half the trace of Sigma times the Hessian. */
import * as tf from '@tensorflow/tfjs';
import { identity as coreIdentity, scaleUp } from '../../../src/core/gaussian.js';
import { powerSumContraction, powerSumMean } from '../../../src/theory/closed/power-sum.js';
import { ridgeContraction, ridgeMean } from '../../../src/theory/closed/ridge.js';
import { asymptotic, check, claim, draw, fc, mat, mutant, quad } from '../../kit.js';
import { expanded } from '../../subjects/flow/ladders.js';
import * as mfvi from '../../subjects/flow/mfvi.js';
import { powerLoss, ridgeLoss } from '../../subjects/sam/losses.js';
import { type PolynomialCase, polynomialSize, polynomials } from '../../subjects/sam/polynomial-cases.js';
import { type Case, sizeOf, times, widest, withSigma } from '../../subjects/sam/ridge-cases.js';

/** s^2 Sigma */
const squared = (s: number, sigma: mat.Matrix): number[][] => times(s * s, sigma);

const general = check.order<Case<draw.RidgeCase>, mfvi.MfviRules>({
  says: 'E L exceeds L + tr(Sigma H) / 2 by L_ijkl Sigma_ij Sigma_kl / 8, of fourth order in the radius',
  given: withSigma(draw.ridges, [1, 2, 3, 5]),
  order: 4,
  measure: (c, rules) => expanded(c, rules, rules.next),
});

const unitCovariance = (p: number): draw.SpectralMatrix => ({
  matrix: mat.identity(p),
  spectrum: [],
  basis: [],
});

const isotropic = check.order<draw.RidgeCase, mfvi.MfviRules>({
  says: 'with Sigma = (rho^2/p) I, E L exceeds L + rho^2 tr H / (2p) by rho^4 L_iikk / (8 p^2)',
  given: fc.oneof(...[2, 3, 5].map(p => draw.ridges(p))),
  order: 4,
  measure: (f, rules) => {
    const p = f.point.length;
    const c = { f, sigma: unitCovariance(p) };
    const covariance = (rho: number): mat.Matrix => squared(rho / Math.sqrt(p), mat.identity(p));
    return {
      ladder: check.ladder(check.dyadic(p * widest(c), 0, 9), rho => ({
        residual:
          ridgeMean(f.ridge, f.point, covariance(rho)) -
          mfvi.isotropicOn(rules, { loss: ridgeLoss(f.ridge), point: f.point }, rho),
        scale: sizeOf(c),
      })),
      constant: rules.next(ridgeContraction(f.ridge, f.point, covariance(1), 2)),
    };
  },
});

const trained = check.equals<Case<draw.RidgeCase>, mfvi.MfviRules>({
  says: 'the reparametrised samples of training, averaged by Gauss-Hermite nodes, have the closed mean',
  given: withSigma(draw.ridges, [1, 2]),
  runs: 30,
  measure: (c, rules) => {
    const { ridge, point } = c.f;
    const s = widest(c);
    const at = { loss: ridgeLoss(ridge), point, factor: times(s, mat.cholesky(c.sigma.matrix)) };
    return {
      actual: mfvi.expectedOn(rules, at, quad.gaussianPoints(point.length, 20)),
      expected: ridgeMean(ridge, point, squared(s, c.sigma.matrix)),
      scale: sizeOf(c),
    };
  },
});

const cubic = check.equals<Case<PolynomialCase>, mfvi.MfviRules>({
  says: 'for polynomials of degree up to three the approximation is exact, whatever the covariance',
  given: withSigma(polynomials([3, 3, 2, 2, 1, 0]), [1, 2, 3]),
  measure: (c, rules) => {
    const { polynomial, point } = c.f;
    const at = { loss: powerLoss(polynomial), point, factor: mat.cholesky(c.sigma.matrix) };
    return {
      actual: mfvi.penalisedOn(rules, at),
      expected: powerSumMean(polynomial, point, c.sigma.matrix),
      scale: polynomialSize(c.f, c.sigma.matrix),
    };
  },
});

const quintic = check.equals<Case<PolynomialCase>, mfvi.MfviRules>({
  says: 'with the next term it is exact up to degree five',
  given: withSigma(polynomials([5, 4, 4, 3, 2]), [1, 2, 3]),
  measure: (c, rules) => {
    const { polynomial, point } = c.f;
    const at = { loss: powerLoss(polynomial), point, factor: mat.cholesky(c.sigma.matrix) };
    return {
      actual:
        mfvi.penalisedOn(rules, at) + rules.next(powerSumContraction(polynomial, point, c.sigma.matrix, 2)),
      expected: powerSumMean(polynomial, point, c.sigma.matrix),
      scale: polynomialSize(c.f, c.sigma.matrix),
    };
  },
});

const wrong = (says: string, change: Partial<mfvi.MfviRules>) => {
  const rules = { ...mfvi.MFVI_RULES, ...change };
  return mutant<mfvi.MfviRules>(says, () => rules);
};

export default claim({
  id: 'UJV-13',
  paper: 'ujvary',
  source: 'Ujváry et al. 2022, Proposition 3, eqs. (13)-(16), (29)-(36)',
  tex: {
    printed:
      '\\mathbb E_{\\varepsilon\\sim\\mathcal N(0,\\Sigma)} L(\\mu+\\varepsilon) \\approx L(\\mu) + \\tfrac12\\operatorname{tr}\\bigl(\\Sigma\\,\\nabla^2 L(\\mu)\\bigr), \\qquad \\Sigma = \\tfrac{\\rho^2}p I:\\; L(\\mu) + \\tfrac{\\rho^2}{2p}\\operatorname{tr}\\nabla^2 L(\\mu)',
    corrected:
      '\\mathbb E L(\\mu+\\varepsilon) = L + \\tfrac12\\operatorname{tr}(\\Sigma\\nabla^2 L) + \\tfrac18 L_{ijkl}\\Sigma_{ij}\\Sigma_{kl} + O(\\Sigma^3)',
  },
  says: 'The MFVI objective is the loss plus half the trace of Sigma times the Hessian, up to fourth order in the radius with the constant L_ijkl Sigma_ij Sigma_kl / 8; for polynomials of degree up to three it is exact at every covariance.',
  verdict: asymptotic(4, 'rho'),
  findings: [
    {
      class: 'misprint',
      title: 'The expansion behind proposition 3 is of second order',
      quote: 'Again, a first-order Taylor approximation gives',
      place: 'proposition 3, proof (sketch)',
      says: 'To first order there is no trace of the Hessian; appendix B has “a second-order Taylor expansion”.',
    },
    {
      class: 'sharpened',
      title: 'The approximation of the MFVI objective is exact up to degree three',
      quote: 'The following approximation holds for the RandomSAM algorithm with constant',
      place: 'proposition 3',
      says: 'The error is of fourth order in the radius, with the constant L_ijkl Σ_ij Σ_kl / 8, and zero for polynomials of degree up to three at any covariance.',
    },
  ],
  subject: mfvi.MFVI_RULES,
  checks: { general, isotropic, trained, cubic, quintic },
  mutants: {
    halfDropped: wrong('tr(Sigma H) without the 1/2', { prefactor: 1 }),
    firstOrder: wrong('first-order Taylor, as the sketch of the proof says: no curvature at all', {
      prefactor: 0,
    }),
    minus: wrong('a penalty of the wrong sign', { prefactor: -0.5 }),
    dimensionDropped: wrong('rho^2 I for (rho^2/p) I', { variance: rho => rho ** 2 }),
    radiusForVariance: wrong('rho/p for rho^2/p', { variance: (rho, p) => rho / p }),
    rootInTrace: wrong('tr(Sigma^(1/2) H)', {
      curvature: (hessian, root) => tf.sum(tf.mul(hessian, root)),
    }),
    covarianceSquared: wrong('tr(Sigma^2 H)', {
      root: (s, p) => tf.matMul(mfvi.MFVI_RULES.root(s, p), mfvi.MFVI_RULES.root(s, p)),
    }),
    diagonalOnly: wrong('the diagonal of the Hessian only', {
      curvature: (hessian, root) =>
        mfvi.MFVI_RULES.curvature(tf.mul(hessian, coreIdentity(root.shape[1]!)), root),
    }),
    quarter: wrong('1/4 for 1/8 in the next term', { next: contraction => contraction / 4 }),
    twentyFourth: wrong('1/24 for 1/8 in the next term', { next: contraction => contraction / 24 }),
    covarianceForRoot: wrong('Sigma times the noise instead of its square root', {
      sample: (mean, s, noise) => tf.add(mean, scaleUp(s, scaleUp(s, noise))),
    }),
    noNoise: wrong('no noise', { sample: mean => mean }),
  },
});
