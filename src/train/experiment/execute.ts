/** @file Doing one run of an experiment, of either kind; what a launcher starts in a process of its own. */
import type { Requirement } from '../certificate.js';
import type { TrainOptions } from '../train.js';
import { computeRun } from './computed.js';
import type { Experiment, Setting } from './experiment.js';
import type { PlannedRun } from './plan.js';
import { trainRun } from './train-run.js';

export interface ExecuteOptions {
  /** The run's own folder. */
  readonly folder: string;
  readonly dataFolder: string | undefined;
  readonly threads: number;
  /** What must have passed before an objective may train. */
  readonly certificateFor: (objective: string) => Promise<Requirement | 'unverified'>;
  readonly source: TrainOptions['source'];
  readonly signal: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
  readonly onNote?: (note: string) => void;
}

/**
 * Does what is left of a run; the folder tells what that is. Throws `InUseError` where another process has
 * the run, and what `train` and the experiment's own `compute` throw.
 */
export async function executeRun(
  experiment: Experiment,
  setting: Setting,
  run: PlannedRun,
  options: ExecuteOptions,
): Promise<'complete' | 'interrupted'> {
  const { certificateFor, onProgress = () => {}, onNote = () => {} } = options;
  const { job } = run;
  if (job.kind === 'train') {
    const certificate = await certificateFor(job.config.objective.name);
    return await trainRun(
      experiment,
      setting,
      { arm: run.arm, config: job.config },
      { ...options, certificate, onProgress, onNote },
    );
  }
  if (experiment.compute === undefined)
    throw new Error(`experiment: ${experiment.name} plans computed runs and has no compute - give it one`);
  return await computeRun(experiment.compute, run, job.inputs, { ...options, onProgress });
}
