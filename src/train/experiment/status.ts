/** @file How far the runs of an experiment are, told from names of files alone: cheap for hundreds of runs. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { RunRecord } from '../../claims/experiment/model.js';
import { isLocked } from '../../formats/lock.js';
import type { PlannedRun } from './plan.js';

/** Names of files in the folder of a run. */
export const RUN_FILES = {
  config: 'config.json',
  provenance: 'provenance.json',
  metrics: 'metrics.jsonl',
  checkpoint: 'checkpoint.safetensors',
  result: 'result.json',
  /** Of training runs: what is measured once of the trained network; the last file to be written. */
  final: 'final.json',
  /** Of training runs: records, their reconstructions, samples. */
  images: 'images.safetensors',
  /** Of training runs: how long a step took. */
  timing: 'timing.json',
} as const;

export function statusOf(folder: string, { job }: PlannedRun): RunRecord['status'] {
  const last = job.kind === 'train' ? RUN_FILES.final : RUN_FILES.result;
  if (existsSync(join(folder, last))) return 'complete';
  return existsSync(join(folder, RUN_FILES.config)) ? 'interrupted' : 'waiting';
}

/** Whether some process works on the run now. */
export const isHeld = (folder: string): boolean => isLocked(folder);
