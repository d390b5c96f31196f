/** @file RAE-9: a floor on the covariances, and what happens without. */

import { emStep } from '../../../../src/theory/density/em.js';
import { fitGaussian } from '../../../../src/theory/density/gaussian.js';
import { logLikelihood, type Mixture } from '../../../../src/theory/density/mixture.js';
import { check, mat } from '../../../kit.js';
import type { Subject } from './controls.js';
import { COUNT, cases, type EmCase, path, sizeOf, spreadOf, startOf } from './paths.js';

const FLOORS = [1e-3, 0.1, 0.3];

export const falls = check.violates<EmCase, Subject>({
  says: 'with something added to every covariance, as in scikit-learn (reg_covar), a step may lower it: from the best Gaussian it does for every floor',
  given: cases,
  runs: 8,
  measure: (c, s) => {
    const start: Mixture = { weights: [1], components: [fitGaussian(c.points)] };
    const claimed = logLikelihood(start, c.points);
    return FLOORS.slice(1).map(floor => {
      const actual = logLikelihood(emStep(c.points, start, floor, s.rules).mixture, c.points);
      const scale = Math.abs(claimed) + COUNT;
      return { what: `floor ${floor}`, claimed, actual, by: claimed - actual, scale };
    });
  },
});

export const floored = check.bound<EmCase, Subject>({
  says: 'by at most N sum_k pi_k KL(N(0, S_k) || N(0, S_k + floor)), S_k the covariances before adding the floor: attained by one component at its optimum',
  given: cases,
  runs: 8,
  measure: (c, s) =>
    FLOORS.flatMap(floor =>
      [startOf(c, 2), { weights: [1], components: [fitGaussian(c.points)] }].map((start, i) => {
        const after = emStep(c.points, start, floor, s.rules).mixture;
        return {
          what: `floor ${floor}, ${i === 0 ? 'two' : 'one'}`,
          lower: logLikelihood(start, c.points) - s.loss(COUNT, after, floor),
          upper: logLikelihood(after, c.points),
          scale: sizeOf(c.points, start) + sizeOf(c.points, after),
        };
      }),
    ),
});

export const noLower = check.bound<EmCase, Subject>({
  says: 'the floor bounds every eigenvalue from below: no component collapses',
  given: cases,
  runs: 8,
  measure: (c, s) =>
    path(c.points, startOf(c, 4), 3, 0.125, s)
      .at(-1)!
      .components.map(({ covariance }) => ({
        lower: 0.125,
        upper: mat.symmetricEigen(covariance).values.at(-1)!,
        scale: spreadOf(c.points) + 1,
      })),
});

export const collapse = check.equals<EmCase, Subject>({
  says: 'the likelihood has no maximum: a component that shrinks onto a datum gains d log 10 with every decade of its standard deviation',
  given: cases,
  runs: 8,
  measure: (c, s) => {
    const d = c.points[0]!.length;
    const broad = fitGaussian(c.points);
    const at = (deviation: number): number => {
      const covariance = mat.identity(d).map(row => mat.scale(deviation ** 2, row));
      const narrow = { mean: c.points[0]!, covariance };
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
