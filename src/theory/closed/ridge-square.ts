/**
 * @file Squares of the derivatives of ridge sums are ridge sums again: |grad L|^2 and tr(Sigma H^2) with all
 * their derivatives.
 */
import { add, dot, form, type Matrix, subtract, type Vector } from '../numerics/matrix.js';
import type { Ridge, RidgeKind } from './ridge.js';

type Weight = (a: Vector, b: Vector) => number;

/** Whether the n-th derivative of a sine or cosine is a cosine, up to its sign. */
const isCosine = (kind: RidgeKind, n: number): boolean => (kind === 'cos') === (n % 2 === 0);

/**
 * sum_kl c_k c_l weight(a_k, a_l) phi^(n)(u_k) phi^(n)(u_l), u_k = a_k . w + b_k, as a sum of ridges in w.
 */
function ridgeSquare({ kind, terms }: Ridge, n: number, weight: Weight): Ridge {
  const sign = isCosine(kind, n) ? 1 : -1;
  const pairs = terms.flatMap(k => terms.map(l => ({ k, l, c: k.c * l.c * weight(k.a, l.a) })));
  if (kind === 'exp')
    return { kind, terms: pairs.map(({ k, l, c }) => ({ c, a: add(k.a, l.a), b: k.b + l.b })) };
  // cos u cos v = (cos(u - v) + cos(u + v)) / 2, and sin u sin v with a minus
  return {
    kind: 'cos',
    terms: pairs.flatMap(({ k, l, c }) => [
      { c: c / 2, a: subtract(k.a, l.a), b: k.b - l.b },
      { c: (sign * c) / 2, a: add(k.a, l.a), b: k.b + l.b },
    ]),
  };
}

/** w -> |grad L(w)|^2 */
export const ridgeSquaredGradient = (ridge: Ridge): Ridge => ridgeSquare(ridge, 1, dot);

/** w -> tr(Sigma H(w)^2) */
export const ridgeSquaredHessian = (ridge: Ridge, sigma: Matrix): Ridge =>
  ridgeSquare(ridge, 2, (a, b) => dot(a, b) * form(a, sigma, b));
