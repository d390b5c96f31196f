/** @file What UJV-20 checks of the algebra from the ELBO to the objective. */
import { chiMoment } from '../../../../src/theory/closed/chi.js';
import { klToStandard, logNormalDensity } from '../../../../src/theory/closed/gaussian.js';
import { maximiseOnEllipsoid } from '../../../../src/theory/numerics/trust-region.js';
import { check, draw, mat, quad } from '../../../kit.js';
import { times } from '../../../subjects/sam/ridge-cases.js';

interface Posterior {
  readonly mean: mat.Vector;
  readonly sigma: mat.Matrix;
  readonly prior: number;
}

export const SUBJECT = {
  /** (53) */
  kl: ({ mean, sigma, prior }: Posterior) => {
    const p = mean.length;
    return (
      (mat.trace(sigma) / prior +
        mat.logDet(mat.inverse(sigma)) +
        p * Math.log(prior) +
        mat.norm(mean) ** 2 / prior -
        p) /
      2
    );
  },
  /** (52): the negative ELBO per example from the mean of the averaged loss. */
  objective: (meanLoss: number, kl: number, examples: number) => meanLoss + kl / examples,
  /** (54)-(55): what is left of KL/N when terms without mean and Sigma are dropped. */
  penalty: ({ mean, sigma, prior }: Posterior, examples: number) =>
    (mat.trace(sigma) / prior - mat.logDet(sigma) + mat.norm(mean) ** 2 / prior) / (2 * examples),
  /** The level of the ellipsoid in (55). */
  level: (p: number) => p,
};

export type Subject = typeof SUBJECT;

interface Case {
  readonly mean: readonly number[];
  readonly other: readonly number[];
  readonly sigma: draw.SpectralMatrix;
  readonly more: draw.SpectralMatrix;
  readonly prior: number;
  readonly examples: number;
}

const cases = (dimensions: readonly number[]) =>
  draw.oneof(dimensions, p =>
    draw.record({
      mean: draw.vector(p, draw.normal()),
      other: draw.vector(p, draw.normal()),
      sigma: draw.spd(p, 1 / 8, 4),
      more: draw.spd(p, 1 / 8, 4),
      prior: draw.logUniform({ min: 1 / 8, max: 8 }),
      examples: draw.logUniform({ min: 1, max: 1000 }),
    }),
  );

const posterior = ({ mean, sigma, prior }: Case): Posterior => ({ mean, sigma: sigma.matrix, prior });

/** The size of the terms of the KL, with what inverting Sigma costs. */
const size = ({ mean, sigma, prior }: Posterior): number =>
  (mat.norm(mean) ** 2 + mat.trace(sigma)) / prior + 32 * mean.length * (1 + mat.norm(sigma.flat()));

export const divergence = check.equals<Case, Subject>({
  says: '(53) is KL(N(mu, Sigma) || N(0, sigma0^2 I)): tr Sigma / sigma0^2 + log det Sigma^-1 + p log sigma0^2 + |mu|^2 / sigma0^2 - p, halved',
  given: cases([1, 2, 3, 5]),
  runs: 60,
  measure: (c, s) => {
    const root = Math.sqrt(c.prior);
    const expected = klToStandard(mat.scale(1 / root, c.mean), times(1 / root, mat.cholesky(c.sigma.matrix)));
    return { actual: s.kl(posterior(c)), expected, scale: size(posterior(c)) };
  },
});

export const byQuadrature = check.equals<Case, Subject>({
  says: 'and E_q[log q - log p], by quadrature that is exact for it',
  given: cases([1, 2, 3]),
  runs: 30,
  measure: (c, s) => {
    const factor = mat.cholesky(c.sigma.matrix);
    const p = c.mean.length;
    const mean = quad.gaussianPoints(p, 2).reduce((sum, { point, weight }) => {
      const xi = mat.apply(factor, point);
      const own = logNormalDensity(xi, c.sigma.matrix);
      return sum + weight * (own - logNormalDensity(mat.add(c.mean, xi), times(c.prior, mat.identity(p))));
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

const regressions = draw
  .oneof([1, 2], p =>
    draw.record({
      c: cases([p]),
      x: draw.vector(ROWS * p, draw.normal()),
      y: draw.vector(ROWS, draw.normal()),
      noise: draw.logUniform({ min: 1 / 8, max: 8 }),
    }),
  )
  .map(({ c, x, y, noise }): Regression => {
    const p = c.mean.length;
    return { ...c, y, noise, x: y.map((_, i) => x.slice(i * p, (i + 1) * p)) };
  });

export const evidence = check.equals<Regression, Subject>({
  says: '(51)-(52): N times the objective is minus the log evidence plus KL(q || posterior), exactly, for linear regression',
  given: regressions,
  runs: 40,
  measure: (c, s) => {
    const { mean, sigma, prior, x, y, noise } = c;
    const n = y.length;
    const p = mean.length;
    const residual = mat.subtract(y, mat.apply(x, mean));
    const spread = mat.traceOfProduct(mat.gram(x, p), sigma.matrix);
    const loss = ((mat.norm(residual) ** 2 + spread) / noise + n * Math.log(2 * Math.PI * noise)) / (2 * n);
    const logEvidence = logNormalDensity(
      y,
      mat.combine(prior, mat.multiply(x, mat.transpose(x, p)), noise, mat.identity(n)),
    );
    // the posterior N(m, C C')
    const covariance = mat.inverse(mat.combine(1 / noise, mat.gram(x, p), 1 / prior, mat.identity(p)));
    const m = mat.apply(covariance, mat.scale(1 / noise, mat.apply(mat.transpose(x, p), y)));
    const c0 = mat.cholesky(covariance);
    const whitened = mat.transpose(
      mat.transpose(mat.cholesky(sigma.matrix)).map(column => mat.solveLower(c0, column)),
    );
    const gap = klToStandard(mat.solveLower(c0, mat.subtract(mean, m)), whitened);
    const terms = size(posterior(c)) * (1 + gap) + Math.abs(logEvidence) + n * (1 + Math.abs(loss));
    return {
      actual: n * s.objective(loss, s.kl(posterior(c)), n),
      expected: gap - logEvidence,
      scale: 16 * terms,
    };
  },
});

export const dropped = check.equals<Case, Subject>({
  says: '(54)-(55): what is dropped depends on neither mean nor Sigma: the penalty differs from KL/N by p (log sigma0^2 - 1) / (2N)',
  given: cases([1, 2, 3]),
  runs: 40,
  measure: (c, s) => {
    const p = c.mean.length;
    const second: Posterior = { mean: c.other, sigma: c.more.matrix, prior: c.prior };
    return [posterior(c), second].map(q => ({
      actual: s.objective(0, s.kl(q), c.examples) - s.penalty(q, c.examples),
      expected: (p * (Math.log(c.prior) - 1)) / (2 * c.examples),
      scale: size(q) / c.examples,
    }));
  },
});

export const upper = check.bound({
  says: '(55) bounds (54) for quadratics: the maximum on the ellipsoid of level p is at least the mean',
  given: draw.oneof([1, 2, 3, 5], p => draw.record({ f: draw.quadratics(p), sigma: draw.spd(p, 1 / 4, 4) })),
  runs: 60,
  measure: ({ f, sigma: { matrix } }, s: Subject) => {
    const p = f.gradient.length;
    const best = maximiseOnEllipsoid(f.gradient, f.matrix, matrix, Math.sqrt(s.level(p)));
    const reach = Math.sqrt(p * mat.norm(matrix.flat()));
    return {
      lower: mat.traceOfProduct(f.matrix, matrix) / 2,
      upper: best.value,
      scale: reach * mat.norm(f.gradient) + reach ** 2 * mat.norm(f.matrix.flat()),
    };
  },
});

export const quartic = check.violates<number, Subject>({
  says: 'but not for every loss: |theta|^4 has its mean above that maximum in every dimension (UJV-7)',
  given: check.only([1, 2, 10, 1000]),
  measure: (p, s) => {
    const [claimed, actual] = [s.level(p) ** 2, chiMoment(p, 4)];
    return { claimed, actual, by: actual - claimed, scale: actual };
  },
});

export const { kl, penalty } = SUBJECT;
