/** @file RAE-9: samples of mixtures, and mixtures found again from them. */
import { bound } from '../../../../src/claims/checks/bound.js';
import { statistical } from '../../../../src/claims/checks/statistical.js';
import { stream } from '../../../../src/claims/random.js';
import { type Mixture, momentsOf } from '../../../../src/theory/density/mixture.js';
import { add, identity, type Vector } from '../../../../src/theory/numerics/matrix.js';
import { normal } from '../../../arbitraries/numbers.js';
import { plainRecord } from '../../../arbitraries/record.js';
import { vector } from '../../../arbitraries/vector.js';
import { mixtures, seeds } from '../../../subjects/rae/density-cases.js';
import type { Subject } from './controls.js';
import { path } from './paths.js';

interface Truth {
  readonly turn: number;
  readonly offsets: Vector;
  readonly seed: number;
}

const SAMPLES = 600;
const GOOD_STEPS = 6;

/** Three components of standard deviation 1, their centres 6 apart, the weights 1/2, 1/3, 1/6. */
const separated = (turn: number): Mixture => ({
  weights: [1 / 2, 1 / 3, 1 / 6],
  components: [0, 1, 2].map(k => ({
    mean: [Math.cos(turn + (2 * Math.PI * k) / 3), Math.sin(turn + (2 * Math.PI * k) / 3)].map(
      x => 2 * Math.sqrt(3) * x,
    ),
    covariance: identity(2),
  })),
});

export const recovered = bound<Truth, Subject>({
  says: 'well separated components are recovered from samples within six standard errors, started one standard deviation away',
  given: {
    arbitrary: plainRecord({ turn: normal(), offsets: vector(6, normal({ std: 1 / 2 })), seed: seeds }),
  },
  runs: 2,
  measure: ({ turn, offsets, seed }, s) => {
    const truth = separated(turn);
    const random = stream(seed, 'samples');
    const draw = s.sampler(truth);
    const points = Array.from({ length: SAMPLES }, () => draw(random));
    const start: Mixture = {
      weights: [1 / 3, 1 / 3, 1 / 3],
      components: truth.components.map(({ mean, covariance }, k) => ({
        mean: add(mean, offsets.slice(2 * k, 2 * k + 2)),
        covariance,
      })),
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
const UNEQUAL: Mixture = {
  weights: [0.75, 0.25],
  components: [
    {
      mean: [1, -2],
      covariance: [
        [4, 2],
        [2, 9],
      ],
    },
    {
      mean: [-3, 1],
      covariance: [
        [0.25, 0],
        [0, 0.0625],
      ],
    },
  ],
};

export const sampled = statistical<Mixture, Subject>({
  says: 'samples have the moments of the mixture',
  given: { arbitrary: mixtures(2, 3), examples: [UNEQUAL] },
  runs: 2,
  measure: (mixture, s, random) => {
    const draw = s.sampler(mixture);
    const draws = Array.from({ length: 2000 }, () => draw(random));
    const { mean, covariance } = momentsOf(mixture);
    const of = (what: string, f: (x: Vector) => number, expected: number) => ({
      what,
      values: Float64Array.from(draws, f),
      expected,
    });
    return [0, 1].flatMap(i => [
      of(`mean ${i}`, x => x[i]!, mean[i]!),
      ...[0, 1]
        .filter(j => j <= i)
        .map(j =>
          of(`covariance ${i}${j}`, x => (x[i]! - mean[i]!) * (x[j]! - mean[j]!), covariance[i]![j]!),
        ),
    ]);
  },
});
