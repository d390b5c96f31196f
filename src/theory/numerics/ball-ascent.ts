/**
 * @file A local maximum of a smooth function on a small ball, by its optimality condition on the boundary.
 */
import { add, norm, scale, subtract, type Vector } from './matrix.js';

interface Ascent {
  /** Where to start; only its direction counts. */
  readonly start: Vector;
  /**
   * Added to the Hessian: positive where the function is concave in some direction, so that the ascent does
   * not swing.
   */
  readonly shift?: number;
}

const SETTLED = 2 ** -46;

/**
 * The maximiser of a function on |u| <= radius by its gradient: the fixed point of u = radius v / |v| with v
 * = grad + shift u. Converges where the gradient dominates the curvature, and to the top eigenvector from
 * near it where the gradient vanishes at the centre. Throws when it does not settle, as where the maximum is
 * inside.
 */
export function maximiseOnSmallBall(
  gradient: (u: Vector) => Vector,
  radius: number,
  { start, shift = 0 }: Ascent,
): number[] {
  const next = (u: Vector): number[] => {
    const v = add(gradient(u), scale(shift, u));
    return scale(radius / norm(v), v);
  };
  let u = scale(radius / norm(start), start);
  for (let i = 0; i < 5000; i++) {
    const better = next(u);
    const change = norm(subtract(better, u));
    u = better;
    if (change <= SETTLED * radius) return u;
  }
  throw new Error(
    `maximum on a ball: the ascent must settle in 5000 steps, got radius ${radius} - use a smaller one`,
  );
}
