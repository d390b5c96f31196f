/** @file What UJV-1 checks: the maximum on the ellipsoid, and the step that trains. */
import { makeSam, SAM_RULES } from '../../../../src/core/objectives/sam/sam.js';
import { makeVsam, VSAM_RULES } from '../../../../src/core/objectives/sam/vsam.js';
import { ridgeGradient } from '../../../../src/theory/closed/ridge.js';
import { maximiseOnBall, maximiseOnEllipsoid } from '../../../../src/theory/numerics/trust-region.js';
import { check, draw, mat } from '../../../kit.js';
import { sizeOf, times } from '../../../subjects/sam/ridge-cases.js';
import {
  atQuadratic,
  atRidge,
  type DiagonalCase,
  diagonalCase,
  inUnits,
  saddle,
  withVariances,
} from '../../../subjects/sam/weight-cases.js';
import { moveOn } from '../../../subjects/sam/weights.js';

export const SUBJECT = {
  sam: SAM_RULES,
  vsam: VSAM_RULES,
  /** The level of the ellipsoid, e' Sigma^-1 e <= level, for p parameters. */
  level: (p: number, _rho: number) => p,
  /** The variance of every parameter that makes the ellipsoid the ball of radius rho. */
  variance: (rho: number, p: number) => rho ** 2 / p,
  /** The maximum of the loss on the ellipsoid less the loss at its centre. */
  sharpness: ({ gradient, matrix }: draw.Quadratic, sigma: mat.Matrix, level: number) =>
    maximiseOnEllipsoid(gradient, matrix, sigma, Math.sqrt(level)).value,
};

export type Subject = typeof SUBJECT;

interface QuadraticCase {
  readonly f: draw.Quadratic;
  readonly sigma: draw.SpectralMatrix;
  readonly more: draw.SpectralMatrix;
  readonly rho: number;
}

const DIMENSIONS = [1, 2, 3, 5];

const quadraticCases = draw.oneof(DIMENSIONS, p =>
  draw.record({
    f: draw.quadratics(p),
    sigma: draw.spd(p, 1 / 4, 4),
    more: draw.spd(p, 1 / 16, 4),
    rho: draw.logUniform({ min: 1e-2, max: 10 }),
  }),
);

/** The size of a quadratic's terms on the ellipsoid of a covariance. */
const size = ({ gradient, matrix }: draw.Quadratic, sigma: mat.Matrix, p: number): number =>
  Math.sqrt(p * mat.norm(sigma.flat())) * mat.norm(gradient) +
  p * mat.norm(sigma.flat()) * mat.norm(matrix.flat());

export const ball = check.equals<QuadraticCase, Subject>({
  says: 'with Sigma = (rho^2/p) I the maximum is that on the ball of radius rho',
  given: quadraticCases,
  runs: 60,
  measure: ({ f, rho }, s) => {
    const p = f.gradient.length;
    const sigma = times(s.variance(rho, p), mat.identity(p));
    return {
      actual: s.sharpness(f, sigma, s.level(p, rho)),
      expected: maximiseOnBall(f.gradient, f.matrix, rho).value,
      scale: rho * mat.norm(f.gradient) + rho ** 2 * mat.norm(f.matrix.flat()),
    };
  },
});

export const order = check.bound<QuadraticCase, Subject>({
  says: 'the sharpness is not negative, grows with the level and with Sigma in the order of matrices',
  given: quadraticCases,
  runs: 40,
  measure: ({ f, sigma, more, rho }, s) => {
    const p = f.gradient.length;
    const level = s.level(p, rho);
    const larger = mat.combine(1, sigma.matrix, 1, more.matrix);
    const own = s.sharpness(f, sigma.matrix, level);
    const terms = size(f, larger, 2 * level);
    return check.below(
      {
        zero: [0, own],
        level: [own, s.sharpness(f, sigma.matrix, 1.5 * level)],
        covariance: [own, s.sharpness(f, larger, level)],
      },
      terms,
    );
  },
});

export const invariant = check.equals<QuadraticCase, Subject>({
  says: 'it depends on Sigma times the level only, and not on the axes: c Sigma at the level p/c, and rotated weights, have the same',
  given: quadraticCases,
  runs: 40,
  measure: ({ f, sigma, more, rho }, s) => {
    const p = f.gradient.length;
    const level = s.level(p, rho);
    const q = more.basis;
    const turn = (m: mat.Matrix): number[][] => mat.multiply(q, mat.multiply(m, mat.transpose(q)));
    const turned = { ...f, gradient: mat.apply(q, f.gradient), matrix: turn(f.matrix) };
    const expected = s.sharpness(f, sigma.matrix, level);
    const terms = size(f, sigma.matrix, level);
    return check.agree(
      {
        level: [s.sharpness(f, times(rho, sigma.matrix), level / rho), expected],
        axes: [s.sharpness(turned, turn(sigma.matrix), level), expected],
      },
      terms,
    );
  },
});

export const below = check.bound<DiagonalCase<draw.Quadratic>, Subject>({
  says: 'the loss after the step that trains is never above that maximum',
  given: {
    arbitrary: withVariances(draw.quadratics, DIMENSIONS),
    examples: [diagonalCase(saddle([0, 0]), [1, 2])],
  },
  runs: 40,
  measure: ({ f, sigma, variances }, s) => {
    const p = variances.length;
    const level = s.level(p, 1);
    const moved = moveOn(
      s.vsam,
      () => makeVsam(s.vsam),
      atQuadratic(f),
      { kappa: Math.sqrt(p) },
      { sigma2: variances },
    );
    return {
      lower: moved.loss,
      upper: f.offset + s.sharpness(f, sigma.matrix, level),
      scale: Math.abs(f.offset) + size(f, sigma.matrix, p),
    };
  },
});

export const trained = check.equals<{ f: draw.RidgeCase; rho: number }, Subject>({
  says: 'the step that trains with Sigma = (rho^2/p) I and radius sqrt(p) is that of ordinary SAM: loss and direction agree',
  given: draw.oneof(DIMENSIONS, p =>
    draw.record({ f: draw.ridges(p), rho: draw.logUniform({ min: 1e-3, max: 2 }) }),
  ),
  runs: 40,
  measure: ({ f, rho }, s) => {
    const p = f.point.length;
    const at = atRidge(f);
    const sigma2 = f.point.map(() => s.variance(rho, p));
    const kappa = Math.sqrt(s.level(p, rho));
    const general = moveOn(s.vsam, () => makeVsam(s.vsam), at, { kappa }, { sigma2 });
    const ordinary = moveOn(s.sam, () => makeSam(s.sam), at, { rho });
    // the exponentials grow with the radius
    const reach = Math.exp(rho * Math.max(...f.ridge.terms.map(({ a }) => mat.norm(a))));
    const terms = reach * sizeOf(diagonalCase(f, sigma2)) * condition(f);
    return check.agree(
      { loss: [general.loss, ordinary.loss], direction: [general.gradient, ordinary.gradient] },
      terms,
    );
  },
});

export const coordinates = check.equals<DiagonalCase<draw.RidgeCase>, Subject>({
  says: 'with any diagonal Sigma it is ordinary SAM of radius sqrt(p) in the coordinates where the ellipsoid is a ball',
  given: withVariances(p => draw.ridges(p, ['sin', 'cos'])),
  runs: 30,
  measure: (c, s) => {
    const kappa = Math.sqrt(c.variances.length);
    const general = moveOn(s.vsam, () => makeVsam(s.vsam), atRidge(c.f), { kappa }, { sigma2: c.variances });
    const unit = inUnits(c.f, c.variances.map(Math.sqrt));
    const ordinary = moveOn(s.sam, () => makeSam(s.sam), atRidge(unit), { rho: kappa });
    const terms = 100 * sizeOf(c) * condition(unit);
    return check.agree(
      {
        loss: [general.loss, ordinary.loss],
        direction: [general.gradient.map((x, i) => x * Math.sqrt(c.variances[i]!)), ordinary.gradient],
      },
      terms,
    );
  },
});

/** By how much cancellation in the gradient blurs its direction. */
const condition = (f: draw.RidgeCase): number => {
  const terms = f.ridge.terms.reduce((sum, { c, a }) => sum + Math.abs(c) * mat.norm(a), 0);
  return 1 + terms / Math.max(mat.norm(ridgeGradient(f.ridge, f.point)), 1e-12);
};
