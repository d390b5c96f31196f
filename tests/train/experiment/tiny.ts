/** @file An experiment of two training arms and a computed one that takes seconds. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { FITTED, PRIOR } from '../../../src/studies/latents.js';
import type { ExecuteOptions } from '../../../src/train/experiment/execute.js';
import type { Experiment, Setting } from '../../../src/train/experiment/experiment.js';
import { openExperimentFolder, runFolder, type Shared } from '../../../src/train/experiment/folder.js';
import { type PlannedRun, planOf } from '../../../src/train/experiment/plan.js';
import { smoothnessOf } from '../../../src/train/experiment/smoothness.js';
import { tiny } from '../tiny.js';

export const SETTING: Setting = {
  scale: 'smoke',
  convention: 'paper',
  seeds: [1, 2],
  data: { kind: 'generated', count: 60, size: 8 },
  engine: 'onnx-cpu',
};

/** Steps of the computed run, each saved. */
export const COMPUTED_STEPS = 20;

const config = (alpha2: number, seed: number) => {
  const { threads: _, ...rest } = tiny({
    objective: { name: 'samba', rec: 'mean', beta: 0.01, variance: { fixed: alpha2 } },
    data: SETTING.data,
    steps: 24,
    seed,
  });
  return rest;
};

export const EXPERIMENT: Experiment = {
  name: 'tiny',
  source: 'nowhere',
  says: 'Nothing.',
  data: 'cifar10',
  conventions: ['paper'],
  seeds: () => [1, 2],
  plan: ({ seeds }) => [
    ...[0.01, 1].flatMap(alpha2 =>
      seeds.map(seed => ({
        arm: { model: 'samba', alpha2 },
        seed,
        job: { kind: 'train' as const, config: config(alpha2, seed) },
      })),
    ),
    { arm: { model: 'sum' }, seed: 1, job: { kind: 'compute', inputs: { steps: COMPUTED_STEPS } } },
  ],
  measures: () => ({ ones: (_net, _params, { x }) => tf.mean(tf.onesLike(x)) }),
  measureTrained: async trained => ({ ...(await smoothnessOf(trained, 4)) }),
  samplesFrom: ({ alpha2 }) => (alpha2 === 1 ? FITTED : PRIOR),
  async compute({ steps }, { restore, save, signal, progress, seed }) {
    const before = restore();
    let [done, sum] = before === undefined ? [0, seed] : [before.at![0]!, before.at![1]!];
    while (done < Number(steps)) {
      await new Promise(resolve => setTimeout(resolve, 5));
      sum += done++;
      save({ at: Float64Array.of(done, sum) });
      progress(done, Number(steps));
      signal.throwIfAborted();
    }
    return { numbers: { sum }, curves: { sum: [[done, sum]] } };
  },
  quantities: { loss: { label: 'loss', says: 'Loss.', scale: 'linear' } },
  figures: () => [],
  statements: [],
};

export const PLAN = planOf(EXPERIMENT, SETTING);

export const SHARED: Shared = {
  ...{ name: 'tiny', setting: SETTING, engineWhy: 'the default' },
  ...{ threads: 1, dataDigest: 'digest' },
};

export const open = (out: string): void => openExperimentFolder(out, SHARED);

export const TRAINED: PlannedRun = PLAN[0]!;
export const COMPUTED: PlannedRun = PLAN.at(-1)!;

/** How a run is executed in tests. */
export function optionsFor(out: string, run: PlannedRun, more: Partial<ExecuteOptions> = {}): ExecuteOptions {
  mkdirSync(join(out, 'runs'), { recursive: true });
  return {
    folder: runFolder(out, run.id),
    dataFolder: undefined,
    threads: 1,
    certificateFor: async () => 'unverified',
    source: { codeDigest: 'test', commit: null, versions: {} },
    signal: new AbortController().signal,
    ...more,
  };
}
