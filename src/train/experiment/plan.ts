/** @file The runs of an experiment under a setting, each with the name of its folder. */

import { runLabel } from '../../claims/experiment/summary.js';
import { sha256 } from '../../formats/files.js';
import { canonical } from '../canonical.js';
import { configDigest } from '../config.js';
import type { Experiment, RunPlan, Setting } from './experiment.js';

export interface PlannedRun extends RunPlan {
  /** First digits of the hash of its configuration, arm and seed: names its folder. */
  readonly id: string;
}

const DIGITS = 12;

/** Neither where the data lie nor the number of threads is part of what a run is. */
function idOf({ arm, seed, job }: RunPlan): string {
  const what = job.kind === 'train' ? withoutThreads(job.config) : job.inputs;
  return sha256(canonical({ arm, seed, kind: job.kind, what })).slice(0, DIGITS);
}

function withoutThreads({ threads: _, ...config }: Parameters<typeof configDigest>[0]): string {
  return configDigest(config);
}

/** Every run of the grid, in the order of the figure. */
export function planOf(experiment: Experiment, setting: Setting): readonly PlannedRun[] {
  const runs = experiment.plan(setting).map(plan => ({ ...plan, id: idOf(plan) }));
  const seen = new Map<string, PlannedRun>();
  for (const run of runs) {
    const other = seen.get(run.id);
    if (other !== undefined)
      throw new Error(
        `experiment: the runs of ${experiment.name} must differ, got ${runLabel(run)} twice - make its arms tell them apart`,
      );
    seen.set(run.id, run);
  }
  return runs;
}
