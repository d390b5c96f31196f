/** @file Mean and spread of the gradient at one sample, and what the theory says of them. */
import {
  ridgeFunction,
  ridgeGradient,
  ridgeHessian,
  ridgeSmoothed,
} from '../../../../src/theory/closed/ridge.js';
import { type draw, mat } from '../../../kit.js';
import { quadraticAt } from '../../../subjects/sam/ellipsoids.js';
import { quadraticLoss } from '../../../subjects/sam/losses.js';
import { type Draw, meanGradient } from '../../../subjects/sam/noisy-losses.js';
import { type Case, times, widest } from '../../../subjects/sam/ridge-cases.js';

/** E |grad - E grad|^2 */
export const spreadOf = (draws: readonly Draw[]): number => {
  const centre = meanGradient(draws);
  return mat.sum(draws.map(({ weight, gradient }) => weight * mat.norm(mat.subtract(gradient, centre)) ** 2));
};

/** sum_k tr(T_k Sigma T_k Sigma) and tr(H Sigma M) with M = L_ijkl Sigma_kl, of a ridge sum. */
export function contractions(
  { ridge: { kind, terms }, point }: draw.RidgeCase,
  sigma: mat.Matrix,
): [number, number] {
  const [third, fourth] = [3, 4].map(n =>
    terms.map(t => t.c * ridgeFunction(kind, n)(mat.dot(t.a, point) + t.b)),
  );
  let [first, second] = [0, 0];
  const hessian = ridgeHessian({ kind, terms }, point);
  for (const [j, s] of terms.entries()) {
    const pulled = mat.apply(sigma, s.a);
    second += fourth![j]! * mat.dot(s.a, pulled) * mat.dot(mat.apply(hessian, s.a), pulled);
    for (const [k, t] of terms.entries())
      first += third![j]! * third![k]! * mat.dot(s.a, t.a) * mat.dot(pulled, t.a) ** 2;
  }
  return [first, second];
}

/** The gradient of the mean of a ridge sum at its widest covariance. */
export const smoothedGradient = (c: Case<draw.RidgeCase>): number[] =>
  ridgeGradient(ridgeSmoothed(c.f.ridge, squared(widest(c), c.sigma.matrix)), c.f.point);

export const squared = (s: number, m: mat.Matrix): number[][] => times(s * s, m);
export const bySquareRoots = (from: number): number[] =>
  Array.from({ length: 14 }, (_, k) => from * 2 ** (-k / 2));

/** |w|^2 / 2 at a point of norm rho, Sigma = (rho^2/d) I. */
export const bowl = (d: number, rho: number) =>
  quadraticLoss(quadraticAt(new Array<number>(d).fill(rho / Math.sqrt(d)), mat.identity(d)));
