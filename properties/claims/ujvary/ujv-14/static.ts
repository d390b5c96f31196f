/** @file UJV-14: the mean of L + delta/4 |grad L|^2 under noise, to first order in the covariance: eqs. (38)-(39). */

import { type Ridge, ridgeContraction } from '../../../../src/theory/closed/ridge.js';
import { ridgeSquaredGradient } from '../../../../src/theory/closed/ridge-square.js';
import { check, draw, fc, mat, type OrderCase } from '../../../kit.js';
import { type Parts, partsOf, type SgdRules, smoothedLoss } from '../../../subjects/flow/sgd.js';
import { type Case, sizeOf, times, widest, withSigma } from '../../../subjects/sam/ridge-cases.js';

export interface RateCase extends Case<draw.RidgeCase> {
  readonly delta: number;
}

export const rateCases = (dimensions: number[]): fc.Arbitrary<RateCase> =>
  fc
    .tuple(withSigma(draw.ridges, dimensions), draw.logUniform({ min: 1 / 16, max: 1 }))
    .map(([c, delta]) => ({ ...c, delta }));

/** The size of the terms of the squared gradient too. */
const wholeSize = (c: RateCase): number => sizeOf(c) + c.delta * sizeOf(c) ** 2;

/** E[L + delta/4 |grad L|^2] less the parts that are kept, on a ladder in the root s of the covariance. */
const lessParts = (
  c: RateCase,
  rules: SgdRules,
  rungs: readonly [number, number],
  kept: (parts: Parts) => number,
): OrderCase['ladder'] =>
  check.ladder(check.dyadic(widest(c), ...rungs), s => {
    const { ridge, point } = c.f;
    const sigma = times(s * s, c.sigma.matrix);
    const parts = partsOf(rules, ridge, point, times(s, mat.cholesky(c.sigma.matrix)));
    return { residual: smoothedLoss(ridge, point, sigma, c.delta) - kept(parts), scale: wholeSize(c) };
  });

const printedParts = (parts: Parts, delta: number): number =>
  parts.loss + delta * (parts.square + parts.spread);

const omitted = check.order<RateCase, SgdRules>({
  says: 'what eq. (39) leaves out of eq. (38) is tr(Sigma H)/2 + delta/4 grad L . grad tr(Sigma H), of the same order in Sigma as what it keeps',
  given: rateCases([1, 2, 3]),
  order: 2,
  measure: (c, rules) => {
    const { ridge, point } = c.f;
    const { curvature, turning } = partsOf(rules, ridge, point, mat.cholesky(c.sigma.matrix));
    return {
      ladder: lessParts(c, rules, [2, 12], parts => printedParts(parts, c.delta)),
      constant: curvature + c.delta * turning,
    };
  },
});

const corrected = check.order<RateCase, SgdRules>({
  says: 'with both terms back the mean of L + delta/4 |grad L|^2 is right up to fourth order in the root of Sigma',
  given: rateCases([1, 2, 3]),
  order: 4,
  measure: (c, rules) => {
    const { ridge, point } = c.f;
    const fourth = (of: Ridge): number => ridgeContraction(of, point, c.sigma.matrix, 2) / 8;
    return {
      ladder: lessParts(
        c,
        rules,
        [1, 9],
        parts => printedParts(parts, c.delta) + parts.curvature + c.delta * parts.turning,
      ),
      constant: fourth(ridge) + (c.delta / 4) * fourth(ridgeSquaredGradient(ridge)),
    };
  },
});

/** What the printed expansion leaves out, and that nothing else is left. */
export const STATIC = { omitted, corrected };
