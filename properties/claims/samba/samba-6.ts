/** @file The definition of the SAM objective and the level of its ellipsoid: eq. (5). */
import fc from 'fast-check';
import { bound } from '../../../src/claims/checks/bound.js';
import { equals } from '../../../src/claims/checks/equals.js';
import { violates } from '../../../src/claims/checks/violates.js';
import { claim, mutant } from '../../../src/claims/claim.js';
import { refuted } from '../../../src/claims/verdict.js';
import { SAMBA_RULES, type SambaRules } from '../../../src/core/objectives/samba/samba.js';
import { cholesky, solve, solveLower } from '../../../src/theory/numerics/cholesky.js';
import { symmetricEigen } from '../../../src/theory/numerics/eigen.js';
import {
  add,
  apply,
  combine,
  form,
  type Matrix,
  multiply,
  norm,
  outer,
  scale,
  subtract,
  transpose,
  type Vector,
} from '../../../src/theory/numerics/matrix.js';
import { maximiseOnEllipsoid } from '../../../src/theory/numerics/trust-region.js';
import { type Quadratic, quadratics, quadraticValue } from '../../arbitraries/functions.js';
import { orthogonal, type SpectralMatrix, spd, withSpectrum } from '../../arbitraries/matrix.js';
import { logUniform, normal } from '../../arbitraries/numbers.js';
import { plainRecord } from '../../arbitraries/record.js';
import { vector } from '../../arbitraries/vector.js';
import { PENALTY_RULES } from '../../subjects/sam/covariance.js';
import { quadraticLoss } from '../../subjects/sam/losses.js';
import { samOn } from '../../subjects/sam/sam.js';

interface Case {
  readonly f: Quadratic;
  readonly sigma: SpectralMatrix;
  readonly radius: number;
  /** A direction, for what is added to the covariance or the radius. */
  readonly more: Vector;
}

/** A point of the ellipsoid e' Sigma^-1 e <= level where L(psi + e) is largest. */
type Maximise = (f: Quadratic, sigma: Matrix, level: number) => readonly number[];

interface Subject {
  /** The step that trains. */
  readonly samba: SambaRules;
  /** The level of the ellipsoid for the radius rho. */
  readonly level: (rho: number) => number;
  readonly maximise: Maximise;
}

/** The trust-region oracle. */
const truest: Maximise = (f, sigma, level) =>
  maximiseOnEllipsoid(f.gradient, f.matrix, sigma, Math.sqrt(level)).point;

const cases = (f: (p: number) => fc.Arbitrary<Quadratic>): fc.Arbitrary<Case> =>
  fc.oneof(
    ...[1, 2, 3, 5].map(p =>
      plainRecord({
        f: f(p),
        sigma: spd(p, 1 / 4, 4),
        radius: logUniform({ min: 1 / 64, max: 8 }),
        more: vector(p, normal()),
      }),
    ),
  );

const affine = (p: number): fc.Arbitrary<Quadratic> =>
  plainRecord({ offset: normal(), gradient: vector(p, normal()).filter(g => norm(g) > 2 ** -4) }).map(
    ({ offset, gradient }) => ({
      kind: 'psd',
      offset,
      gradient,
      matrix: gradient.map(() => gradient.map(() => 0)),
      spectrum: [],
      basis: [],
    }),
  );

/** max of L over the ellipsoid of a radius. */
const most = ({ level, maximise }: Subject, f: Quadratic, sigma: Matrix, radius: number): number =>
  quadraticValue(f, maximise(f, sigma, level(radius)));

/** rho |Sigma^(1/2) g| */
const firstOrder = ({ f, sigma, radius }: Case): number =>
  radius * Math.sqrt(form(f.gradient, sigma.matrix, f.gradient));

const sizeOf = ({ f, sigma, radius, more }: Case): number => {
  const spread = Math.max(...sigma.spectrum) + norm(more) ** 2;
  return (
    Math.abs(f.offset) +
    norm(f.gradient) * radius * Math.sqrt(spread) +
    norm(f.matrix.flat()) * radius ** 2 * spread
  );
};

const given = { arbitrary: cases(quadratics) };

const replaced = (says: string, maximise: Maximise) =>
  mutant<Subject>(says, subject => ({ ...subject, maximise }));

const withSamba = (says: string, rules: Partial<SambaRules>) => {
  const samba = { ...SAMBA_RULES, ...rules };
  return mutant<Subject>(says, subject => ({ ...subject, samba }));
};

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
  objectives: ['samba'],
  subject: { samba: SAMBA_RULES, level: rho => rho ** 2, maximise: truest },
  checks: {
    printedLevel: violates({
      says: 'for affine losses the level rho gives sqrt(rho) |Sigma^(1/2) g| where eq. (6) has rho |Sigma^(1/2) g|',
      given: {
        arbitrary: cases(affine).filter(({ radius }) => Math.abs(Math.log(radius)) > 0.05),
      },
      runs: 32,
      measure: (c, { maximise }) => {
        const actual = quadraticValue(c.f, maximise(c.f, c.sigma.matrix, c.radius)) - c.f.offset;
        const claimed = firstOrder(c);
        return { claimed, actual, by: Math.abs(actual - claimed), scale: Math.abs(c.f.offset) + claimed };
      },
    }),
    level: equals({
      says: 'the level rho^2 gives rho |Sigma^(1/2) g|, and the level d is that of the step that trains',
      given: { arbitrary: cases(affine) },
      runs: 32,
      measure: (c, subject) => {
        const p = c.f.gradient.length;
        const factor = cholesky(c.sigma.matrix).map(row => scale(c.radius / Math.sqrt(p), row));
        const loss = quadraticLoss(c.f);
        const point = c.f.gradient.map(() => 0);
        const sam = samOn({ samba: subject.samba, penalty: PENALTY_RULES }, { loss, point, factor });
        return [
          { actual: most(subject, c.f, c.sigma.matrix, c.radius) - c.f.offset, what: 'maximum' },
          { actual: sam.perturbed - c.f.offset, what: 'step' },
        ].map(part => ({ ...part, expected: firstOrder(c), scale: sizeOf(c) }));
      },
    }),
    oneStep: bound({
      says: 'the step that trains stays inside: it never exceeds the maximum',
      given,
      runs: 48,
      measure: (c, subject) => {
        const p = c.f.gradient.length;
        const factor = cholesky(c.sigma.matrix).map(row => scale(c.radius / Math.sqrt(p), row));
        const point = c.f.gradient.map(() => 0);
        const rules = { samba: subject.samba, penalty: PENALTY_RULES };
        const { perturbed } = samOn(rules, { loss: quadraticLoss(c.f), point, factor });
        return {
          lower: perturbed,
          upper: most(subject, c.f, c.sigma.matrix, c.radius),
          scale: sizeOf(c),
        };
      },
    }),
    certificate: equals({
      says: 'the maximiser is one: (nu Sigma^-1 - A) e = g on the boundary or A e + g = 0 inside, nu at least the top of the spectrum',
      given,
      runs: 64,
      measure: (c, { level, maximise }) => {
        const e = maximise(c.f, c.sigma.matrix, level(c.radius));
        const factor = cholesky(c.sigma.matrix);
        const back = transpose(factor);
        const u = solveLower(factor, e);
        const rise = apply(back, add(c.f.gradient, apply(c.f.matrix, e)));
        const inside = norm(u) < c.radius * (1 - 2 ** -40);
        const nu = inside ? 0 : rise.reduce((sum, x, i) => sum + x * u[i]!, 0) / norm(u) ** 2;
        const whitened = multiply(back, multiply(c.f.matrix, factor));
        const top = symmetricEigen(whitened).values[0]!;
        const size = norm(apply(back, c.f.gradient)) + norm(whitened.flat()) * c.radius;
        return [
          { actual: subtract(rise, scale(nu, u)), expected: u.map(() => 0), scale: size, what: 'stationary' },
          {
            actual: Math.min(nu - Math.max(top, 0), 0),
            expected: 0,
            scale: size / c.radius,
            what: 'largest',
          },
          { actual: Math.max(norm(u) - c.radius, 0), expected: 0, scale: c.radius, what: 'feasible' },
        ];
      },
    }),
    order: bound({
      says: 'it is at least L, and grows with the radius and with Sigma in the Loewner order',
      given,
      runs: 64,
      measure: (c, subject) => {
        const { f, sigma, radius, more } = c;
        const base = most(subject, f, sigma.matrix, radius);
        const scale = 4 * sizeOf(c);
        return [
          { lower: f.offset, upper: base, scale, what: 'L' },
          { lower: base, upper: most(subject, f, sigma.matrix, 1.25 * radius), scale, what: 'radius' },
          {
            lower: base,
            upper: most(subject, f, combine(1, sigma.matrix, 1 / 4, outer(more, more)), radius),
            scale,
            what: 'covariance',
          },
        ];
      },
    }),
    invariance: equals({
      says: 'it is the same for (c Sigma, rho / sqrt(c)), turns with the coordinates, and adds a constant to L as it is',
      given: {
        arbitrary: fc.oneof(
          ...[2, 3].map(p =>
            fc.tuple(
              cases(() => quadratics(p)).filter(c => c.more.length === p),
              orthogonal(p),
            ),
          ),
        ),
      },
      runs: 32,
      measure: ([c, q], subject) => {
        const { f, sigma, radius } = c;
        const expected = most(subject, f, sigma.matrix, radius);
        const turned: Quadratic = {
          ...f,
          gradient: apply(q, f.gradient),
          matrix: withSpectrum(multiply(q, f.basis), f.spectrum),
        };
        const turnedSigma = withSpectrum(multiply(q, sigma.basis), sigma.spectrum);
        const wider = sigma.matrix.map(row => scale(9, row));
        const raised = { ...f, offset: f.offset + 8 };
        return [
          { actual: most(subject, f, wider, radius / 3), expected, what: 'scaled' },
          { actual: most(subject, turned, turnedSigma, radius), expected, what: 'turned' },
          { actual: most(subject, raised, sigma.matrix, radius), expected: expected + 8, what: 'raised' },
        ].map(part => ({ ...part, scale: 16 + 4 * sizeOf(c) }));
      },
    }),
  },
  mutants: {
    levelRadius: mutant('the level rho, as printed', s => ({ ...s, level: rho => rho })),
    levelFourth: mutant('the level rho^4', s => ({ ...s, level: rho => rho ** 4 })),
    ball: replaced('the ball for the ellipsoid', (f, sigma, level) =>
      truest(
        f,
        withSpectrum(
          sigma.map((_, i) => sigma.map((_, j) => (i === j ? 1 : 0))),
          sigma.map(() => 1),
        ),
        level,
      ),
    ),
    oneStep: replaced('the maximiser of the linearised loss', (f, sigma, level) => {
      const step = apply(sigma, f.gradient);
      const size = Math.sqrt(form(f.gradient, sigma, f.gradient));
      return size === 0 ? step : scale(Math.sqrt(level) / size, step);
    }),
    boundary: replaced('an interior maximum pushed to the boundary', (f, sigma, level) => {
      const e = truest(f, sigma, level);
      const size = Math.sqrt(e.reduce((sum, x, i) => sum + x * solve(sigma, e)[i]!, 0));
      return size === 0 ? e : scale(Math.sqrt(level) / size, e);
    }),
    downhill: replaced('the minimum', (f, sigma, level) =>
      truest(
        { ...f, gradient: scale(-1, f.gradient), matrix: f.matrix.map(row => scale(-1, row)) },
        sigma,
        level,
      ),
    ),
    rootForSigma: replaced('the square of Sigma for Sigma', (f, sigma, level) =>
      truest(f, multiply(sigma, sigma), level),
    ),
    stepDownhill: withSamba('the step goes downhill', {
      outer: (s, eta) => SAMBA_RULES.outer(s, eta.neg()),
    }),
    stepTooLong: withSamba('d for sqrt(d) in the step', { radius: d => SAMBA_RULES.radius(d * d) }),
    stepTooShort: withSamba('no sqrt(d) in the step', { radius: () => SAMBA_RULES.radius(1) }),
    stepUnwhitened: withSamba('the step is not whitened', { whiten: (_, g) => g }),
  },
});
