/** @file UJV-14: the checks of independent noise and of one noise for all steps. */
import type { PowerSum } from '../../../../src/theory/closed/power-sum.js';
import {
  type Ridge,
  ridgeGradient,
  ridgeHessian,
  ridgeSmoothed,
} from '../../../../src/theory/closed/ridge.js';
import { ridgeSquaredGradient } from '../../../../src/theory/closed/ridge-square.js';
import { check, draw, mat } from '../../../kit.js';
import { descent, type Field } from '../../../subjects/flow/flow.js';
import { type RateCase, rateCases } from '../../../subjects/flow/ladders.js';
import * as sgd from '../../../subjects/flow/sgd.js';
import { powerLoss, ridgeLoss } from '../../../subjects/sam/losses.js';
import { type Case, sizeOf, times, widest, withSigma } from '../../../subjects/sam/ridge-cases.js';

/** A covariance at which no ridge's argument spreads by more than a half, and a case under it. */
export function spread(c: Case<draw.RidgeCase>) {
  const s = widest(c) / 2;
  const factor = times(s, mat.cholesky(c.sigma.matrix));
  return { factor, sigma: times(s * s, c.sigma.matrix) };
}

const NODES = 16;

/** The mean step that is trained with learning rate delta less the flow of a field, and the mean loss F. */
function onMeanStep(
  c: Case<draw.RidgeCase>,
  rules: sgd.SgdRules,
  rungs: readonly [number, number],
  field: (delta: number, mean: Ridge, sigma: mat.Matrix) => Field,
) {
  const { ridge, point } = c.f;
  const { factor, sigma } = spread(c);
  const mean = ridgeSmoothed(ridge, sigma);
  const v = sgd.meanStep(rules, { loss: ridgeLoss(ridge), point, factor }, NODES);
  const g = ridgeGradient(mean, point);
  const hessian = ridgeHessian(mean, point);
  const rate = Math.max(
    mat.norm(hessian.flat()),
    ...ridge.terms.map(({ a }) => Math.abs(mat.dot(a, g))),
    2 ** -10,
  );
  const steps = check.dyadic(1 / rate, ...rungs);
  return {
    mean,
    sigma,
    g,
    hessian,
    rungs: check.ladder(steps, delta => ({
      residual: mat.subtract(mat.scale(-delta, v), descent(field(delta, mean, sigma), point, delta)),
      scale: delta * sizeOf(c),
    })),
  };
}

const meanCases = { arbitrary: withSigma(draw.ridges, [1, 2]) };

export const independent = check.order<Case<draw.RidgeCase>, sgd.SgdRules>({
  says: 'the mean of one step with independent noise follows F + delta/4 |grad F|^2, F = E L, up to third order, with a known constant',
  given: meanCases,
  order: 3,
  measure: (c, rules) => {
    const { mean, g, hessian, rungs } = onMeanStep(c, rules, [3, 13], (delta, smoothed) =>
      sgd.descentField(rules, smoothed, delta),
    );
    const again = mat.apply(hessian, mat.apply(hessian, g));
    return {
      ladder: rungs,
      constant: mat.add(mat.scale(-1 / 3, again), mat.scale(-1 / 12, ridgeGradient(mean, c.f.point, [g, g]))),
    };
  },
});

export const meanSquare = check.order<Case<draw.RidgeCase>, sgd.SgdRules>({
  says: 'the loss of eq. (38), with the mean square of the gradient for the square of its mean, only up to second order: it is off by delta^2/4 times the gradient of the variance',
  given: meanCases,
  order: 2,
  measure: (c, rules) => {
    const { sigma, g, hessian, rungs } = onMeanStep(c, rules, [3, 14], (delta, _, noise) =>
      sgd.meanSquareField(rules, c.f.ridge, noise, delta),
    );
    const square = ridgeSmoothed(ridgeSquaredGradient(c.f.ridge), sigma);
    const variance = mat.subtract(ridgeGradient(square, c.f.point), mat.scale(2, mat.apply(hessian, g)));
    return { ladder: rungs, constant: mat.scale(1 / 4, variance) };
  },
});

export const printed = check.order<Case<draw.RidgeCase>, sgd.SgdRules>({
  says: 'the printed loss of eq. (39) only up to first order: its force is not even that of the mean gradient',
  given: meanCases,
  order: 1,
  measure: (c, rules) => {
    const { g, rungs } = onMeanStep(c, rules, [5, 16], (delta, _, sigma) =>
      sgd.printedField(rules, c.f.ridge, sigma, delta),
    );
    return { ladder: rungs, constant: mat.subtract(ridgeGradient(c.f.ridge, c.f.point), g) };
  },
});

export const trained = check.equals<Case<draw.RidgeCase>, sgd.SgdRules>({
  says: 'the mean gradient of the reparametrised samples is the gradient of E L',
  given: meanCases,
  runs: 24,
  measure: (c, rules) => {
    const { ridge, point } = c.f;
    const { factor, sigma } = spread(c);
    return {
      actual: sgd.meanStep(rules, { loss: ridgeLoss(ridge), point, factor }, NODES),
      expected: ridgeGradient(ridgeSmoothed(ridge, sigma), point),
      scale: sizeOf(c),
    };
  },
});

/** Two steps from x, first on the loss moved by a, then on the loss moved by b. */
function twoSteps(ridge: Ridge, x: mat.Vector, delta: number, a: mat.Vector, b: mat.Vector): number[] {
  const first = mat.scale(-delta, ridgeGradient(ridge, mat.add(x, a)));
  return mat.add(first, mat.scale(-delta, ridgeGradient(ridge, mat.add(mat.add(x, first), b))));
}

export const withoutReplacement = check.order<RateCase, sgd.SgdRules>({
  says: 'for a pair of opposite noises, each used once and in either order, the loss of eq. (38) is right: two steps follow it up to third order',
  given: rateCases([1, 2, 3]),
  order: 3,
  measure: (c, rules) => {
    const { ridge, point } = c.f;
    const noise = mat.apply(spread(c).factor, point);
    const sides = [noise, mat.scale(-1, noise)] as const;
    const mean = (field: (moved: mat.Vector) => mat.Vector): number[] =>
      mat.scale(1 / 2, mat.add(field(sides[0]), field(sides[1])));
    const field =
      (delta: number): Field =>
      x =>
        mean(moved => sgd.descentField(rules, ridge, delta)(mat.add(x, moved)));
    const rate = Math.max(mat.norm(ridgeHessian(ridge, point).flat()), sizeOf(c));
    return {
      ladder: check.ladder(check.dyadic(1 / rate, 1, 11), delta => ({
        residual: mat.subtract(
          mat.scale(
            1 / 2,
            mat.add(
              twoSteps(ridge, point, delta, sides[0], sides[1]),
              twoSteps(ridge, point, delta, sides[1], sides[0]),
            ),
          ),
          descent(field(delta), point, 2 * delta),
        ),
        scale: delta * sizeOf(c),
      })),
    };
  },
});

/** L = w^3 */
const CUBE: PowerSum = { terms: [{ c: 1, a: [1], b: 0, n: 3 }] };

export const cube = check.violates<{ mean: number; deviation: number; delta: number }, sgd.SgdRules>({
  says: 'L = w^3: the mean step has the force 3 mu^2 + 3 sigma^2, the printed loss one without 3 sigma^2',
  given: check.only([{ mean: 0.75, deviation: 0.5, delta: 2 ** -10 }]),
  measure: ({ mean: mu, deviation, delta }, rules) => {
    const v = sgd.meanStep(rules, { loss: powerLoss(CUBE), point: [mu], factor: [[deviation]] }, 4)[0]!;
    // w^3 + delta/4 (9 w^4 + 36 sigma^2 w^2)
    const force = (w: number): number =>
      3 * w ** 2 + delta * rules.quarter * (36 * w ** 3 + 72 * deviation ** 2 * w);
    const claimed = -descent(([w]) => [force(w!)], [mu], delta)[0]! / delta;
    return { claimed, actual: v, by: v - claimed, scale: v };
  },
});
