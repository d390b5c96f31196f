/** @file The definition of the SAM objective and the level of its ellipsoid: eq. (5). */

import { SAMBA_RULES } from '../../../../src/core/objectives/samba/samba.js';
import { check, claim, draw, fc, mat, refuted, wrong } from '../../../kit.js';
import { stepOn } from '../../../subjects/sam/ellipsoids.js';
import { times } from '../../../subjects/sam/ridge-cases.js';
import { affine, cases, firstOrder, sizeOf, truest, WRONG_MAXIMISERS } from './maximisers.js';

/** max of L over the ellipsoid of a radius. */
const most = ({ level, maximise }: Subject, f: draw.Quadratic, sigma: mat.Matrix, radius: number): number =>
  draw.quadraticValue(f, maximise(f, sigma, level(radius)));

const given = cases(draw.quadratics);

const SUBJECT = {
  /** The step that trains. */
  samba: SAMBA_RULES,
  /** The level of the ellipsoid for the radius rho. */
  level: (rho: number) => rho ** 2,
  maximise: truest,
};
type Subject = typeof SUBJECT;

export default claim<Subject, string, string>({
  id: 'SAMBA-6',
  paper: 'samba',
  source: 'Reizinger & Huszár 2023, eq. (5)',
  tex: {
    printed:
      'L_{SAM}(\\Psi_0) = \\max_{(\\Psi-\\Psi_0)^\\top\\Sigma^{-1}(\\Psi-\\Psi_0)\\le\\rho}\\left[L(\\Psi)-L(\\Psi_0)\\right] + L(\\Psi_0)',
    corrected:
      'L_{SAM}(\\Psi_0) = \\max_{(\\Psi-\\Psi_0)^\\top\\Sigma^{-1}(\\Psi-\\Psi_0)\\le\\rho^2} L(\\Psi),\\qquad\\text{level } d\\ \\text{in eq. (9)-(10)}',
  },
  says: 'The level set of eq. (5) must be rho^2 (and d in eq. (9)), not rho: as printed the first-order term would be sqrt(rho) |Sigma^(1/2) g|; so corrected the objective is at least L, grows with the radius and with Sigma, and depends on Sigma and rho only through the ellipsoid.',
  verdict: refuted({
    counterexample:
      'L affine: the printed maximum gains sqrt(rho) |Sigma^(1/2) g|, eq. (6) says rho |Sigma^(1/2) g|',
    corrected: 'the level is rho^2; eq. (9)-(10) are the case Sigma rho^2 = Sigma d',
  }),
  findings: [
    {
      class: 'misprint',
      title: 'The level of the constraint in eq. (5) is ρ², not ρ',
      quote:
        '\\boldsymbol{\\Sigma}_{SAM}^{-1}(\\boldsymbol{\\Psi} - \\boldsymbol{\\Psi}_0) \\le \\boldsymbol{\\rho}',
      place: 'eq. (5)',
      says: 'Eq. (6) and (8) are those of the level ρ², eq. (9) and (10) those of the level d. With the level printed the coefficient in eq. (6) would be √ρ.',
    },
  ],
  objectives: ['samba'],
  subject: SUBJECT,
  checks: {
    printedLevel: check.violates({
      says: 'for affine losses the level rho gives sqrt(rho) |Sigma^(1/2) g| where eq. (6) has rho |Sigma^(1/2) g|',
      given: cases(affine).filter(({ radius }) => Math.abs(Math.log(radius)) > 0.05),
      runs: 32,
      measure: (c, { maximise }) => {
        const actual = draw.quadraticValue(c.f, maximise(c.f, c.sigma.matrix, c.radius)) - c.f.offset;
        const claimed = firstOrder(c);
        return { claimed, actual, by: Math.abs(actual - claimed), scale: Math.abs(c.f.offset) + claimed };
      },
    }),
    level: check.equals({
      says: 'the level rho^2 gives rho |Sigma^(1/2) g|, and the level d is that of the step that trains',
      given: cases(affine),
      runs: 32,
      measure: (c, subject) => {
        const { f, sigma, radius } = c;
        const { perturbed } = stepOn(subject.samba, f, sigma.matrix, radius);
        const maximum = most(subject, f, sigma.matrix, radius);
        const gains = { maximum: maximum - f.offset, step: perturbed - f.offset };
        return Object.entries(gains).map(([what, actual]) => ({
          what,
          actual,
          expected: firstOrder(c),
          scale: sizeOf(c),
        }));
      },
    }),
    oneStep: check.bound({
      says: 'the step that trains stays inside: it never exceeds the maximum',
      given,
      runs: 48,
      measure: (c, subject) => {
        const { perturbed } = stepOn(subject.samba, c.f, c.sigma.matrix, c.radius);
        return { lower: perturbed, upper: most(subject, c.f, c.sigma.matrix, c.radius), scale: sizeOf(c) };
      },
    }),
    certificate: check.equals({
      says: 'the maximiser is one: (nu Sigma^-1 - A) e = g on the boundary or A e + g = 0 inside, nu at least the top of the spectrum',
      given,
      runs: 64,
      measure: (c, { level, maximise }) => {
        const e = maximise(c.f, c.sigma.matrix, level(c.radius));
        const factor = mat.cholesky(c.sigma.matrix);
        const back = mat.transpose(factor);
        const u = mat.solveLower(factor, e);
        const rise = mat.apply(back, mat.add(c.f.gradient, mat.apply(c.f.matrix, e)));
        const inside = mat.norm(u) < c.radius * (1 - 2 ** -40);
        const nu = inside ? 0 : mat.dot(rise, u) / mat.norm(u) ** 2;
        const whitened = mat.multiply(back, mat.multiply(c.f.matrix, factor));
        const top = mat.symmetricEigen(whitened).values[0]!;
        const size = mat.norm(mat.apply(back, c.f.gradient)) + mat.norm(whitened.flat()) * c.radius;
        return check.agree({
          stationary: [mat.subtract(rise, mat.scale(nu, u)), u.map(() => 0), size],
          largest: [Math.min(nu - Math.max(top, 0), 0), 0, size / c.radius],
          feasible: [Math.max(mat.norm(u) - c.radius, 0), 0, c.radius],
        });
      },
    }),
    order: check.bound({
      says: 'it is at least L, and grows with the radius and with Sigma in the Loewner order',
      given,
      runs: 64,
      measure: (c, subject) => {
        const { f, sigma, radius, more } = c;
        const base = most(subject, f, sigma.matrix, radius);
        const larger = mat.combine(1, sigma.matrix, 1 / 4, mat.outer(more, more));
        return check.below(
          {
            L: [f.offset, base],
            radius: [base, most(subject, f, sigma.matrix, 1.25 * radius)],
            covariance: [base, most(subject, f, larger, radius)],
          },
          4 * sizeOf(c),
        );
      },
    }),
    invariance: check.equals({
      says: 'it is the same for (c Sigma, rho / sqrt(c)), turns with the coordinates, and adds a constant to L as it is',
      given: fc.oneof(
        ...[2, 3].map(p => {
          const alike = cases(() => draw.quadratics(p)).filter(c => c.more.length === p);
          return fc.tuple(alike, draw.orthogonal(p));
        }),
      ),
      runs: 32,
      measure: ([c, q], subject) => {
        const { f, sigma, radius } = c;
        const expected = most(subject, f, sigma.matrix, radius);
        const turn = ({ basis, spectrum }: Pick<draw.SpectralMatrix, 'basis' | 'spectrum'>) =>
          draw.withSpectrum(mat.multiply(q, basis), spectrum);
        const turned = { ...f, gradient: mat.apply(q, f.gradient), matrix: turn(f) };
        const wider = times(9, sigma.matrix);
        const raised = { ...f, offset: f.offset + 8 };
        return check.agree(
          {
            scaled: [most(subject, f, wider, radius / 3), expected],
            turned: [most(subject, turned, turn(sigma), radius), expected],
            raised: [most(subject, raised, sigma.matrix, radius), expected + 8],
          },
          16 + 4 * sizeOf(c),
        );
      },
    }),
  },
  mutants: {
    ...wrong.formula(SUBJECT, 'level', {
      levelRadius: ['the level rho, as printed', rho => rho],
      levelFourth: ['the level rho^4', rho => rho ** 4],
    }),
    ...wrong.formula(SUBJECT, 'maximise', WRONG_MAXIMISERS),
    ...wrong.rules(SUBJECT, 'samba', {
      stepDownhill: ['the step goes downhill', { outer: (s, eta) => SAMBA_RULES.outer(s, eta.neg()) }],
      stepTooLong: ['d for sqrt(d) in the step', { radius: d => SAMBA_RULES.radius(d * d) }],
      stepTooShort: ['no sqrt(d) in the step', { radius: () => SAMBA_RULES.radius(1) }],
      stepUnwhitened: ['the step is not whitened', { whiten: (_, g) => g }],
    }),
  },
});
