/** @file RAE-9: samples of mixtures, and mixtures found again from them. */

import { type Mixture, momentsOf } from '../../../../src/theory/density/mixture.js';
import { check, draw, mat, stream } from '../../../kit.js';
import { mixtures, seeds } from '../../../subjects/rae/density-cases.js';
import type { Subject } from './controls.js';
import { path } from './paths.js';

const SAMPLES = 600;
const GOOD_STEPS = 6;

/** Three components of standard deviation 1, their centres 6 apart, the weights 1/2, 1/3, 1/6. */
const separated = (turn: number): Mixture => ({
  weights: [1 / 2, 1 / 3, 1 / 6],
  components: [0, 1, 2].map(k => ({
    mean: [Math.cos, Math.sin].map(f => 2 * Math.sqrt(3) * f(turn + (2 * Math.PI * k) / 3)),
    covariance: mat.identity(2),
  })),
});

export const recovered = check.bound({
  says: 'well separated components are recovered from samples within six standard errors, started one standard deviation away',
  given: draw.record({
    turn: draw.normal(),
    offsets: draw.vector(6, draw.normal({ std: 1 / 2 })),
    seed: seeds,
  }),
  runs: 2,
  measure: ({ turn, offsets, seed }, s: Subject) => {
    const truth = separated(turn);
    const random = stream(seed, 'samples');
    const next = s.sampler(truth);
    const points = Array.from({ length: SAMPLES }, () => next(random));
    const start: Mixture = {
      weights: [1 / 3, 1 / 3, 1 / 3],
      components: truth.components.map(({ mean, covariance }, k) => {
        return { mean: mat.add(mean, offsets.slice(2 * k, 2 * k + 2)), covariance };
      }),
    };
    const { weights, components } = path(points, start, GOOD_STEPS, 0, s).at(-1)!;
    return truth.components.flatMap(({ mean }, k) => {
      const share = truth.weights[k]!;
      const error = 6 / Math.sqrt(share * SAMPLES);
      return [
        ...mean.map((x, i) => ({
          what: `mean ${k}`,
          lower: Math.abs(components[k]!.mean[i]! - x),
          upper: error,
        })),
        {
          what: `weight ${k}`,
          lower: Math.abs(weights[k]! - share),
          upper: 6 * Math.sqrt((share * (1 - share)) / SAMPLES),
        },
      ];
    });
  },
});

/** Components that differ in all: weights, centres, and covariances far from their roots and squares. */
const WIDE = [
  [4, 2],
  [2, 9],
];
const NARROW = [
  [0.25, 0],
  [0, 0.0625],
];
const UNEQUAL: Mixture = {
  weights: [0.75, 0.25],
  components: [
    { mean: [1, -2], covariance: WIDE },
    { mean: [-3, 1], covariance: NARROW },
  ],
};

export const sampled = check.statistical<Mixture, Subject>({
  says: 'samples have the moments of the mixture',
  given: { arbitrary: mixtures(2, 3), examples: [UNEQUAL] },
  runs: 2,
  measure: (mixture, s, random) => {
    const next = s.sampler(mixture);
    const draws = Array.from({ length: 2000 }, () => next(random));
    const { mean, covariance } = momentsOf(mixture);
    const moment = (what: string, f: (x: mat.Vector) => number, expected: number) => ({
      what,
      values: Float64Array.from(draws, f),
      expected,
    });
    return [0, 1].flatMap(i => [
      moment(`mean ${i}`, x => x[i]!, mean[i]!),
      ...[0, 1]
        .filter(j => j <= i)
        .map(j =>
          moment(`covariance ${i}${j}`, x => (x[i]! - mean[i]!) * (x[j]! - mean[j]!), covariance[i]![j]!),
        ),
    ]);
  },
});
