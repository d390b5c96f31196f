/**
 * @file Losses by their derivatives up to the third, and the field that SAM steps along, all in closed form.
 */
import { ridgeGradient, ridgeHessian } from '../../../src/theory/closed/ridge.js';
import { type draw, mat } from '../../kit.js';

/** A loss by its gradient, Hessian, and third derivative in two directions. */
export interface Smooth {
  gradient(x: mat.Vector): number[];
  hessian(x: mat.Vector): mat.Matrix;
  third(x: mat.Vector, u: mat.Vector, v: mat.Vector): number[];
}

export const smoothRidge = ({ ridge }: Pick<draw.RidgeCase, 'ridge'>): Smooth => ({
  gradient: x => ridgeGradient(ridge, x),
  hessian: x => ridgeHessian(ridge, x),
  third: (x, u, v) => ridgeGradient(ridge, x, [u, v]),
});

export const smoothQuadratic = ({ gradient, matrix }: draw.Quadratic): Smooth => ({
  gradient: x => mat.add(gradient, mat.apply(matrix, x)),
  hessian: () => matrix,
  third: x => x.map(() => 0),
});

/**
 * What SAM's step is made of at a point, for the covariance Sigma: everything for radius one in whitened
 * coordinates.
 */
export interface Local {
  readonly g: readonly number[];
  readonly hessian: mat.Matrix;
  /** |Sigma^(1/2) g| */
  readonly n: number;
  /** e = Sigma g / |Sigma^(1/2) g|: the step. */
  readonly e: readonly number[];
  /** Derivative of e along w: (Sigma H w - e e'Hw) / n. */
  readonly turn: (w: mat.Vector) => number[];
}

export function localOf(loss: Smooth, sigma: mat.Matrix, x: mat.Vector): Local {
  const g = loss.gradient(x);
  const hessian = loss.hessian(x);
  const n = Math.sqrt(mat.form(g, sigma, g));
  const e = mat.scale(1 / n, mat.apply(sigma, g));
  const turn = (w: mat.Vector): number[] => {
    const bent = mat.apply(hessian, w);
    return mat.scale(1 / n, mat.subtract(mat.apply(sigma, bent), mat.scale(mat.dot(e, bent), e)));
  };
  return { g, hessian, n, e, turn };
}

/** SAM's field v(x) = grad L(x + kappa e(x)) and what a step along it needs. */
export interface SamField {
  readonly v: readonly number[];
  /** Dv w = H(y) (w + kappa De w), y = x + kappa e. */
  readonly derivative: (w: mat.Vector) => number[];
}

export function samField(loss: Smooth, sigma: mat.Matrix, kappa: number, x: mat.Vector): SamField {
  const { e, turn } = localOf(loss, sigma, x);
  const y = mat.add(x, mat.scale(kappa, e));
  const hessian = loss.hessian(y);
  return {
    v: loss.gradient(y),
    derivative: w => mat.apply(hessian, mat.add(w, mat.scale(kappa, turn(w)))),
  };
}

/** Terms of a power series in t, up to the second. */
type Series = readonly [mat.Vector, mat.Vector, mat.Vector];

/** The series of Sigma g(t) / |Sigma^(1/2) g(t)| from that of g(t). */
function unitSeries(sigma: mat.Matrix, [g0, g1, g2]: Series): Series {
  // n^2 = q0 + q1 t + q2 t^2
  const q0 = mat.form(g0, sigma, g0);
  const q1 = 2 * mat.form(g0, sigma, g1);
  const q2 = mat.form(g1, sigma, g1) + 2 * mat.form(g0, sigma, g2);
  const n0 = Math.sqrt(q0);
  // 1 / n = i0 + i1 t + i2 t^2
  const i0 = 1 / n0;
  const i1 = -q1 / (2 * q0 * n0);
  const i2 = ((3 / 8) * (q1 / q0) ** 2 - q2 / (2 * q0)) / n0;
  const [s0, s1, s2] = [mat.apply(sigma, g0), mat.apply(sigma, g1), mat.apply(sigma, g2)];
  return [
    mat.scale(i0, s0),
    mat.add(mat.scale(i0, s1), mat.scale(i1, s0)),
    mat.add(mat.scale(i0, s2), mat.add(mat.scale(i1, s1), mat.scale(i2, s0))),
  ];
}

/** D^2 v [w, w] of SAM's field: twice the second coefficient of v(x + t w). */
export function samCurvature(
  loss: Smooth,
  sigma: mat.Matrix,
  kappa: number,
  x: mat.Vector,
  w: mat.Vector,
): number[] {
  const hessian = loss.hessian(x);
  const along: Series = [loss.gradient(x), mat.apply(hessian, w), mat.scale(1 / 2, loss.third(x, w, w))];
  const [e0, e1, e2] = unitSeries(sigma, along);
  const y = mat.add(x, mat.scale(kappa, e0));
  const first = mat.add(w, mat.scale(kappa, e1));
  return mat.add(mat.apply(loss.hessian(y), mat.scale(2 * kappa, e2)), loss.third(y, first, first));
}
