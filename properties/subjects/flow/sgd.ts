/**
 * @file Stochastic descent with Gaussian noise on the weights: its mean step as trained, and the losses that
 * it is said to descend.
 */
import { VAE_RULES, type VaeRules } from '../../../src/core/objectives/vae/vae.js';
import {
  type Ridge,
  ridgeContraction,
  ridgeGradient,
  ridgeHessian,
  ridgeSmoothed,
  ridgeValue,
} from '../../../src/theory/closed/ridge.js';
import { ridgeSquaredGradient, ridgeSquaredHessian } from '../../../src/theory/closed/ridge-square.js';
import { mat, quad } from '../../kit.js';
import { drawsOn, meanGradient } from '../sam/noisy-losses.js';
import type { At } from '../sam/sam.js';
import type { Field } from './flow.js';

export interface SgdRules {
  /** mu + Sigma^(1/2) eta, as trained. */
  readonly vae: VaeRules;
  /** The coefficient of tr(Sigma H). */
  readonly half: number;
  /** The coefficient of delta times the squared gradient. */
  readonly quarter: number;
  /** tr(Sigma H^2) */
  readonly spread: (sigma: mat.Matrix, hessian: mat.Matrix) => number;
  /** grad L . T[Sigma], T[Sigma] the gradient of tr(Sigma H) */
  readonly turning: (g: mat.Vector, trace: mat.Vector) => number;
}

export const SGD_RULES: SgdRules = {
  vae: VAE_RULES,
  half: 1 / 2,
  quarter: 1 / 4,
  spread: (sigma, hessian) => mat.traceOfProduct(sigma, mat.multiply(hessian, hessian)),
  turning: mat.dot,
};

/** The mean over eta of grad L(mu + Sigma^(1/2) eta) by Gauss-Hermite nodes, one sample of training each. */
export const meanStep = (rules: SgdRules, at: At, nodes: number): number[] =>
  meanGradient(drawsOn(rules.vae, at, quad.gaussianPoints(at.point.length, nodes)));

/** T[Sigma] = grad tr(Sigma H). */
function gradientOfTrace(ridge: Ridge, w: mat.Vector, factor: mat.Matrix): number[] {
  return mat
    .transpose(factor)
    .map(column => ridgeGradient(ridge, w, [column, column]))
    .reduce<number[]>(
      mat.add,
      w.map(() => 0),
    );
}

/** The parts of E[L + delta/4 |grad L|^2] at mu + Sigma^(1/2) eta, up to first order in Sigma, at a point. */
export interface Parts {
  readonly loss: number;
  /** tr(Sigma H) / 2 */
  readonly curvature: number;
  /** |grad L|^2 / 4 */
  readonly square: number;
  /** tr(Sigma H^2) / 4 */
  readonly spread: number;
  /** grad L . T[Sigma] / 4 */
  readonly turning: number;
}

export function partsOf(rules: SgdRules, ridge: Ridge, w: mat.Vector, factor: mat.Matrix): Parts {
  const sigma = mat.multiply(factor, mat.transpose(factor));
  const g = ridgeGradient(ridge, w);
  return {
    loss: ridgeValue(ridge, w),
    curvature: rules.half * ridgeContraction(ridge, w, sigma, 1),
    square: rules.quarter * mat.norm(g) ** 2,
    spread: rules.quarter * rules.spread(sigma, ridgeHessian(ridge, w)),
    turning: rules.quarter * rules.turning(g, gradientOfTrace(ridge, w, factor)),
  };
}

/** E[L + delta/4 |grad L|^2] over Gaussian noise on the weights, in closed form. */
export function smoothedLoss(ridge: Ridge, w: mat.Vector, sigma: mat.Matrix, delta: number): number {
  const square = ridgeSmoothed(ridgeSquaredGradient(ridge), sigma);
  return ridgeValue(ridgeSmoothed(ridge, sigma), w) + (delta / 4) * ridgeValue(square, w);
}

/**
 * grad (L + delta/4 |grad L|^2) for a loss by its ridges: of the smoothed loss F for Barrett and Dherin's.
 */
export const descentField =
  (rules: SgdRules, ridge: Ridge, delta: number): Field =>
  x => {
    const g = ridgeGradient(ridge, x);
    return mat.add(g, mat.scale(2 * rules.quarter * delta, mat.apply(ridgeHessian(ridge, x), g)));
  };

/** grad (E L + delta/4 E |grad L|^2), eq. (38). */
export function meanSquareField(rules: SgdRules, ridge: Ridge, sigma: mat.Matrix, delta: number): Field {
  const mean = ridgeSmoothed(ridge, sigma);
  const square = ridgeSmoothed(ridgeSquaredGradient(ridge), sigma);
  return x => mat.add(ridgeGradient(mean, x), mat.scale(rules.quarter * delta, ridgeGradient(square, x)));
}

/** grad (L + delta/4 |grad L|^2 + delta/4 tr(Sigma H^2)), eq. (39). */
export function printedField(rules: SgdRules, ridge: Ridge, sigma: mat.Matrix, delta: number): Field {
  const spread = ridgeSquaredHessian(ridge, sigma);
  const field = descentField(rules, ridge, delta);
  return x => mat.add(field(x), mat.scale(rules.quarter * delta, ridgeGradient(spread, x)));
}
