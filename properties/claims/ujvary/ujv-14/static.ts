/**
 * @file UJV-14: the mean of L + delta/4 |grad L|^2 under noise, to first order in the covariance: eqs.
 * (38)-(39).
 */

import { check, mat } from '../../../kit.js';
import { allParts, lessParts, type RateCase, rateCases } from '../../../subjects/flow/ladders.js';
import { type Parts, partsOf, type SgdRules } from '../../../subjects/flow/sgd.js';

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
  measure: (c, rules) =>
    allParts(c, rules, parts => printedParts(parts, c.delta) + parts.curvature + c.delta * parts.turning),
});

/** What the printed expansion leaves out, and that nothing else is left. */
export const STATIC = { omitted, corrected };
