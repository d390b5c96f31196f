/** @file The local error of one step of SAM against a flow, on a ladder in the learning rate. */

import { dyadic, type OrderCase } from '../../../src/claims/order/case.js';
import { cholesky } from '../../../src/theory/numerics/cholesky.js';
import {
  add,
  apply,
  dot,
  identity,
  type Matrix,
  norm,
  scale,
  subtract,
  type Vector,
} from '../../../src/theory/numerics/matrix.js';
import type { RidgeCase } from '../../arbitraries/functions.js';
import { type Loss, ridgeLoss } from '../sam/losses.js';
import { type Case, nearest, sizeOf } from '../sam/ridge-cases.js';
import { descent, type Field } from './flow.js';
import { type ModifiedRules, printedField, type Setting, trained } from './modified.js';
import { localOf, samField, smoothRidge } from './smooth.js';

export const zeros = (x: Vector): number[] => x.map(() => 0);
export const sum = (...parts: readonly Vector[]): number[] => parts.reduce<number[]>(add, zeros(parts[0]!));

/** Everything that a ladder in the learning rate needs of a case. */
export interface Problem extends Setting {
  readonly program: Loss;
  readonly x: Vector;
  readonly factor: Matrix;
  /** The size of what cancels in a gradient. */
  readonly size: number;
}

export const ridgeProblem = (c: Case<RidgeCase>, kappa: number): Problem => ({
  loss: smoothRidge(c.f),
  program: ridgeLoss(c.f.ridge),
  sigma: c.sigma.matrix,
  factor: cholesky(c.sigma.matrix),
  kappa,
  x: c.f.point,
  size: sizeOf(c),
});

/** A learning rate at which nothing turns much on the way; 1 where nothing turns at all. */
export function horizon({ loss, sigma, kappa, x }: Problem, ridge?: RidgeCase): number {
  const { v, derivative } = samField(loss, sigma, kappa, x);
  const { e, turn } = localOf(loss, sigma, x);
  const whole = Math.hypot(...identity(x.length).map(axis => norm(derivative(axis))));
  const arguments_ = ridge?.ridge.terms.map(({ a }) => Math.abs(dot(a, v))) ?? [];
  const rate = Math.max(norm(loss.hessian(x).flat()), whole, norm(turn(v)) / norm(e), ...arguments_);
  return rate === 0 ? 1 : 1 / rate;
}

/** One step of core's SAM with learning rate delta less the flow of a field. */
export const localError = (
  rules: ModifiedRules,
  problem: Problem,
  steps: readonly number[],
  field: (delta: number) => Field,
  kappa: (delta: number) => number,
): OrderCase['ladder'] =>
  steps.map(delta => {
    const { v } = trained(rules, problem.program, problem.x, problem.factor, kappa(delta));
    const moved = descent(field(delta), problem.x, delta);
    return {
      step: delta,
      residual: subtract(scale(-delta, v), moved),
      scale: delta * (problem.size + norm(v)),
    };
  });

/**
 * One step of SAM against the flow of the printed loss where the radius is sqrt(p) times the learning rate, with the
 * constant of the third order.
 */
export function jointLimit(c: Case<RidgeCase>, rules: ModifiedRules): OrderCase {
  const p = c.f.point.length;
  const problem = ridgeProblem(c, 0);
  const { loss, sigma, x } = problem;
  const { g, hessian, e, turn } = localOf(loss, sigma, x);
  const from = Math.min(nearest(c), horizon(problem, c.f));
  const kappa = (delta: number): number => Math.sqrt(p) * delta;
  const first = sum(apply(hessian, apply(hessian, e)), loss.third(x, g, e), apply(hessian, turn(g)));
  return {
    ladder: localError(
      rules,
      problem,
      dyadic(from, 2, 13),
      delta => printedField(rules, { loss, sigma, kappa: kappa(delta) }, delta),
      kappa,
    ),
    constant: sum(
      scale(-p / 2, loss.third(x, e, e)),
      scale(-Math.sqrt(p) / 2, first),
      scale(-1 / 3, apply(hessian, apply(hessian, g))),
      scale(-1 / 12, loss.third(x, g, g)),
    ),
  };
}
