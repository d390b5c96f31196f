/** @file UJV-20 (eqs. 51-55): the algebra from the ELBO to the VariationalSAM objective. */
import { bound } from '../../../src/claims/checks/bound.js';
import { equals } from '../../../src/claims/checks/equals.js';
import { only } from '../../../src/claims/checks/given.js';
import { violates } from '../../../src/claims/checks/violates.js';
import { claim, mutant } from '../../../src/claims/claim.js';
import { conditional } from '../../../src/claims/verdict.js';
import { chiMoment } from '../../../src/theory/closed/chi.js';
import { klToStandard, logNormalDensity } from '../../../src/theory/closed/gaussian.js';
import { cholesky, inverse, logDet, solveLower } from '../../../src/theory/numerics/cholesky.js';
import { gaussianPoints } from '../../../src/theory/numerics/gauss-hermite.js';
import {
  add,
  apply,
  combine,
  gram,
  identity,
  type Matrix,
  multiply,
  norm,
  scale,
  subtract,
  trace,
  traceOfProduct,
  transpose,
  type Vector,
} from '../../../src/theory/numerics/matrix.js';
import { maximiseOnEllipsoid } from '../../../src/theory/numerics/trust-region.js';
import { type Quadratic, quadratics } from '../../arbitraries/functions.js';
import { type SpectralMatrix, spd } from '../../arbitraries/matrix.js';
import { logUniform, normal } from '../../arbitraries/numbers.js';
import { oneof } from '../../arbitraries/one-of.js';
import { plainRecord } from '../../arbitraries/record.js';
import { vector } from '../../arbitraries/vector.js';
import { times } from '../../subjects/sam/ridge-cases.js';

interface Posterior {
  readonly mean: Vector;
  readonly sigma: Matrix;
  readonly prior: number;
}

/** The formulas as printed. */
interface Subject {
  /** (53) */
  readonly kl: (of: Posterior) => number;
  /** (52): the negative ELBO per example from the mean of the averaged loss. */
  readonly objective: (meanLoss: number, kl: number, examples: number) => number;
  /** (54)-(55): what is left of KL/N when terms without mean and Sigma are dropped. */
  readonly penalty: (of: Posterior, examples: number) => number;
  /** The level of the ellipsoid in (55). */
  readonly level: (p: number) => number;
}

const SUBJECT: Subject = {
  kl: ({ mean, sigma, prior }) => {
    const p = mean.length;
    return (
      (trace(sigma) / prior + logDet(inverse(sigma)) + p * Math.log(prior) + norm(mean) ** 2 / prior - p) / 2
    );
  },
  objective: (meanLoss, kl, examples) => meanLoss + kl / examples,
  penalty: ({ mean, sigma, prior }, examples) =>
    (trace(sigma) / prior - logDet(sigma) + norm(mean) ** 2 / prior) / (2 * examples),
  level: p => p,
};

interface Case {
  readonly mean: readonly number[];
  readonly other: readonly number[];
  readonly sigma: SpectralMatrix;
  readonly more: SpectralMatrix;
  readonly prior: number;
  readonly examples: number;
}

const cases = (dimensions: readonly number[]) =>
  oneof(dimensions, p =>
    plainRecord({
      mean: vector(p, normal()),
      other: vector(p, normal()),
      sigma: spd(p, 1 / 8, 4),
      more: spd(p, 1 / 8, 4),
      prior: logUniform({ min: 1 / 8, max: 8 }),
      examples: logUniform({ min: 1, max: 1000 }),
    }),
  );

const posterior = ({ mean, sigma, prior }: Case): Posterior => ({ mean, sigma: sigma.matrix, prior });

/** The size of the terms of the KL, with what inverting Sigma costs. */
const size = ({ mean, sigma, prior }: Posterior): number =>
  (norm(mean) ** 2 + trace(sigma)) / prior + 32 * mean.length * (1 + norm(sigma.flat()));

const divergence = equals<Case, Subject>({
  says: '(53) is KL(N(mu, Sigma) || N(0, sigma0^2 I)): tr Sigma / sigma0^2 + log det Sigma^-1 + p log sigma0^2 + |mu|^2 / sigma0^2 - p, halved',
  given: { arbitrary: cases([1, 2, 3, 5]) },
  runs: 60,
  measure: (c, s) => {
    const root = Math.sqrt(c.prior);
    const expected = klToStandard(scale(1 / root, c.mean), times(1 / root, cholesky(c.sigma.matrix)));
    return { actual: s.kl(posterior(c)), expected, scale: size(posterior(c)) };
  },
});

const byQuadrature = equals<Case, Subject>({
  says: 'and E_q[log q - log p], by quadrature that is exact for it',
  given: { arbitrary: cases([1, 2, 3]) },
  runs: 30,
  measure: (c, s) => {
    const factor = cholesky(c.sigma.matrix);
    const p = c.mean.length;
    const mean = gaussianPoints(p, 2).reduce((sum, { point, weight }) => {
      const xi = apply(factor, point);
      const own = logNormalDensity(xi, c.sigma.matrix);
      return sum + weight * (own - logNormalDensity(add(c.mean, xi), times(c.prior, identity(p))));
    }, 0);
    return { actual: s.kl(posterior(c)), expected: mean, scale: size(posterior(c)) };
  },
});

/** Linear regression y = X theta + noise of variance `noise`, whose evidence is known. */
interface Regression extends Case {
  readonly x: readonly (readonly number[])[];
  readonly y: readonly number[];
  readonly noise: number;
}

const ROWS = 4;

const regressions = oneof([1, 2], p =>
  plainRecord({
    c: cases([p]),
    x: vector(ROWS * p, normal()),
    y: vector(ROWS, normal()),
    noise: logUniform({ min: 1 / 8, max: 8 }),
  }),
).map(({ c, x, y, noise }): Regression => {
  const p = c.mean.length;
  return { ...c, y, noise, x: y.map((_, i) => x.slice(i * p, (i + 1) * p)) };
});

const evidence = equals<Regression, Subject>({
  says: '(51)-(52): N times the objective is minus the log evidence plus KL(q || posterior), exactly, for linear regression',
  given: { arbitrary: regressions },
  runs: 40,
  measure: (c, s) => {
    const { mean, sigma, prior, x, y, noise } = c;
    const n = y.length;
    const p = mean.length;
    const residual = subtract(y, apply(x, mean));
    const spread = traceOfProduct(gram(x, p), sigma.matrix);
    const loss = ((norm(residual) ** 2 + spread) / noise + n * Math.log(2 * Math.PI * noise)) / (2 * n);
    const logEvidence = logNormalDensity(y, combine(prior, multiply(x, transpose(x, p)), noise, identity(n)));
    // the posterior N(m, C C')
    const covariance = inverse(combine(1 / noise, gram(x, p), 1 / prior, identity(p)));
    const m = apply(covariance, scale(1 / noise, apply(transpose(x, p), y)));
    const c0 = cholesky(covariance);
    const whitened = transpose(transpose(cholesky(sigma.matrix)).map(column => solveLower(c0, column)));
    const gap = klToStandard(solveLower(c0, subtract(mean, m)), whitened);
    const terms = size(posterior(c)) * (1 + gap) + Math.abs(logEvidence) + n * (1 + Math.abs(loss));
    return {
      actual: n * s.objective(loss, s.kl(posterior(c)), n),
      expected: gap - logEvidence,
      scale: 16 * terms,
    };
  },
});

const dropped = equals<Case, Subject>({
  says: '(54)-(55): what is dropped depends on neither mean nor Sigma: the penalty differs from KL/N by p (log sigma0^2 - 1) / (2N)',
  given: { arbitrary: cases([1, 2, 3]) },
  runs: 40,
  measure: (c, s) => {
    const p = c.mean.length;
    const second: Posterior = { mean: c.other, sigma: c.more.matrix, prior: c.prior };
    return [posterior(c), second].map(of => ({
      actual: s.objective(0, s.kl(of), c.examples) - s.penalty(of, c.examples),
      expected: (p * (Math.log(c.prior) - 1)) / (2 * c.examples),
      scale: size(of) / c.examples,
    }));
  },
});

interface OnQuadratic {
  readonly f: Quadratic;
  readonly sigma: SpectralMatrix;
}

const upper = bound<OnQuadratic, Subject>({
  says: '(55) bounds (54) for quadratics: the maximum on the ellipsoid of level p is at least the mean',
  given: { arbitrary: oneof([1, 2, 3, 5], p => plainRecord({ f: quadratics(p), sigma: spd(p, 1 / 4, 4) })) },
  runs: 60,
  measure: ({ f, sigma: { matrix } }, s) => {
    const p = f.gradient.length;
    const best = maximiseOnEllipsoid(f.gradient, f.matrix, matrix, Math.sqrt(s.level(p)));
    const reach = Math.sqrt(p * norm(matrix.flat()));
    return {
      lower: traceOfProduct(f.matrix, matrix) / 2,
      upper: best.value,
      scale: reach * norm(f.gradient) + reach ** 2 * norm(f.matrix.flat()),
    };
  },
});

const quartic = violates<number, Subject>({
  says: 'but not for every loss: |theta|^4 has its mean above that maximum in every dimension (UJV-7)',
  given: only([1, 2, 10, 1000]),
  measure: (p, s) => {
    const [claimed, actual] = [s.level(p) ** 2, chiMoment(p, 4)];
    return { claimed, actual, by: actual - claimed, scale: actual };
  },
});

const wrongKl = (says: string, kl: Subject['kl']) => mutant<Subject>(says, s => ({ ...s, kl }));
const wrong = (says: string, change: Partial<Subject>) => mutant<Subject>(says, s => ({ ...s, ...change }));
const { kl, penalty } = SUBJECT;

export default claim({
  id: 'UJV-20',
  paper: 'ujvary',
  source: 'Ujváry et al. 2022, appendix, eqs. (51)-(55)',
  tex: {
    printed:
      '\\operatorname{KL} = \\tfrac12\\Bigl[\\frac{\\operatorname{tr}\\Sigma}{\\sigma_0^2} + \\log\\det\\Sigma^{-1} + p\\log\\sigma_0^2 + \\frac{\\|\\mu\\|^2}{\\sigma_0^2} - p\\Bigr], \\qquad \\mathbb E L + \\tfrac1N\\operatorname{KL} \\le \\max L + \\tfrac1{2N}\\Bigl[\\frac{\\operatorname{tr}\\Sigma}{\\sigma_0^2} - \\log\\det\\Sigma + \\frac{\\|\\mu\\|^2}{\\sigma_0^2}\\Bigr] + \\mathrm{const}',
  },
  says: 'The KL and the steps from the ELBO to the averaged objective are exact, the dropped terms constant; the last step, the maximum in place of the mean, is a bound for losses up to degree three and not in general.',
  verdict: conditional(
    'the maximum bounds the mean, as for polynomials of degree up to three (UJV-7); the algebra before is exact',
  ),
  subject: SUBJECT,
  checks: { divergence, byQuadrature, evidence, dropped, upper, quartic },
  mutants: {
    dimensionSign: wrongKl('+ p for - p', of => kl(of) + of.mean.length),
    determinant: wrongKl('log det Sigma for log det Sigma^-1', of => kl(of) + logDet(of.sigma)),
    priorDeviation: wrongKl(
      'p log sigma0 for p log sigma0^2',
      of => kl(of) - (of.mean.length * Math.log(of.prior)) / 4,
    ),
    dimensionMissing: wrongKl(
      'log sigma0^2 without p',
      of => kl(of) - ((of.mean.length - 1) * Math.log(of.prior)) / 2,
    ),
    halfMissing: wrongKl('without 1/2', of => 2 * kl(of)),
    traceNotScaled: wrongKl(
      'tr Sigma not divided by sigma0^2',
      of => kl(of) + (trace(of.sigma) * (1 - 1 / of.prior)) / 2,
    ),
    reversed: wrongKl('KL of the prior from the posterior', ({ mean, sigma, prior }) => {
      const precision = inverse(sigma);
      const quadratic = norm(solveLower(cholesky(sigma), mean)) ** 2;
      return (
        (prior * trace(precision) + logDet(sigma) - mean.length * Math.log(prior) + quadratic - mean.length) /
        2
      );
    }),
    examplesMissing: wrong('the KL not divided by N', { objective: (loss, of) => loss + of }),
    sign: wrong('the KL subtracted', { objective: (loss, of, n) => loss - of / n }),
    penaltyHalf: wrong('1/N for 1/(2N) in (55)', { penalty: (of, n) => 2 * penalty(of, n) }),
    penaltyDeterminant: wrong('+ log det Sigma in (55)', {
      penalty: (of, n) => penalty(of, n) + logDet(of.sigma) / n,
    }),
    levelOne: wrong('the ellipsoid of level 1', { level: () => 1 }),
  },
});
