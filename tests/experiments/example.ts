/**
 * @file An example of an experiment, for docs/experiments.md: the error of a VAE over the number of latents.
 */

import { everySeed } from '../../experiments/grid.js';
import { below, judge } from '../../src/claims/experiment/judge.js';
import type { RunRecord } from '../../src/claims/experiment/model.js';
import { sampleOf } from '../../src/claims/experiment/sample.js';
import { summarise, valuesOf } from '../../src/claims/experiment/summary.js';
import { PRIOR } from '../../src/studies/latents.js';
import { parseConfig } from '../../src/train/config.js';
import type { Experiment } from '../../src/train/experiment/experiment.js';

const LATENTS = [2, 16] as const;
const STEPS = { smoke: 60, small: 2000, paper: 50_000 };

const errors = (runs: readonly RunRecord[], latents: number) =>
  sampleOf(runs, { latents }, 'squaredErrorAtMean');

const latents: Experiment = {
  name: 'latents',
  source: 'nowhere: an example',
  says: 'Error at the mean code of a VAE over its number of latents.',
  data: 'cifar10',
  conventions: ['paper'],
  seeds: () => [1, 2, 3],
  plan: ({ scale, seeds, data, engine }) =>
    everySeed(
      LATENTS.map(count => ({ latents: count })),
      seeds,
      (arm, seed) => ({
        kind: 'train',
        config: parseConfig(
          {
            objective: { name: 'vae', rec: 'sum', beta: 1, variance: { fixed: 0.01 } },
            net: {
              kind: 'conv',
              channels: [8, 16],
              latent: arm.latents,
              activation: 'elu',
              output: 'sigmoid',
            },
            ...{ data, engine, seed },
            optimiser: { name: 'adam', rate: 2e-3 },
            batchSize: 32,
            steps: STEPS[scale],
            validation: { fraction: 0.1, limit: 256, every: STEPS[scale] / 4 },
          },
          'experiments/latents',
        ),
      }),
    ),
  samplesFrom: () => PRIOR,
  quantities: {
    squaredErrorAtMean: { label: 'squared error', says: '|x - f(mu)|^2.', scale: 'linear' },
  },
  figures: runs => [
    {
      id: 'error',
      title: 'Error over latents',
      x: { label: 'latents', scale: 'log' },
      y: { label: 'squared error', scale: 'linear' },
      series: [
        {
          ...{ name: 'VAE', origin: 'ours', joined: true },
          points: LATENTS.flatMap(count => {
            const values = valuesOf(runs, { latents: count }, 'squaredErrorAtMean');
            const { mean, low, high } = summarise({}, '', values);
            return values.length < 2 ? [] : [{ x: count, y: mean, low, high }];
          }),
        },
      ],
    },
  ],
  statements: [
    {
      id: 'more-is-better',
      says: 'With more latents the error is smaller.',
      source: 'nowhere: an example',
      judge: runs => judge([below(errors(runs, 16), errors(runs, 2))]),
    },
  ],
};

export default latents;
