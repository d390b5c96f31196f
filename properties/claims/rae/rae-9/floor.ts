/** @file RAE-9: a floor on the covariances, and what happens without. */
import { bound } from '../../../../src/claims/checks/bound.js';
import { equals } from '../../../../src/claims/checks/equals.js';
import { violates } from '../../../../src/claims/checks/violates.js';
import { emStep } from '../../../../src/theory/density/em.js';
import { fitGaussian } from '../../../../src/theory/density/gaussian.js';
import { logLikelihood, type Mixture } from '../../../../src/theory/density/mixture.js';
import { symmetricEigen } from '../../../../src/theory/numerics/eigen.js';
import { identity, scale } from '../../../../src/theory/numerics/matrix.js';
import type { Subject } from './controls.js';
import { COUNT, cases, type EmCase, path, sizeOf, spreadOf, startOf } from './paths.js';

const FLOORS = [1e-3, 0.1, 0.3];

export const falls = violates<EmCase, Subject>({
  says: 'with something added to every covariance, as in scikit-learn (reg_covar), a step may lower it: from the best Gaussian it does for every floor',
  given: { arbitrary: cases },
  runs: 8,
  measure: (c, s) => {
    const start: Mixture = { weights: [1], components: [fitGaussian(c.points)] };
    const claimed = logLikelihood(start, c.points);
    return FLOORS.slice(1).map(floor => {
      const actual = logLikelihood(emStep(c.points, start, floor, s.rules).mixture, c.points);
      return {
        what: `floor ${floor}`,
        claimed,
        actual,
        by: claimed - actual,
        scale: Math.abs(claimed) + COUNT,
      };
    });
  },
});

export const floored = bound<EmCase, Subject>({
  says: 'by at most N sum_k pi_k KL(N(0, S_k) || N(0, S_k + floor)), S_k the covariances before adding the floor: attained by one component at its optimum',
  given: { arbitrary: cases },
  runs: 8,
  measure: (c, s) =>
    FLOORS.flatMap(floor => [
      ...[startOf(c, 2), { weights: [1], components: [fitGaussian(c.points)] }].map((start, i) => {
        const after = emStep(c.points, start, floor, s.rules).mixture;
        const least = logLikelihood(start, c.points) - s.loss(COUNT, after, floor);
        return {
          what: `floor ${floor}, ${i === 0 ? 'two' : 'one'}`,
          lower: least,
          upper: logLikelihood(after, c.points),
          scale: sizeOf(c.points, start) + sizeOf(c.points, after),
        };
      }),
    ]),
});

export const noLower = bound<EmCase, Subject>({
  says: 'the floor bounds every eigenvalue from below: no component collapses',
  given: { arbitrary: cases },
  runs: 8,
  measure: (c, s) =>
    path(c.points, startOf(c, 4), 3, 0.125, s)
      .at(-1)!
      .components.map(({ covariance }) => ({
        lower: 0.125,
        upper: symmetricEigen(covariance).values.at(-1)!,
        scale: spreadOf(c.points) + 1,
      })),
});

export const collapse = equals<EmCase, Subject>({
  says: 'the likelihood has no maximum: a component that shrinks onto a datum gains d log 10 with every decade of its standard deviation',
  given: { arbitrary: cases },
  runs: 8,
  measure: (c, s) => {
    const d = c.points[0]!.length;
    const broad = fitGaussian(c.points);
    const at = (deviation: number): number => {
      const narrow = { mean: c.points[0]!, covariance: identity(d).map(row => scale(deviation ** 2, row)) };
      return logLikelihood({ weights: [0.5, 0.5], components: [broad, narrow] }, c.points);
    };
    return [1e-13, 1e-14].map(deviation => ({
      what: `from ${deviation}`,
      actual: at(deviation / 10) - at(deviation),
      expected: s.perDecade(d),
      scale: sizeOf(c.points, { weights: [1], components: [broad] }) + 100,
    }));
  },
});
