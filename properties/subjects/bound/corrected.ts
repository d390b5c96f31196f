/** @file What is true of the mean against the maximum on the ball: statements A and E of SAMBA-14. */

import type { Objective } from '../../../src/core/objectives/objective.js';
import { makeSamba } from '../../../src/core/objectives/samba/samba.js';
import { klToStandard } from '../../../src/theory/closed/gaussian.js';
import { powerSumMean, powerSumValue } from '../../../src/theory/closed/power-sum.js';
import { ridgeGradient, ridgeHessian, ridgeMean, ridgeValue } from '../../../src/theory/closed/ridge.js';
import { maximiseOnSmallBall } from '../../../src/theory/numerics/ball-ascent.js';
import { maximiseOnEllipsoid } from '../../../src/theory/numerics/trust-region.js';
import { check, draw, type fc, mat, quad } from '../../kit.js';
import { PENALTY_RULES } from '../sam/covariance.js';
import { ridgeAt } from '../sam/ellipsoids.js';
import { type PolynomialCase, polynomialSize, polynomials } from '../sam/polynomial-cases.js';
import { type Case, sizeOf, theory, times, widest, withSigma } from '../sam/ridge-cases.js';
import { samOn } from '../sam/sam.js';
import * as local from '../vae/local-cases.js';
import { betaVae, type Hyper, posterior, step } from '../vae/step.js';
import type { Subject } from './controls.js';
import { codes, meanOfCubic, radiusOf } from './means.js';

const quadratic = check.bound<Case<draw.Quadratic>, Subject>({
  says: 'A: the mean of a quadratic is at most its maximum on the ellipsoid, indefinite ones included, for any covariance',
  given: withSigma(draw.quadratics, [1, 2, 3, 5]),
  measure: ({ f, sigma }, s) => {
    const p = f.gradient.length;
    const factor = mat.cholesky(sigma.matrix);
    const lower = meanOfCubic(s, mat.zeros(p), factor, w => draw.quadraticValue(f, w));
    const best = maximiseOnEllipsoid(f.gradient, f.matrix, sigma.matrix, radiusOf(s, p));
    const size = Math.abs(f.offset) + mat.norm(mat.apply(mat.transpose(factor), f.gradient)) * Math.sqrt(p);
    const scale = size + p * mat.norm(mat.multiply(f.matrix, sigma.matrix).flat());
    return { lower, upper: f.offset + best.value, scale };
  },
});

const cubicCases = withSigma(polynomials([3, 3, 2, 2, 1]), [1, 2, 3, 5]);

const cubic = check.equals<Case<PolynomialCase>, Subject>({
  says: 'A: the mean of a polynomial of degree up to three is its average over 2d points of training noise of length sqrt(d)',
  given: cubicCases,
  measure: ({ f: { polynomial, point }, sigma }, s) => ({
    actual: meanOfCubic(s, point, mat.cholesky(sigma.matrix), w => powerSumValue(polynomial, w)),
    expected: powerSumMean(polynomial, point, sigma.matrix),
    scale: polynomialSize({ polynomial, point }, sigma.matrix),
  }),
});

const onEllipsoid = check.bound<Case<PolynomialCase>, Subject>({
  says: 'A: these points lie in the ellipsoid, so the mean is at most the maximum there, for degree up to three',
  given: cubicCases,
  measure: ({ f: { polynomial, point }, sigma }, s) => {
    const [d, factor] = [point.length, mat.cholesky(sigma.matrix)];
    const sampled = codes(s, point, factor, quad.sigmaPoints(d)).map(({ code }) => code);
    const condition = Math.max(...sigma.spectrum) / Math.min(...sigma.spectrum);
    const levelOf = (w: mat.Vector): number => mat.norm(mat.solveLower(factor, mat.subtract(w, point))) ** 2;
    const upper = Math.max(...sampled.map(w => powerSumValue(polynomial, w)));
    const scale = polynomialSize({ polynomial, point }, sigma.matrix);
    return [
      { what: 'value', lower: powerSumMean(polynomial, point, sigma.matrix), upper, scale },
      ...sampled.map(w => ({
        what: 'level',
        lower: levelOf(w),
        upper: radiusOf(s, d) ** 2,
        scale: d * condition * (1 + mat.norm(point)),
      })),
    ];
  },
});

const trained = check.bound<local.LocalCase, Subject>({
  says: 'A: for a linear decoder the beta-VAE objective, and the one-step SAMBA objective, are at most the worst case plus beta KL',
  given: { arbitrary: local.localCases, examples: local.LOCAL_EXAMPLES },
  measure: (c, s) => {
    const d = c.mean.length;
    const values = local.valuesOf(c, posterior(local.netOf(c), c.mean, c.covariance));
    const { residual } = local.localModel(c);
    const linear = mat.scale(-1, mat.apply(mat.transpose(c.weight, d), residual));
    const curved = mat.gram(c.weight, d);
    const worst = maximiseOnEllipsoid(linear, curved, c.covariance, radiusOf(s, d)).value;
    const kl = klToStandard(c.mean, mat.cholesky(c.covariance));
    const upper = mat.norm(residual) ** 2 / 2 + worst + c.beta * kl;
    const { evaluate, ...objective } = makeSamba(s.samba);
    const half: Objective<Hyper> = {
      ...objective,
      evaluate: (net, params, inputs, hyper) => evaluate(net, params, inputs, { rec: 'half', ...hyper }),
    };
    const samba = step(s.samba, half, local.netOf(c), values).loss;
    const size = upper + c.beta * (1 + mat.norm(c.mean) ** 2 + mat.trace(c.covariance)) + mat.norm(c.x) ** 2;
    return check.below(
      {
        'beta-VAE': [betaVae(s.vae, local.netOf(c), values, quad.sigmaPoints(d)), upper],
        SAMBA: [samba, upper],
      },
      size,
    );
  },
});

/** The mean over Gaussian noise of covariance t^2 Sigma less a worst case, on a ladder in t. */
const belowWorst = (
  c: Case<draw.RidgeCase>,
  rungs: readonly [number, number],
  worst: (t: number) => number,
) =>
  check.ladder(check.dyadic(widest(c), ...rungs), t => ({
    residual: ridgeMean(c.f.ridge, c.f.point, times(t * t, c.sigma.matrix)) - worst(t),
    scale: sizeOf(c),
  }));

const smallRadius = check.order<Case<draw.RidgeCase>, Subject>({
  says: 'E: where the gradient is not zero the mean is below the SAM loss that trains, by sqrt(d) |Sigma^(1/2) grad L| to first order',
  given: withSigma(draw.ridges, [1, 2, 3, 5]),
  order: 1,
  measure: (c, { samba }) => {
    const { p, n } = theory(c);
    const worst = (t: number): number => samOn({ samba, penalty: PENALTY_RULES }, ridgeAt(c, t)).perturbed;
    return { ladder: belowWorst(c, [3, 12], worst), constant: -Math.sqrt(p) * n };
  },
});

/** An even loss at its stationary point 0, its Hessian not nearly isotropic, nor tied at the top. */
const even = (p: number): fc.Arbitrary<draw.RidgeCase> =>
  draw.ridges(p, ['cos']).map(({ ridge }) => ({
    ridge: { ...ridge, terms: ridge.terms.map(term => ({ ...term, b: 0 })) },
    point: mat.zeros(p),
  }));
const flatCases = withSigma(even, [2, 3]).filter(c => {
  const { values } = mat.symmetricEigen(whitenedHessian(c));
  return values[0]! - values[1]! > 0.2 * mat.norm(values) && Math.abs(values[0]!) > 0.1 * mat.norm(values);
});

function whitenedHessian({ f: { ridge, point }, sigma }: Case<draw.RidgeCase>): number[][] {
  const factor = mat.cholesky(sigma.matrix);
  return mat.multiply(mat.transpose(factor), mat.multiply(ridgeHessian(ridge, point), factor));
}

/** The maximum on the ellipsoid of radius sqrt(d) of a loss that is stationary at the centre. */
function maximumAround(
  { f: { ridge, point } }: Case<draw.RidgeCase>,
  factor: mat.Matrix,
  hessian: mat.Matrix,
): number {
  const { values, vectors } = mat.symmetricEigen(hessian);
  if (values[0]! <= 0) return ridgeValue(ridge, point);
  const back = mat.transpose(factor);
  const gradient = (u: mat.Vector): number[] => mat.apply(back, ridgeGradient(ridge, mat.apply(factor, u)));
  const from = { start: vectors[0]!, shift: Math.max(0, -values.at(-1)!) };
  const u = maximiseOnSmallBall(gradient, Math.sqrt(point.length), from);
  return ridgeValue(ridge, mat.apply(factor, u));
}

const stationary = check.order<Case<draw.RidgeCase>, Subject>({
  says: 'E: at a stationary point the mean is below the maximum by d lambda_max^+ - tr H over two, Sigma^(1/2) H Sigma^(1/2) for H',
  given: flatCases,
  order: 2,
  measure: c => {
    const [factor, hessian] = [mat.cholesky(c.sigma.matrix), whitenedHessian(c)];
    const top = Math.max(mat.symmetricEigen(hessian).values[0]!, 0);
    const worst = (t: number): number => maximumAround(c, times(t, factor), times(t * t, hessian));
    return {
      ladder: belowWorst(c, [2, 11], worst),
      constant: (mat.trace(hessian) - c.f.point.length * top) / 2,
    };
  },
});

export const CORRECTED = { quadratic, cubic, onEllipsoid, trained, smallRadius, stationary };
