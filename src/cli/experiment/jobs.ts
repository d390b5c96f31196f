/** @file How many runs go in parallel, and the peak memory of each. */
import { availableParallelism, totalmem } from 'node:os';
import { NATIVE_GPU } from '../../train/engine-choice.js';
import { memoryOfTraining, PROCESS_BYTES } from '../../train/experiment/memory.js';
import { integer } from '../args.js';
import type { Choice } from './choose.js';
import { kindsOf, recordsOf } from './kinds.js';

/** Estimated peak memory of the largest run, in bytes. */
export function memoryOfRun({ experiment, shared: { setting }, plan, imageBytes }: Choice): number {
  const { engine } = setting;
  const computed = experiment.memory?.(setting) ?? PROCESS_BYTES;
  const trained = kindsOf(plan).map(({ config }) =>
    memoryOfTraining(config, recordsOf(config).shape, { engine, imageBytes }),
  );
  return Math.max(plan.some(({ job }) => job.kind === 'compute') ? computed : 0, ...trained);
}

/** Of the machine, or of the container that this process is in. */
const memoryHere = (): number => Math.min(totalmem(), process.constrainedMemory() || Infinity);

/** Processes in parallel: what was asked for, or what the cores and the memory have room for. */
export function jobsFor(choice: Choice): number {
  const { flags, shared } = choice;
  if (flags.jobs !== undefined) return integer('experiment', 'jobs', flags.jobs, 1);
  if (NATIVE_GPU.includes(shared.setting.engine)) return 1; // they would take its memory from each other
  const byCores = Math.floor(availableParallelism() / shared.threads);
  if (byCores <= 1) return 1;
  return Math.max(1, Math.min(byCores, Math.floor((0.8 * memoryHere()) / memoryOfRun(choice))));
}
