/** @file Where a ridge loss is largest on the ellipsoid around its point, and the gradient there. */

import { ridgeGradient } from '../../../src/theory/closed/ridge.js';
import { maximiseOnSmallBall } from '../../../src/theory/numerics/ball-ascent.js';
import {
  add,
  apply,
  dot,
  type Matrix,
  norm,
  scale,
  subtract,
  transpose,
  type Vector,
} from '../../../src/theory/numerics/matrix.js';
import type { RidgeCase } from '../../arbitraries/functions.js';
import type { Case } from './ridge-cases.js';
import { theory } from './ridge-cases.js';

/** The maximiser on factor B, B the ball of radius sqrt(p), relative to the point. */
export function trueStep({ ridge, point }: RidgeCase, factor: Matrix): number[] {
  const back = transpose(factor);
  const gradient = (u: Vector): number[] => apply(back, ridgeGradient(ridge, add(point, apply(factor, u))));
  const u = maximiseOnSmallBall(gradient, Math.sqrt(point.length), { start: gradient(point.map(() => 0)) });
  return apply(factor, u);
}

/**
 * By how much the gradient after the detached step exceeds that at the maximiser, in units of s^2: -p H R P H g / n^2 with
 * H and g whitened by R, and P the projection across g.
 */
export function detachedExcess(c: Case<RidgeCase>): number[] {
  const { p, factor, n, turn } = theory(c);
  const { ridge, point } = c.f;
  return scale(-p / n, ridgeGradient(ridge, point, [apply(factor, turn)]));
}

/**
 * The same for the step that is differentiated, in units of s^3: minus the gradient of p^(3/2) |P H g|^2 / (2 n^3), which
 * is the distance of the value after the step from the maximum.
 */
export function differentiatedExcess(c: Case<RidgeCase>): number[] {
  const { p, factor } = theory(c);
  const { ridge, point } = c.f;
  const back = transpose(factor);
  const along = (...whitened: Vector[]): number[] =>
    ridgeGradient(
      ridge,
      point,
      whitened.map(v => apply(factor, v)),
    );
  const g = apply(back, along());
  const hg = apply(back, along(g));
  const hhg = apply(back, along(hg));
  const [n, a, b] = [norm(g), dot(hg, hg), dot(g, hg)];
  // the gradients of |Hg|^2 / 2, of g'Hg and of n^2 / 2
  const first = add(along(g, hg), along(hhg));
  const second = add(along(g, g), scale(2, along(hg)));
  const third = along(g);
  const total = subtract(
    add(scale(n ** -3, first), scale((5 * b ** 2) / (2 * n ** 7) - (3 * a) / (2 * n ** 5), third)),
    scale(b / n ** 5, second),
  );
  return scale(-(p ** 1.5), total);
}
