/** @file ReLU beside ELU networks, trained on real images: which of them the Taylor expansion suits better. */
import { gapsOf, trainedAt } from '../../../../src/studies/gaps.js';
import { DIGIT_PIXELS, digits } from '../../../../src/theory/published/digits.js';
import { check } from '../../../kit.js';
import type { Subject } from './controls.js';

interface Training {
  readonly seed: number;
  readonly beta: number;
  readonly steps: number;
}

/** Multiples of its standard error that a measured distance may be off by. */
const SURE = 6;

const SIZE = { latent: 6, data: DIGIT_PIXELS, width: 24, batch: 32, heldOut: 128, pairs: 64 };

const trainings = new Map<string, Record<string, Float64Array>>();

/** |beta-VAE - Taylor objective| in parts of GRAE on held-out images, with its standard error over the noises. */
function distance({ seed, beta, steps }: Training, rules: Subject, activation: 'relu' | 'elu') {
  const experiment = { ...SIZE, seed, steps, activation, rows: digits() };
  const key = `${activation} ${seed} ${beta} ${steps}`;
  const params = trainings.get(key) ?? trainedAt(experiment, beta);
  trainings.set(key, params);
  const { taylor, error, value } = gapsOf(experiment, beta, params, rules);
  return { size: Math.abs(taylor) / value, error: error / value };
}

/** Trainings at each beta with each seed. */
const grid = (betas: readonly number[], seeds: readonly number[], steps: number): Training[] =>
  betas.flatMap(beta => seeds.map(seed => ({ seed, beta, steps })));

const compared = (says: string, trainings: readonly Training[]) =>
  check.bound<Training, Subject>({
    says,
    given: check.only(trainings as [Training]),
    measure: (c, rules) => {
      const [piecewise, smooth] = rules.activations.map(name => distance(c, rules, name));
      const room = SURE * Math.hypot(piecewise!.error, smooth!.error);
      return c.beta < 1
        ? { what: 'ReLU farther than ELU', lower: smooth!.size + room, upper: piecewise!.size }
        : [
            { what: 'ReLU not twice as far', lower: piecewise!.size, upper: 2 * smooth!.size + room },
            { what: 'ELU not twice as far', lower: smooth!.size, upper: 2 * piecewise!.size + room },
          ];
    },
  });

/** Pixel by pixel unit variance, as in the paper; networks of the same sizes, starts and batches but for the activation. */
export const trained = check.deepened(
  compared(
    'nor is the approximation better for ReLU: trained on 256 digits of 8x8 pixels, 400 steps, the distance from the beta-VAE to its Taylor objective on 128 others is larger with ReLU than with ELU, in parts of the objective, at beta = 0.3, seeds 1 and 2, beyond 6 standard errors',
    grid([0.3], [1, 2], 400),
  ),
  () =>
    compared(
      'after 2000 steps it is 1.9 to 3.1 times as large at beta = 0.03 and 0.3, seeds 1 to 3, beyond 6 standard errors, and within a factor of two either way at beta = 3',
      grid([0.03, 0.3, 3], [1, 2, 3], 2000),
    ),
  { instead: true },
);
