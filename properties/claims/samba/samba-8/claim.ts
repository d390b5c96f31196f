/** @file The gradient of the SAM objective is the gradient at the perturbed point: eq. (7). */

import { SAMBA_RULES, type SambaRules } from '../../../../src/core/objectives/samba/samba.js';
import { ridgeHessian } from '../../../../src/theory/closed/ridge.js';
import { maximiseOnEllipsoid } from '../../../../src/theory/numerics/trust-region.js';
import { asymptotic, check, claim, draw, fc, mat, wrong } from '../../../kit.js';
import { slopedQuadratics, stepOn, unitCovariance } from '../../../subjects/sam/ellipsoids.js';
import { DETACH_MUTANTS, LENGTH_MUTANTS, wrongSamba } from '../../../subjects/sam/mutants.js';
import { theory, withSigma } from '../../../subjects/sam/ridge-cases.js';
import { gapGradient, residuals } from './danskin.js';

/** The gradient of a quadratic at w. */
const quadraticGradient = ({ gradient, matrix }: draw.Quadratic, w: mat.Vector): number[] =>
  mat.add(gradient, mat.apply(matrix, w));

const onQuadratics = (f: (p: number) => fc.Arbitrary<draw.Quadratic>, dimensions: readonly number[]) =>
  fc.oneof(
    ...dimensions.map(p =>
      draw.record({
        f: f(p),
        sigma: draw.spd(p, 1 / 4, 4),
        kappa: draw.logUniform({ min: 1 / 64, max: 8 }),
        direction: draw.unitVector(p),
      }),
    ),
  );
type OnQuadratic = draw.Of<ReturnType<typeof onQuadratics>>;

/** The gradient that a step is given on a quadratic, and that of the maximum. */
const oneStepGradient = ({ f, sigma, kappa }: OnQuadratic, samba: SambaRules): mat.Vector =>
  stepOn(samba, f, sigma.matrix, kappa).perturbedGradient;
const atOrigin = ({ f, sigma, kappa }: OnQuadratic, envelope: Subject['envelope']): mat.Vector =>
  envelope(f, sigma.matrix, kappa, mat.zeros(f.gradient.length));

const maximum = (f: draw.Quadratic, sigma: mat.Matrix, kappa: number, w: mat.Vector): number => {
  const moved = quadraticGradient(f, w);
  const base = mat.dot(f.gradient, w) + mat.dot(w, mat.apply(f.matrix, w)) / 2;
  return base + maximiseOnEllipsoid(moved, f.matrix, sigma, kappa).value;
};

const sizeAt = ({ f, sigma, kappa }: OnQuadratic): number => {
  const reach = 1 + kappa * Math.sqrt(Math.max(...sigma.spectrum));
  return (mat.norm(f.gradient) + mat.norm(f.matrix.flat())) * reach ** 2;
};

/** The gradient of the true maximum on e' Sigma^-1 e <= kappa^2 of a quadratic: A e + g at the maximiser. */
const danskin = (f: draw.Quadratic, sigma: mat.Matrix, kappa: number, w: mat.Vector): mat.Vector => {
  const moved = quadraticGradient(f, w);
  const { point } = maximiseOnEllipsoid(moved, f.matrix, sigma, kappa);
  return mat.add(moved, mat.apply(f.matrix, point));
};

/** Convex quadratics whose gradient is the top eigenvector. */
const alongTop = (p: number): fc.Arbitrary<draw.Quadratic> =>
  draw.quadraticOf(p, 'psd').map(f => {
    const top = f.spectrum.indexOf(Math.max(...f.spectrum));
    return { ...f, gradient: f.basis.map(row => 2 * row[top]!) };
  });

const { noDetach, detachNormOnly, detachDirectionOnly } = DETACH_MUTANTS;

const SUBJECT = {
  /** The gradient of the detached step, as it trains. */
  samba: SAMBA_RULES,
  /** The same without detaching. */
  live: noDetach.rules,
  envelope: danskin,
};
type Subject = typeof SUBJECT;

export default claim<Subject, string, string>({
  id: 'SAMBA-8',
  paper: 'samba',
  source: 'Reizinger & Huszár 2023, eq. (7)',
  tex: {
    printed: '\\nabla L_{SAM}(\\Psi_0) \\approx \\nabla L(\\Psi_0 + \\sqrt\\Sigma\\,\\eta)',
    corrected:
      '\\nabla L_{SAM} = \\nabla L(\\Psi_0+\\varepsilon^*),\\quad \\nabla L(\\Psi_0+\\hat\\varepsilon) - \\nabla L_{SAM} = -\\rho^2\\,\\frac{HPH\\hat g}{\\|g\\|} + O(\\rho^3),\\quad \\nabla\\left[L(\\Psi_0+\\hat\\varepsilon(\\Psi_0))\\right] - \\nabla L_{SAM} = O(\\rho^3)',
  },
  says: 'The gradient at the true maximiser is the gradient of the SAM objective; at the one-step point it is off by rho^2 HPHg/|g|, and differentiating through the step instead of detaching it is one order more accurate for the true objective, as long as the gradient is not small.',
  verdict: asymptotic(2, 'rho'),
  findings: [
    {
      class: 'sharpened',
      title:
        'A detached step is one order less accurate for the SAM objective, and more robust where the gradient is small',
      quote: 'The gradient of (5) w.r.t. $\\Psi_0$ approximately yields',
      place: 'before eq. (7)',
      says: 'Its error is of order ρ²/|g| with a known constant, that of a step which is differentiated through ρ³/|g|²: the better one while ρ is small beside |g|. What detaching gives is the exact penalty form for quadratics.',
      also: ['SAMBA-24'],
    },
  ],
  objectives: ['samba'],
  subject: SUBJECT,
  checks: {
    detached: check.order({
      says: 'the gradient that trains is off by -rho^2 HPHu/|g|, any covariance',
      given: withSigma(draw.ridges),
      order: 2,
      measure: (c, { samba }) => {
        const { p, factor, n, turn } = theory(c);
        const hessian = ridgeHessian(c.f.ridge, c.f.point);
        return {
          ladder: residuals(c, samba, [3, 14]),
          constant: mat.scale(
            -p / n,
            mat.apply(mat.transpose(factor), mat.apply(hessian, mat.apply(factor, turn))),
          ),
        };
      },
    }),
    live: check.order({
      says: 'without detaching it is off by the gradient of -rho^3 |PHu|^2/(2|g|) only',
      given: withSigma(draw.ridges),
      order: 3,
      measure: (c, { live }) => ({
        ladder: residuals(c, live, [3, 12]),
        constant: mat.scale(-(c.f.point.length ** 1.5), gapGradient(c)),
      }),
    }),
    envelope: check.bound({
      says: "the gradient at the maximiser supports the maximum from below: max(w + tv) >= max(w) + t grad.v + t^2 v'Av/2 for t of both signs",
      given: onQuadratics(draw.quadratics, [1, 2, 3, 5]),
      runs: 64,
      measure: (c, { envelope }) => {
        const { f, sigma, kappa, direction } = c;
        const origin = direction.map(() => 0);
        const base = maximum(f, sigma.matrix, kappa, origin);
        const slope = mat.dot(envelope(f, sigma.matrix, kappa, origin), direction);
        const bend = mat.dot(direction, mat.apply(f.matrix, direction)) / 2;
        return [2 ** -10, -(2 ** -10), 1, -1].map(t => ({
          lower: base + t * slope + t * t * bend,
          upper: maximum(f, sigma.matrix, kappa, mat.scale(t, direction)),
          scale: sizeAt(c),
          what: `t = ${t}`,
        }));
      },
    }),
    quadratic: check.violates({
      says: 'already for quadratics the gradient that trains is not that of the maximum',
      given: onQuadratics(slopedQuadratics, [2, 3, 5]).filter(
        ({ f, kappa, sigma }) => mat.norm(f.gradient) > 2 ** -3 && kappa > 1 / 8 && sigma.spectrum.length > 1,
      ),
      runs: 32,
      measure: (c, { samba, envelope }) => {
        const actual = oneStepGradient(c, samba);
        const claimed = atOrigin(c, envelope);
        const by = mat.norm(mat.subtract(actual, claimed));
        return { claimed: mat.norm(claimed), actual: mat.norm(actual), by, scale: sizeAt(c) };
      },
      margin: 2 ** 12,
    }),
    eigenvector: check.equals({
      says: 'it is where the gradient is the top eigenvector of a convex quadratic, and always with one parameter',
      given: fc.oneof(
        onQuadratics(alongTop, [2, 3, 5]).map(c => ({ ...c, sigma: unitCovariance(c.direction.length) })),
        onQuadratics(p => draw.quadraticOf(p, 'psd').filter(({ gradient }) => gradient[0] !== 0), [1]),
      ),
      runs: 32,
      measure: (c, { samba, live, envelope }) => {
        const expected = atOrigin(c, envelope);
        const scale = sizeAt(c) * (1 + (c.kappa * mat.norm(c.f.matrix.flat())) / mat.norm(c.f.gradient));
        return [samba, live].map(rules => ({ actual: oneStepGradient(c, rules), expected, scale }));
      },
    }),
  },
  mutants: {
    ...wrongSamba<Subject>('noDetach', 'detachNormOnly', 'detachDirectionOnly'),
    ...wrongSamba<Subject>('unnormalised', 'rootDimensionMissing', 'dimensionForRoot'),
    ...wrongSamba<Subject>('covarianceForRoot', 'covarianceMissing', 'signFlip', 'signStep', 'noSecondStep'),
    ...wrong.formula(SUBJECT, 'live', {
      liveDetached: ['the live step is detached', SAMBA_RULES],
      liveNormHeld: ['only the norm is held fixed', detachNormOnly.rules],
      liveDirectionHeld: ['only the direction is held fixed', detachDirectionOnly.rules],
      liveInBatch: [
        'the largest entry for the Euclidean norm, not detached',
        { ...noDetach.rules, norm: LENGTH_MUTANTS.largestEntryNorm.rules.norm },
      ],
    }),
    ...wrong.formula(SUBJECT, 'envelope', {
      maximiserOfLinear: [
        'the gradient at the one-step point for that at the maximiser',
        (f, sigma, kappa, w) => {
          const g = quadraticGradient(f, w);
          const e = mat.apply(sigma, g);
          const size = Math.sqrt(mat.dot(g, e));
          return size === 0 ? g : mat.add(g, mat.apply(f.matrix, mat.scale(kappa / size, e)));
        },
      ],
      gradientAtCentre: [
        'the gradient at the centre for that at the maximiser',
        (f, _sigma, _kappa, w) => quadraticGradient(f, w),
      ],
      unconstrained: [
        'twice the displacement of the maximiser',
        (f, sigma, kappa, w) => danskin(f, sigma, 2 * kappa, w),
      ],
    }),
  },
});
