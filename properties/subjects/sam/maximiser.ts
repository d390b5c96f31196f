/** @file Where a ridge loss is largest on the ellipsoid around its point, and the gradient there. */
import { ridgeGradient } from '../../../src/theory/closed/ridge.js';
import { maximiseOnSmallBall } from '../../../src/theory/numerics/ball-ascent.js';
import { type draw, mat } from '../../kit.js';
import type { Case } from './ridge-cases.js';
import { theory } from './ridge-cases.js';

/** The maximiser on factor B, B the ball of radius sqrt(p), relative to the point. */
export function trueStep({ ridge, point }: draw.RidgeCase, factor: mat.Matrix): number[] {
  const back = mat.transpose(factor);
  const gradient = (u: mat.Vector): number[] =>
    mat.apply(back, ridgeGradient(ridge, mat.add(point, mat.apply(factor, u))));
  const u = maximiseOnSmallBall(gradient, Math.sqrt(point.length), { start: gradient(point.map(() => 0)) });
  return mat.apply(factor, u);
}

/**
 * By how much the gradient after the detached step exceeds that at the maximiser, in units of s^2: -p H R P H
 * g / n^2 with H and g whitened by R, and P the projection across g.
 */
export function detachedExcess(c: Case<draw.RidgeCase>): number[] {
  const { p, factor, n, turn } = theory(c);
  const { ridge, point } = c.f;
  return mat.scale(-p / n, ridgeGradient(ridge, point, [mat.apply(factor, turn)]));
}

/**
 * The same for the step that is differentiated, in units of s^3: minus the gradient of p^(3/2) |P H g|^2 / (2
 * n^3), which is the distance of the value after the step from the maximum.
 */
export function differentiatedExcess(c: Case<draw.RidgeCase>): number[] {
  const { p, factor } = theory(c);
  const { ridge, point } = c.f;
  const back = mat.transpose(factor);
  const along = (...whitened: mat.Vector[]): number[] =>
    ridgeGradient(
      ridge,
      point,
      whitened.map(v => mat.apply(factor, v)),
    );
  const g = mat.apply(back, along());
  const hg = mat.apply(back, along(g));
  const hhg = mat.apply(back, along(hg));
  const [n, a, b] = [mat.norm(g), mat.dot(hg, hg), mat.dot(g, hg)];
  // the gradients of |Hg|^2 / 2, of g'Hg and of n^2 / 2
  const first = mat.add(along(g, hg), along(hhg));
  const second = mat.add(along(g, g), mat.scale(2, along(hg)));
  const third = along(g);
  const total = mat.subtract(
    mat.add(
      mat.scale(n ** -3, first),
      mat.scale((5 * b ** 2) / (2 * n ** 7) - (3 * a) / (2 * n ** 5), third),
    ),
    mat.scale(b / n ** 5, second),
  );
  return mat.scale(-(p ** 1.5), total);
}
