/** @file A registry of one experiment for the test of the Slurm launcher: twelve short runs, of no paper. */
import { parseConfig } from '../../src/train/config.js';
import type { Experiment } from '../../src/train/experiment/experiment.js';
import type { ExperimentEntry } from '../../src/train/experiment/registry.js';

const OBJECTIVES = [
  { name: 'vae', rec: 'sum', beta: 0.1, variance: 'learned' },
  { name: 'samba', rec: 'mean', beta: 0.01, variance: { fixed: 0.01 } },
  { name: 'rae-loss-gradient', rec: 'mean', beta: 0.01, lambda: 0.1 },
] as const;

const STEPS = 3000;

const slurmTest: Experiment = {
  name: 'slurm-test',
  source: 'no paper',
  says: 'Nothing: its runs are there to be killed.',
  data: 'none',
  conventions: ['paper'],
  seeds: () => [1, 2, 3, 4],
  plan: ({ seeds, engine }) =>
    OBJECTIVES.flatMap(objective =>
      seeds.map(seed => ({
        arm: { objective: objective.name },
        seed,
        job: {
          kind: 'train' as const,
          config: parseConfig(
            {
              objective,
              net: { kind: 'dense', hidden: [24], latent: 4, activation: 'tanh', output: 'sigmoid' },
              data: { kind: 'generated', count: 150, size: 8 },
              optimiser: { name: 'adam', rate: 1e-3 },
              batchSize: 16,
              steps: STEPS,
              validation: { fraction: 0.2, every: 500 },
              checkpointEvery: 100,
              logEvery: 10,
              seed,
              engine,
            },
            'tests/slurm/experiment',
          ),
        },
      })),
    ),
  quantities: {
    loss: { label: 'validation loss', says: 'The objective on the validation records.', scale: 'linear' },
  },
  figures: () => [],
  statements: [],
  memory: () => 300 * 2 ** 20,
};

/** A registry of this experiment alone. */
export const experiments: readonly ExperimentEntry[] = [
  { name: slurmTest.name, module: import.meta.url, load: async () => slurmTest },
];
