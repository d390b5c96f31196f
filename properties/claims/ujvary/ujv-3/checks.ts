/** @file What UJV-3 checks: gradients with the step held fixed and differentiated. */
import type { SamRules } from '../../../../src/core/objectives/sam/diagonal.js';
import { makeVsam, type VsamHyper } from '../../../../src/core/objectives/sam/vsam.js';
import type { SambaRules } from '../../../../src/core/objectives/samba/samba.js';
import type * as variationalSam from '../../../../src/core/variational/variational-sam.js';
import { ridgeGradient, ridgeValue } from '../../../../src/theory/closed/ridge.js';
import { check, draw, mat } from '../../../kit.js';
import { PENALTY_RULES } from '../../../subjects/sam/covariance.js';
import { ridgeLoss } from '../../../subjects/sam/losses.js';
import { detachedExcess, differentiatedExcess, trueStep } from '../../../subjects/sam/maximiser.js';
import { type Case, nearest, sizeOf, theory, times, withSigma } from '../../../subjects/sam/ridge-cases.js';
import { type Sam, samOn } from '../../../subjects/sam/sam.js';
import {
  atQuadratic,
  atRidge,
  type DiagonalCase,
  diagonalCase,
  saddle,
  withVariances,
} from '../../../subjects/sam/weight-cases.js';
import { priors, variationalSamOn } from '../../../subjects/sam/weight-posteriors.js';
import { type Moved, moveOn } from '../../../subjects/sam/weights.js';

export interface Subject {
  /** The step with any covariance. */
  readonly samba: SambaRules;
  /** The same step of which the direction is differentiated. */
  readonly live: SambaRules;
  /** What trains weights, with a diagonal covariance and the decay of the mean. */
  readonly variational: variationalSam.VariationalSamRules;
}

/** A whole step with any covariance, at s^2 Sigma. */
const full = (samba: SambaRules, c: Case<draw.RidgeCase>, s: number): Sam =>
  samOn(
    { samba, penalty: PENALTY_RULES },
    { loss: ridgeLoss(c.f.ridge), point: c.f.point, factor: times(s, mat.cholesky(c.sigma.matrix)) },
  );

const weights = (step: SamRules<VsamHyper>, c: DiagonalCase<draw.RidgeCase>, s: number): Moved =>
  moveOn(
    step,
    () => makeVsam(step),
    atRidge(c.f),
    { kappa: Math.sqrt(c.variances.length) },
    { sigma2: mat.scale(s * s, c.variances) },
  );

/** The gradient of the maximum, which by Danskin is the gradient at the maximiser. */
const exactGradient = (c: Case<draw.RidgeCase>, s: number): number[] =>
  ridgeGradient(c.f.ridge, mat.add(c.f.point, trueStep(c.f, times(s, mat.cholesky(c.sigma.matrix)))));

/** The size of the terms in such a gradient, and of the error that the maximiser adds. */
const size = (c: Case<draw.RidgeCase>): number => sizeOf(c) * (1 + nearest(c) ** -1);

export const detached = check.order<Case<draw.RidgeCase>, Subject>({
  says: 'the step held fixed, the gradient differs from that of the maximum by -p H R P H g / |g|^2 (H, g whitened by R), of second order',
  given: withSigma(draw.ridges),
  order: 2,
  measure: (c, { samba }) => ({
    ladder: check.ladder(check.dyadic(nearest(c), 3, 13), s => ({
      residual: mat.subtract(full(samba, c, s).perturbedGradient, exactGradient(c, s)),
      scale: size(c),
    })),
    constant: detachedExcess(c),
  }),
});

export const trained = check.order<DiagonalCase<draw.RidgeCase>, Subject>({
  says: 'so does the direction that trains weights, with a diagonal covariance',
  given: withVariances(draw.ridges),
  order: 2,
  measure: (c, { variational: { step } }) => ({
    ladder: check.ladder(check.dyadic(nearest(c), 3, 13), s => ({
      residual: mat.subtract(weights(step, c, s).gradient, exactGradient(c, s)),
      scale: size(c),
    })),
    constant: detachedExcess(c),
  }),
});

export const differentiated = check.order<Case<draw.RidgeCase>, Subject>({
  says: 'with the step differentiated the gradient is off at third order only: by minus that of p^(3/2) |P H g|^2 / (2 |g|^3)',
  given: withSigma(draw.ridges),
  order: 3,
  measure: (c, { live }) => ({
    ladder: check.ladder(check.dyadic(nearest(c), 3, 12), s => ({
      residual: mat.subtract(full(live, c, s).perturbedGradient, exactGradient(c, s)),
      scale: size(c),
    })),
    constant: differentiatedExcess(c),
  }),
});

export const envelope = check.order({
  says: 'the gradient at the maximiser is that of the maximum (Danskin): what is left is of second order in the displacement',
  given: draw.oneof([2, 3], p => draw.record({ c: withSigma(draw.ridges, [p]), v: draw.unitVector(p) })),
  order: 2,
  superConvergent: 'the second derivative of the maximum happens to be small along v',
  runs: 8,
  measure: ({ c, v }) => {
    const [s, { factor }] = [nearest(c) / 8, theory(c)];
    const by = mat.apply(factor, v);
    const most = (t: number): number => {
      const point = mat.add(c.f.point, mat.scale(t, by));
      return ridgeValue(c.f.ridge, mat.add(point, trueStep({ ...c.f, point }, times(s, factor))));
    };
    const slope = mat.dot(by, exactGradient(c, s));
    return {
      ladder: check.ladder(check.dyadic(nearest(c) / 8, 1, 10), t => ({
        residual: most(t) - most(0) - t * slope,
        scale: sizeOf(c),
      })),
    };
  },
});

export const decay = check.equals({
  says: 'the weight decay adds 2 alpha mu with alpha = 1 / (2 N sigma0^2), exactly',
  given: draw
    .oneof([1, 2, 4], p =>
      draw.record({
        c: withVariances(p => draw.ridges(p, ['sin', 'cos']), [p]),
        ...priors(16),
      }),
    )
    .map(({ c, ...prior }) => ({ ...c, ...prior })),
  runs: 30,
  measure: ({ prior, examples, ...c }, { variational }: Subject) => {
    const found = variationalSamOn(variational, atRidge(c.f), c.variances, { prior, examples });
    const alpha = 1 / (2 * examples * prior);
    return {
      actual: mat.subtract(found.mean, weights(variational.step, c, 1).gradient),
      expected: mat.scale(2 * alpha, c.f.point),
      scale: sizeOf(c) + mat.norm(c.f.point) * alpha,
    };
  },
});

/** Where it is flat, and where it is nearly so. */
const FLAT = [
  [0, 0],
  [3e-12, 4e-12],
].map(gradient => diagonalCase(saddle(gradient), [1, 2]));

export const quadratic = check.equals<DiagonalCase<draw.Quadratic>, Subject>({
  says: 'for quadratics it is g + sqrt(p) H e exactly, e = Sigma g / |Sigma^(1/2) g|, however small g; where g = 0 the step is zero',
  given: { arbitrary: withVariances(draw.quadratics, [1, 2, 3]), examples: FLAT },
  runs: 40,
  measure: (c, { variational: { step } }) => {
    const { f, variances } = c;
    const kappa = Math.sqrt(variances.length);
    const moved = moveOn(step, () => makeVsam(step), atQuadratic(f), { kappa }, { sigma2: variances });
    const length = mat.norm(f.gradient.map((x, i) => x * Math.sqrt(variances[i]!)));
    const e = f.gradient.map((x, i) => (length === 0 ? 0 : (kappa * variances[i]! * x) / length));
    const bent = mat.apply(f.matrix, e);
    return {
      actual: moved.gradient,
      expected: mat.add(f.gradient, bent),
      scale: mat.norm(f.gradient) + mat.norm(f.matrix.flat()) * mat.norm(e) + Math.abs(f.offset),
    };
  },
});
