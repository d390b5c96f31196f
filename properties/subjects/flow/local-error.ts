/** @file The local error of one step of SAM against a flow, on a ladder in the learning rate. */
import { check, type draw, mat, type OrderCase } from '../../kit.js';
import { type Loss, ridgeLoss } from '../sam/losses.js';
import { type Case, nearest, sizeOf } from '../sam/ridge-cases.js';
import { descent, type Field } from './flow.js';
import { type ModifiedRules, printedField, type Setting, trained } from './modified.js';
import { localOf, samCurvature, samField, smoothRidge } from './smooth.js';

export const zeros = (x: mat.Vector): number[] => x.map(() => 0);
export const sum = (...parts: readonly mat.Vector[]): number[] =>
  parts.reduce<number[]>(mat.add, zeros(parts[0]!));

/** Everything that a ladder in the learning rate needs of a case. */
export interface Problem extends Setting {
  readonly program: Loss;
  readonly x: mat.Vector;
  readonly factor: mat.Matrix;
  /** The size of what cancels in a gradient. */
  readonly size: number;
}

export const ridgeProblem = (c: Case<draw.RidgeCase>, kappa: number): Problem => ({
  loss: smoothRidge(c.f),
  program: ridgeLoss(c.f.ridge),
  sigma: c.sigma.matrix,
  factor: mat.cholesky(c.sigma.matrix),
  kappa,
  x: c.f.point,
  size: sizeOf(c),
});

/** A learning rate at which nothing turns much on the way; 1 where nothing turns at all. */
export function horizon({ loss, sigma, kappa, x }: Problem, ridge?: draw.RidgeCase): number {
  const { v, derivative } = samField(loss, sigma, kappa, x);
  const { e, turn } = localOf(loss, sigma, x);
  const whole = Math.hypot(...mat.identity(x.length).map(axis => mat.norm(derivative(axis))));
  const arguments_ = ridge?.ridge.terms.map(({ a }) => Math.abs(mat.dot(a, v))) ?? [];
  const rate = Math.max(
    mat.norm(loss.hessian(x).flat()),
    whole,
    mat.norm(turn(v)) / mat.norm(e),
    ...arguments_,
  );
  return rate === 0 ? 1 : 1 / rate;
}

/** One step of core's SAM with learning rate delta less the flow of a field. */
export const localError = (
  rules: ModifiedRules,
  problem: Problem,
  steps: readonly number[],
  field: (delta: number) => Field,
  kappa: (delta: number) => number = () => problem.kappa,
): OrderCase['ladder'] =>
  steps.map(delta => {
    const { v } = trained(rules, problem.program, problem.x, problem.factor, kappa(delta));
    const moved = descent(field(delta), problem.x, delta);
    return {
      step: delta,
      residual: mat.subtract(mat.scale(-delta, v), moved),
      scale: delta * (problem.size + mat.norm(v)),
    };
  });

/**
 * One step of SAM against the flow of the printed loss where the radius is sqrt(p) times the learning rate,
 * with the constant of the third order.
 */
export function jointLimit(c: Case<draw.RidgeCase>, rules: ModifiedRules): OrderCase {
  const p = c.f.point.length;
  const problem = ridgeProblem(c, 0);
  const { loss, sigma, x } = problem;
  const { g, hessian, e, turn } = localOf(loss, sigma, x);
  const from = Math.min(nearest(c), horizon(problem, c.f));
  const kappa = (delta: number): number => Math.sqrt(p) * delta;
  const first = sum(
    mat.apply(hessian, mat.apply(hessian, e)),
    loss.third(x, g, e),
    mat.apply(hessian, turn(g)),
  );
  return {
    ladder: localError(
      rules,
      problem,
      check.dyadic(from, 2, 13),
      delta => printedField(rules, { loss, sigma, kappa: kappa(delta) }, delta),
      kappa,
    ),
    constant: sum(
      mat.scale(-p / 2, loss.third(x, e, e)),
      mat.scale(-Math.sqrt(p) / 2, first),
      mat.scale(-1 / 3, mat.apply(hessian, mat.apply(hessian, g))),
      mat.scale(-1 / 12, loss.third(x, g, g)),
    ),
  };
}

/** -D^2 v [v, v] / 12 - Dv Dv v / 3: what the modified field of first order leaves of a step along v. */
export function nextTerm({ loss, sigma, kappa, x }: Problem): number[] {
  const { v, derivative } = samField(loss, sigma, kappa, x);
  return mat.add(
    mat.scale(-1 / 12, samCurvature(loss, sigma, kappa, x, v)),
    mat.scale(-1 / 3, derivative(derivative(v))),
  );
}
