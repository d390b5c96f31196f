/** @file Runs and samples made up for tests, with a known mean and deviation. */
import type { Arm, RunRecord } from '../../../src/claims/experiment/model.js';
import type { Sample } from '../../../src/claims/experiment/sample.js';
import type { Random } from '../../../src/claims/random.js';

/** Shapes with mean 0 and variance 1: values need not be normal. */
export const SHAPES = {
  normal: (random: Random): number => random.normal(),
  uniform: (random: Random): number => (random.uniform() - 0.5) * Math.sqrt(12),
  laplace: (random: Random): number => {
    const u = random.uniform() - 0.5;
    return (-Math.sign(u) * Math.log(1 - 2 * Math.abs(u))) / Math.SQRT2;
  },
  skewed: (random: Random): number =>
    (Math.exp(0.5 * random.normal()) - Math.exp(0.125)) / Math.sqrt((Math.exp(0.25) - 1) * Math.exp(0.25)),
} as const;

export type Shape = keyof typeof SHAPES;

export const drawn = (random: Random, shape: Shape, n: number, mean: number, deviation: number): number[] =>
  Array.from({ length: n }, () => mean + deviation * SHAPES[shape](random));

export const sample = (random: Random, shape: Shape, n: number, mean: number, deviation = 1): Sample => ({
  name: `${shape} ${mean}`,
  values: drawn(random, shape, n, mean, deviation),
});

/** Complete runs of an arm with seeds 1, 2, ... and one quantity. */
export const runsOf = (arm: Arm, quantity: string, values: readonly number[]): RunRecord[] =>
  values.map((value, i) => ({
    id: `${JSON.stringify(arm)}-${i}`,
    arm,
    seed: i + 1,
    status: 'complete',
    numbers: { [quantity]: value },
    curves: {},
  }));
