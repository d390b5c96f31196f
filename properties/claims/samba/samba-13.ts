/** @file The mean gradient against the gradient of SAM: eq. (9). */

import { ULPS } from '../../../src/claims/checks/rounding.js';
import { SAMBA_RULES } from '../../../src/core/objectives/samba/samba.js';
import { VAE_RULES } from '../../../src/core/objectives/vae/vae.js';
import { type Ridge, ridgeGradient, ridgeHessian } from '../../../src/theory/closed/ridge.js';
import { maximiseOnEllipsoid } from '../../../src/theory/numerics/trust-region.js';
import { check, claim, draw, fc, mat, quad, refuted } from '../../kit.js';
import { PENALTY_RULES } from '../../subjects/sam/covariance.js';
import { quadraticAt, unitCovariance } from '../../subjects/sam/ellipsoids.js';
import { type Loss, quadraticLoss, ridgeLoss } from '../../subjects/sam/losses.js';
import { wrongSamba } from '../../subjects/sam/mutants.js';
import { drawsOn, meanGradient } from '../../subjects/sam/noisy-losses.js';
import { nearest, sizeOf, times } from '../../subjects/sam/ridge-cases.js';
import { type At, samOn } from '../../subjects/sam/sam.js';
import { inVae, NOISE_BESIDE_STEP } from '../../subjects/vae/elbo-mutants.js';

/** The gradient of SAM, as it trains, on a loss with Sigma = factor factor'. */
const samGradient = ({ samba }: Subject, at: At): mat.Vector =>
  samOn({ samba, penalty: PENALTY_RULES }, at).perturbedGradient;

interface Line {
  readonly says: string;
  readonly loss: Loss;
  readonly point: number;
  readonly rho: number;
}

/** curvature x^2 / 2 + slope x */
const parabola = (curvature: number, slope: number): Loss =>
  quadraticLoss(quadraticAt([slope], [[curvature]]));

const exponential: Ridge = { kind: 'exp', terms: [{ c: 1, a: [1], b: 0 }] };

/** The two gradients in one dimension. */
function onLine({ loss, point, rho }: Line, subject: Subject) {
  const at = { loss, point: [point], factor: [[rho]] };
  const [actual] = meanGradient(drawsOn(subject.vae, at, quad.gaussianPoints(1, 40)));
  const [claimed] = samGradient(subject, at);
  return { mean: actual!, sam: claimed! };
}

const SMALLEST: Line = {
  says: 'L = x^2/2 at x = -1, rho = 1/2',
  loss: parabola(1, 0),
  point: -1,
  rho: 1 / 2,
};
const CONCAVE: Line = { says: 'L = -x^2/2 + 3x at x = 0, rho = 1', loss: parabola(-1, 3), point: 0, rho: 1 };
const CONVEX = [2.125, 3, 4].map(
  (rho): Line => ({ says: `L = exp(x) at x = 0, rho = ${rho}`, loss: ridgeLoss(exponential), point: 0, rho }),
);
const show = ({ says }: Line): string => says;

const psd = fc.oneof(
  ...[1, 2, 3, 5].map(p =>
    draw.record({
      f: draw.quadraticOf(p, 'psd').filter(({ gradient }) => mat.norm(gradient) > 0),
      sigma: draw.spd(p, 1 / 4, 4),
      kappa: draw.logUniform({ min: 1 / 64, max: 8 }),
    }),
  ),
);

const ridgeCases = fc.oneof(...[1, 2, 3].map(p => draw.ridges(p)));

const SUBJECT = { samba: SAMBA_RULES, vae: VAE_RULES };
type Subject = typeof SUBJECT;

export default claim<Subject, string, string>({
  id: 'SAMBA-13',
  paper: 'samba',
  source: 'Reizinger & Huszár 2023, eq. (9)',
  tex: {
    printed:
      '\\mathbb E_{\\eta\\sim\\mathcal N(0,I_d)}\\left[\\nabla L\\left(\\Psi_0+\\tfrac{\\rho\\eta}{\\sqrt d}\\right)\\right] \\le \\max_{\\|\\eta\\|\\le\\sqrt d}\\nabla L\\left(\\Psi_0+\\tfrac{\\rho\\eta}{\\sqrt d}\\right) = \\nabla L_{SAM}\\left(\\Psi_0,\\tfrac{\\rho^2}d I_d\\right)',
    corrected:
      '\\|\\nabla L(\\Psi_0+\\hat\\varepsilon)\\|^2 - \\|\\mathbb E\\,\\nabla L\\|^2 = 2\\rho\\, g^\\top H\\hat g + O(\\rho^2);\\qquad \\|\\mathbb E\\,\\nabla L\\|\\le\\|\\nabla L_{SAM}\\|\\ \\text{for convex quadratics}',
  },
  says: 'Between vectors neither <= nor max is defined, and the gradient of a maximum is not the maximum of a gradient; read entry by entry or as norms the inequality is false, for convex losses too. It holds for convex quadratics, and for small radii exactly where the curvature along the gradient is positive.',
  verdict: refuted({
    counterexample:
      "L = exp(x), rho = 3: |E L'| = 90.0 > 20.1 = |L'_SAM|; L = x^2/2, x = -1, rho = 1/2: -1 > -1.5",
    corrected:
      "the norms are ordered for convex quadratics; to first order in rho their squares differ by 2 rho g'Hg/|g|",
  }),
  findings: [
    {
      class: 'error',
      title: 'Eq. (9) compares vectors by ≤, and in norm it is false, for convex losses too',
      quote: 'Thus, we can upper bound the expected gradient in MFVI with the SAM gradient.',
      place: 'section 2, eq. (9)',
      says: 'Neither ≤ nor max is defined between vectors. Entry by entry L = x²/2 at -1 violates it; in norm exp(x) does, with a factor of 4.5 at ρ = 3. For a positive semidefinite quadratic the norms are ordered as meant, and for small ρ where the curvature along the gradient is positive.',
    },
  ],
  objectives: ['samba', 'vae'],
  subject: SUBJECT,
  checks: {
    byEntry: check.violates({
      says: 'entry by entry: for L = x^2/2 at -1 with rho = 1/2 the mean is -1, the gradient of SAM -1.5',
      given: check.only([SMALLEST], show),
      measure: (line, subject) => {
        const { mean, sam } = onLine(line, subject);
        return { claimed: sam, actual: mean, by: mean - sam, scale: 2 };
      },
    }),
    byNorm: check.violates({
      says: 'as norms: for L = -x^2/2 + 3x at 0 with rho = 1 it is 3 against 2, for exp(x) and any rho > 2 exp(rho^2/2) against exp(rho)',
      given: check.only([CONCAVE, ...CONVEX], show),
      measure: (line, subject) => {
        const { mean, sam } = onLine(line, subject);
        const [claimed, actual] = [Math.abs(sam), Math.abs(mean)];
        return { claimed, actual, by: actual - claimed, scale: actual };
      },
    }),
    values: check.equals({
      says: 'these are the values: exp(rho^2/2), exp(rho); 3 and 2; -1 and -3/2',
      given: check.only([SMALLEST, CONCAVE, ...CONVEX], show),
      measure: (line, subject) => {
        const { mean, sam } = onLine(line, subject);
        const known = new Map([
          [SMALLEST, [-1, -1.5]],
          [CONCAVE, [3, 2]],
        ]);
        const expected = known.get(line) ?? [Math.exp(line.rho ** 2 / 2), Math.exp(line.rho)];
        return { actual: [mean, sam], expected };
      },
      ulps: ULPS.factorisation,
    }),
    convexQuadratics: check.bound({
      says: 'for convex quadratics |E grad L| = |grad L| <= |grad L_SAM| in whitened coordinates, at the one-step point and at the true maximiser',
      given: psd,
      runs: 64,
      measure: ({ f, sigma, kappa }, subject) => {
        const p = f.gradient.length;
        const factor = times(kappa / Math.sqrt(p), mat.cholesky(sigma.matrix));
        const at = { loss: quadraticLoss(f), point: mat.zeros(p), factor };
        const length = (v: mat.Vector): number => mat.norm(mat.apply(mat.transpose(factor), v));
        const mean = length(meanGradient(drawsOn(subject.vae, at, quad.sigmaPoints(p))));
        const best = maximiseOnEllipsoid(f.gradient, f.matrix, sigma.matrix, kappa).point;
        const size =
          kappa * mat.norm(sigma.matrix.flat()) * (mat.norm(f.gradient) + kappa * mat.norm(f.matrix.flat()));
        return check.below(
          {
            'one step': [mean, length(samGradient(subject, at))],
            'true maximum': [mean, length(mat.add(f.gradient, mat.apply(f.matrix, best)))],
          },
          4 * size,
        );
      },
    }),
    smallRadius: check.order({
      says: "for small radii the squares differ by 2 rho g'Hu + rho^2 (|Hu|^2 + g'T[u,u] - g'grad tr H/d)",
      given: ridgeCases,
      order: 2,
      measure: ({ ridge, point }, subject) => {
        const p = point.length;
        const unit = mat.identity(p);
        const c = { f: { ridge, point }, sigma: unitCovariance(p) };
        const g = ridgeGradient(ridge, point);
        const u = mat.scale(1 / mat.norm(g), g);
        const bent = mat.apply(ridgeHessian(ridge, point), u);
        const traceGradient = unit.map(e => ridgeGradient(ridge, point, [e, e])).reduce(mat.add);
        const points = quad.gaussianPoints(p, 8);
        return {
          ladder: check.ladder(check.dyadic(Math.sqrt(p) * nearest(c), 4, 15), rho => {
            const at = { loss: ridgeLoss(ridge), point, factor: times(rho / Math.sqrt(p), unit) };
            const mean = mat.norm(meanGradient(drawsOn(subject.vae, at, points)));
            const sam = mat.norm(samGradient(subject, at));
            return { residual: sam ** 2 - mean ** 2 - 2 * rho * mat.dot(g, bent), scale: sizeOf(c) ** 2 };
          }),
          constant:
            mat.dot(bent, bent) +
            mat.dot(g, ridgeGradient(ridge, point, [u, u])) -
            mat.dot(g, traceGradient) / p,
        };
      },
    }),
  },
  mutants: {
    ...wrongSamba<Subject>('signFlip', 'signStep', 'noSecondStep', 'unnormalised', 'rootDimensionMissing'),
    ...wrongSamba<Subject>('dimensionForRoot', 'covarianceForRoot', 'covarianceMissing'),
    ...inVae<Subject>(NOISE_BESIDE_STEP),
  },
});
