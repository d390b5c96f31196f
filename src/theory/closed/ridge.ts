/**
 * @file Sums of ridge functions L(w) = sum_k c_k phi(a_k . w + b_k): derivatives of every order and Gaussian
 * means.
 */
import { add, dot, form, type Matrix, outer, scale, type Vector } from '../numerics/matrix.js';

/** The functions whose derivatives and Gaussian means are all elementary. */
export type RidgeKind = 'sin' | 'cos' | 'exp';

export interface Ridge {
  readonly kind: RidgeKind;
  readonly terms: readonly { readonly c: number; readonly a: Vector; readonly b: number }[];
}

const CYCLE = [Math.sin, Math.cos, (x: number) => -Math.sin(x), (x: number) => -Math.cos(x)];

/** The n-th derivative of phi. */
export function ridgeFunction(kind: RidgeKind, n: number): (x: number) => number {
  return kind === 'exp' ? Math.exp : CYCLE[(n + (kind === 'cos' ? 1 : 0)) % 4]!;
}

/** The derivative of order `directions.length` of L at w, in all the directions given: a number. */
export function ridgeDerivative({ kind, terms }: Ridge, w: Vector, directions: readonly Vector[]): number {
  const phi = ridgeFunction(kind, directions.length);
  return terms.reduce(
    (sum, { c, a, b }) => sum + directions.reduce((p, v) => p * dot(a, v), c * phi(dot(a, w) + b)),
    0,
  );
}

export const ridgeValue = (ridge: Ridge, w: Vector): number => ridgeDerivative(ridge, w, []);

/** The gradient of the derivative in the given directions: grad L for none, Hv for one, T[u, v] for two. */
export function ridgeGradient(
  { kind, terms }: Ridge,
  w: Vector,
  directions: readonly Vector[] = [],
): number[] {
  const phi = ridgeFunction(kind, directions.length + 1);
  return terms.reduce<number[]>(
    (sum, { c, a, b }) =>
      add(
        sum,
        scale(
          directions.reduce((p, v) => p * dot(a, v), c * phi(dot(a, w) + b)),
          a,
        ),
      ),
    w.map(() => 0),
  );
}

/** The Hessian. */
export function ridgeHessian({ kind, terms }: Ridge, w: Vector): number[][] {
  const phi = ridgeFunction(kind, 2);
  return terms.reduce<number[][]>(
    (sum, { c, a, b }) => {
      const term = outer(scale(c * phi(dot(a, w) + b), a), a);
      return sum.map((row, i) => add(row, term[i]!));
    },
    w.map(() => w.map(() => 0)),
  );
}

/** L_{i..l} Sigma_{ij} Sigma_{kl}..., the derivative of order 2 m contracted with m copies of Sigma. */
export function ridgeContraction({ kind, terms }: Ridge, w: Vector, sigma: Matrix, m: number): number {
  const phi = ridgeFunction(kind, 2 * m);
  return terms.reduce((sum, { c, a, b }) => sum + c * phi(dot(a, w) + b) * form(a, sigma, a) ** m, 0);
}

/**
 * w -> E L(w + e), e ~ N(0, Sigma), is a ridge sum again: sin and cos are damped by exp(-a'Sigma a / 2), exp
 * grows.
 */
export function ridgeSmoothed({ kind, terms }: Ridge, sigma: Matrix): Ridge {
  const sign = kind === 'exp' ? 1 : -1;
  return { kind, terms: terms.map(t => ({ ...t, c: t.c * Math.exp((sign * form(t.a, sigma, t.a)) / 2) })) };
}

/** E L(w + e), e ~ N(0, Sigma). */
export const ridgeMean = (ridge: Ridge, w: Vector, sigma: Matrix): number =>
  ridgeValue(ridgeSmoothed(ridge, sigma), w);
