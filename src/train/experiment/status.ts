/**
 * @file How far the runs of an experiment are, told from names of files alone: cheap for hundreds of runs.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { RunRecord } from '../../claims/experiment/model.js';
import { isLocked } from '../../formats/lock.js';
import { RUN_FILES } from '../run-files.js';
import type { PlannedRun } from './plan.js';

export function statusOf(folder: string, { job }: PlannedRun): RunRecord['status'] {
  const last = job.kind === 'train' ? RUN_FILES.final : RUN_FILES.result;
  if (existsSync(join(folder, last))) return 'complete';
  return existsSync(join(folder, RUN_FILES.config)) ? 'interrupted' : 'waiting';
}

/** Whether some process works on the run now. */
export const isHeld = (folder: string): boolean => isLocked(folder);
