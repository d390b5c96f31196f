/** @file Losses whose Gaussian mean exceeds their maximum on the ball, and by how much: SAMBA-14, UJV-7. */

import { ULPS } from '../../../src/claims/checks/rounding.js';
import { meanExcess, radialMean } from '../../../src/theory/closed/chi.js';
import { evaluateFormula, type FormulaName } from '../../../src/theory/closed/formulas.js';
import { check, mat, quad } from '../../kit.js';
import type { Subject } from './controls.js';
import { ballRoot, codes, meanOver, radiusOf } from './means.js';

/** Dimension and radius: Sigma = (rho^2/d) I. */
interface Ball {
  readonly d: number;
  readonly rho: number;
}

const balls = (dimensions: readonly number[], radii: readonly number[]) =>
  check.only(dimensions.flatMap(d => radii.map(rho => ({ d, rho }))) as [Ball, ...Ball[]]);

/**
 * E h(|theta|): for polynomials in few dimensions by the noise that trains on `nodes` Gauss-Hermite nodes an
 * axis, else by the distribution of |theta|.
 */
function radial(s: Subject, { d, rho }: Ball, h: (r: number) => number, nodes = 0): number {
  if (d > 3 || nodes === 0) return radialMean(d, r => h((rho * r) / Math.sqrt(d)));
  const sampled = codes(s, new Array<number>(d).fill(0), ballRoot(rho, d), quad.gaussianPoints(d, nodes));
  return meanOver(sampled, theta => h(mat.norm(theta)));
}

/** The largest value of an increasing h on the ellipsoid that training uses. */
const largest = (s: Subject, { d, rho }: Ball, h: (r: number) => number): number =>
  h((rho * radiusOf(s, d)) / Math.sqrt(d));

const violation = (s: Subject, ball: Ball, h: (r: number) => number, nodes?: number) => {
  const [actual, claimed] = [radial(s, ball, h, nodes), largest(s, ball, h)];
  return { claimed, actual, by: actual - claimed, scale: Math.abs(actual) + Math.abs(claimed) };
};

const quartic = check.violates<Ball, Subject>({
  says: '|theta|^4 at its minimum: the mean is 1 + 2/d times the maximum, in every dimension and at every radius',
  given: balls([1, 2, 3, 10, 50, 1000], [1e-3, 1, 50]),
  measure: (ball, s) => violation(s, ball, r => r ** 4, 3),
});

const sextic = check.violates<Ball, Subject>({
  says: '|theta|^6: (1 + 2/d)(1 + 4/d) times the maximum',
  given: balls([1, 2, 3, 10, 50, 1000], [1e-3, 1]),
  measure: (ball, s) => violation(s, ball, r => r ** 6, 4),
});

const softplus = (d: number) => (r: number) => {
  const x = r ** 2 - d;
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
};

const convex = check.violates<Ball, Subject>({
  says: 'softplus(|theta|^2 - d), smooth and convex, Sigma = I: exceeded by 0.17, 1.91 and 4.99 for d = 1, 20, 100',
  given: check.only([1, 20, 100].map(d => ({ d, rho: Math.sqrt(d) })) as [Ball, ...Ball[]]),
  measure: (ball, s) => violation(s, ball, softplus(ball.d)),
});

const exponential = check.violates<Ball, Subject>({
  says: 'exp(|theta|^2 / 4), Sigma = I: exceeded by a factor that grows exponentially in d',
  given: check.only([1, 3, 10, 100].map(d => ({ d, rho: Math.sqrt(d) })) as [Ball, ...Ball[]]),
  measure: (ball, s) => violation(s, ball, r => Math.exp(r ** 2 / 4)),
});

/** Nearly the indicator of |theta| > rho, analytic, between 0 and 1. */
const step =
  ({ d, rho }: Ball) =>
  (r: number) => {
    const width = 0.2 / Math.sqrt(d);
    return 1 / (1 + Math.exp(5 - (r ** 2 / rho ** 2 - 1) / width));
  };

const nearIndicator = check.violates<Ball, Subject>({
  says: 'an analytic loss between 0 and 1 that is nearly the indicator of |theta| > rho: mean above 0.2, maximum 0.0067, for large d too',
  given: balls([10, 100, 1000], [1e-3, 1]),
  measure: (ball, s) => violation(s, ball, step(ball)),
});

const hinge = check.violates<Ball, Subject>({
  says: '(|theta| - rho)_+, Lipschitz: no class of Lipschitz losses satisfies the bound',
  given: balls([1, 10, 1000], [1e-3, 1]),
  measure: ({ d, rho }, s) => {
    const [radius, unit] = [radiusOf(s, d), rho / Math.sqrt(d)];
    const actual = unit * meanExcess(d, Math.sqrt(d));
    const claimed = unit * Math.max(radius - Math.sqrt(d), 0);
    return { claimed, actual, by: actual - claimed, scale: rho };
  },
});

interface Known {
  readonly d: number;
  readonly formula: FormulaName;
  readonly scope: Readonly<Record<string, number>>;
  /** The quantity that the formula is for, from the mean over |eta|. */
  readonly ratio: (mean: (h: (r: number) => number) => number) => number;
  readonly nodes?: number;
}

const KNOWN = [1, 2, 3, 10, 100].flatMap((d): Known[] => [
  { d, formula: 'quarticRatio', scope: { d }, ratio: mean => mean(r => r ** 4) / d ** 2, nodes: 3 },
  { d, formula: 'sexticRatio', scope: { d }, ratio: mean => mean(r => r ** 6) / d ** 3, nodes: 4 },
  {
    d,
    formula: 'exponentialLogRatio',
    scope: { d, c: 1 / 8 },
    ratio: mean => Math.log(mean(r => Math.exp(r ** 2 / 8))) - d / 8,
  },
  { d, formula: 'chiMean', scope: { d }, ratio: mean => mean(r => r) },
]);

const values = check.equals<Known, Subject>({
  says: 'mean over maximum is 1 + 2/d, (1 + 2/d)(1 + 4/d) and exp(d(-log(1 - 2c)/2 - c)) for powers and exponentials',
  given: check.only(KNOWN as [Known, ...Known[]], ({ formula, d }) => `${formula}, d = ${d}`),
  ulps: ULPS.iteration,
  measure: ({ d, formula, scope, ratio, nodes }, s) => ({
    actual: ratio(h => radial(s, { d, rho: Math.sqrt(d) }, h, nodes)),
    expected: evaluateFormula(formula, scope) as number,
    scale: Math.sqrt(d),
  }),
});

export const COUNTEREXAMPLES = { quartic, sextic, convex, exponential, nearIndicator, hinge, values };
