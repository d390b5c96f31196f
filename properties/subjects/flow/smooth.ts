/** @file Losses by their derivatives up to the third, and the field that SAM steps along, all in closed form. */

import { ridgeGradient, ridgeHessian } from '../../../src/theory/closed/ridge.js';
import {
  add,
  apply,
  dot,
  form,
  type Matrix,
  scale,
  subtract,
  type Vector,
} from '../../../src/theory/numerics/matrix.js';
import type { Quadratic, RidgeCase } from '../../arbitraries/functions.js';

/** A loss by its gradient, Hessian, and third derivative in two directions. */
export interface Smooth {
  gradient(x: Vector): number[];
  hessian(x: Vector): Matrix;
  third(x: Vector, u: Vector, v: Vector): number[];
}

export const smoothRidge = ({ ridge }: Pick<RidgeCase, 'ridge'>): Smooth => ({
  gradient: x => ridgeGradient(ridge, x),
  hessian: x => ridgeHessian(ridge, x),
  third: (x, u, v) => ridgeGradient(ridge, x, [u, v]),
});

export const smoothQuadratic = ({ gradient, matrix }: Quadratic): Smooth => ({
  gradient: x => add(gradient, apply(matrix, x)),
  hessian: () => matrix,
  third: x => x.map(() => 0),
});

/** What SAM's step is made of at a point, for the covariance Sigma: everything for radius one in whitened coordinates. */
export interface Local {
  readonly g: readonly number[];
  readonly hessian: Matrix;
  /** |Sigma^(1/2) g| */
  readonly n: number;
  /** e = Sigma g / |Sigma^(1/2) g|: the step. */
  readonly e: readonly number[];
  /** Derivative of e along w: (Sigma H w - e e'Hw) / n. */
  readonly turn: (w: Vector) => number[];
}

export function localOf(loss: Smooth, sigma: Matrix, x: Vector): Local {
  const g = loss.gradient(x);
  const hessian = loss.hessian(x);
  const n = Math.sqrt(form(g, sigma, g));
  const e = scale(1 / n, apply(sigma, g));
  const turn = (w: Vector): number[] => {
    const bent = apply(hessian, w);
    return scale(1 / n, subtract(apply(sigma, bent), scale(dot(e, bent), e)));
  };
  return { g, hessian, n, e, turn };
}

/** SAM's field v(x) = grad L(x + kappa e(x)) and what a step along it needs. */
export interface SamField {
  readonly v: readonly number[];
  /** Dv w = H(y) (w + kappa De w), y = x + kappa e. */
  readonly derivative: (w: Vector) => number[];
}

export function samField(loss: Smooth, sigma: Matrix, kappa: number, x: Vector): SamField {
  const { e, turn } = localOf(loss, sigma, x);
  const y = add(x, scale(kappa, e));
  const hessian = loss.hessian(y);
  return {
    v: loss.gradient(y),
    derivative: w => apply(hessian, add(w, scale(kappa, turn(w)))),
  };
}

/** Terms of a power series in t, up to the second. */
type Series = readonly [Vector, Vector, Vector];

/** The series of Sigma g(t) / |Sigma^(1/2) g(t)| from that of g(t). */
function unitSeries(sigma: Matrix, [g0, g1, g2]: Series): Series {
  // n^2 = q0 + q1 t + q2 t^2
  const q0 = form(g0, sigma, g0);
  const q1 = 2 * form(g0, sigma, g1);
  const q2 = form(g1, sigma, g1) + 2 * form(g0, sigma, g2);
  const n0 = Math.sqrt(q0);
  // 1 / n = i0 + i1 t + i2 t^2
  const i0 = 1 / n0;
  const i1 = -q1 / (2 * q0 * n0);
  const i2 = ((3 / 8) * (q1 / q0) ** 2 - q2 / (2 * q0)) / n0;
  const [s0, s1, s2] = [apply(sigma, g0), apply(sigma, g1), apply(sigma, g2)];
  return [
    scale(i0, s0),
    add(scale(i0, s1), scale(i1, s0)),
    add(scale(i0, s2), add(scale(i1, s1), scale(i2, s0))),
  ];
}

/** D^2 v [w, w] of SAM's field: twice the second coefficient of v(x + t w). */
export function samCurvature(loss: Smooth, sigma: Matrix, kappa: number, x: Vector, w: Vector): number[] {
  const hessian = loss.hessian(x);
  const along: Series = [loss.gradient(x), apply(hessian, w), scale(1 / 2, loss.third(x, w, w))];
  const [e0, e1, e2] = unitSeries(sigma, along);
  const y = add(x, scale(kappa, e0));
  const first = add(w, scale(kappa, e1));
  return add(apply(loss.hessian(y), scale(2 * kappa, e2)), loss.third(y, first, first));
}
