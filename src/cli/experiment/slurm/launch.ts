/**
 * @file The Slurm launcher: submits, as one job array, the runs that are neither complete nor with Slurm
 * already.
 */
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeFolder } from '../../../formats/atomic.js';
import { UnavailableError } from '../../../formats/input-error.js';
import { breakLock, lockFolder } from '../../../formats/lock.js';
import { runFolder } from '../../../train/experiment/folder.js';
import type { PlannedRun } from '../../../train/experiment/plan.js';
import { isHeld, statusOf } from '../../../train/experiment/status.js';
import { slurm } from './program.js';
import { type Queued, readQueue } from './queue.js';
import { arraySize, DEFAULT_ARRAY_SIZE, jobNumber, type Resources, sbatchArgs } from './sbatch.js';
import { type Filed, fileSubmission, logOf, notedLock, readSubmissions, slurmFolder } from './submission.js';

const TASK = fileURLToPath(new URL('task.js', import.meta.url));

export interface LaunchOptions extends Resources {
  /** The experiment's. */
  readonly name: string;
  readonly plan: readonly PlannedRun[];
  readonly out: string;
  /** URLs of the modules that list the experiment. */
  readonly registries: readonly string[];
  /** Arguments of the command that does one run, without `--only ID`. */
  readonly childArgs: readonly string[];
}

/** What Slurm has of an experiment now. */
export interface Launched {
  /** Tasks of earlier submissions. */
  readonly queued: readonly Queued[];
  /** Runs that ended before they were complete, with the log of their last task. */
  readonly lost: readonly { readonly id: string; readonly log: string }[];
  /** Runs that a process outside of Slurm has. */
  readonly elsewhere: number;
  /** In the order of their submission; none where nothing was left to submit. */
  readonly submitted: readonly Submitted[];
}

/** One job array. */
export interface Submitted {
  readonly runs: number;
  /** Its number, where sbatch said it. */
  readonly job: string | undefined;
  readonly filed: Filed;
  readonly atOnce: number | undefined;
  /** The array that must have ended before this one begins. */
  readonly after: string | undefined;
}

/** Safe to call at any time, by any number of processes: nothing is submitted twice. */
export async function launchOnSlurm(options: LaunchOptions): Promise<Launched> {
  const { plan } = options;
  const out = resolve(options.out);
  makeFolder('experiment', slurmFolder(out));
  const release = await lockFolder('experiment', slurmFolder(out));
  try {
    const complete = (run: PlannedRun): boolean => statusOf(runFolder(out, run.id), run) === 'complete';
    const before = readSubmissions(out);
    const waited = new Set(plan.filter(run => !complete(run)).map(run => run.id));
    const asked = before.filter(({ ids }) => ids.some(id => waited.has(id)));
    const queued = readQueue(asked.map(({ name }) => name));
    const { withSlurm, lost } = sortTasks(asked, queued, out);
    // asked after the queue: a run that has just left it is complete by now
    const todo = plan.filter(run => !complete(run) && !withSlurm.has(run.id));
    const free = todo.filter(run => !isHeld(runFolder(out, run.id)));
    return {
      queued,
      lost: free.flatMap(({ id }) => (lost.has(id) ? [{ id, log: lost.get(id)! }] : [])),
      elsewhere: todo.length - free.length,
      submitted: submitAll(free, out, options),
    };
  } finally {
    release();
  }
}

/**
 * Runs that Slurm has, and the logs of those that it had; these lose the locks that their processes left
 * behind.
 */
function sortTasks(submissions: readonly Filed[], queued: readonly Queued[], out: string) {
  const there = new Set(queued.map(({ name, index }) => `${name} ${index}`));
  const withSlurm = new Set<string>();
  const lost = new Map<string, string>();
  for (const filed of submissions)
    for (const [index, id] of filed.ids.entries()) {
      if (there.has(`${filed.name} ${index}`)) {
        withSlurm.add(id);
        continue;
      }
      lost.set(id, logOf(filed, index));
      const lock = notedLock(filed, index);
      if (lock !== undefined) breakLock(runFolder(out, id), lock);
    }
  return { withSlurm, lost };
}

/** How many tasks the cluster allows in one array. */
function mostTasks(): number {
  try {
    const size = arraySize(slurm('scontrol', ['show', 'config'])) ?? DEFAULT_ARRAY_SIZE;
    if (size > 0) return size;
  } catch (error) {
    if (error instanceof UnavailableError) return DEFAULT_ARRAY_SIZE;
    throw error;
  }
  throw new UnavailableError(
    'experiment: --launcher slurm must have job arrays, got MaxArraySize = 0 (scontrol show config) - take --launcher local',
  );
}

/**
 * As few arrays as the cluster allows. Only tasks of one array are counted by Slurm, so that where there is a
 * limit on how many run at once, an array begins when the one before it has ended.
 */
function submitAll(runs: readonly PlannedRun[], out: string, options: LaunchOptions): Submitted[] {
  const submitted: Submitted[] = [];
  const size = runs.length > 1 ? mostTasks() : 1;
  for (let from = 0; from < runs.length; from += size) {
    const last = submitted.at(-1);
    if (last !== undefined && last.job === undefined && options.jobs !== undefined)
      throw new UnavailableError(
        `experiment: sbatch must say the number of its job where ${runs.length} runs take several arrays with --jobs, got none - ` +
          'run the same command again when the first array has ended',
      );
    const after = options.jobs === undefined ? undefined : last?.job;
    submitted.push(submit(runs.slice(from, from + size), out, options, after));
  }
  return submitted;
}

function submit(
  runs: readonly PlannedRun[],
  out: string,
  options: LaunchOptions,
  after: string | undefined,
): Submitted {
  const filed = fileSubmission(out, {
    name: `flatcheck-${options.name}-${randomBytes(4).toString('hex')}`,
    cwd: process.cwd(),
    args: options.childArgs,
    ids: runs.map(run => run.id),
  });
  try {
    const job = jobNumber(
      slurm(
        'sbatch',
        sbatchArgs(filed, options, [process.execPath, TASK, filed.folder, ...options.registries], after),
      ),
    );
    return { runs: runs.length, job, filed, atOnce: options.jobs, after };
  } catch (error) {
    rmSync(filed.folder, { recursive: true, force: true });
    throw error;
  }
}
