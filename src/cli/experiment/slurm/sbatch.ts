/** @file From a submission to the arguments of sbatch, and what sbatch answers. */
import { join } from 'node:path';
import { UsageError } from '../../exit.js';
import { type Filed, scriptOf } from './submission.js';

/**
 * Sent to the task this long before its time is up. Not USR1, which Node keeps for its debugger; Slurm may be up to a
 * minute early.
 */
const SIGNAL = 'B:USR2@60';

/** Options whose value must be ours: the array, where it writes, and how its jobs are found and named. */
const OURS = [
  ...['array', 'chdir', 'clusters', 'error', 'input', 'job-name', 'no-requeue', 'ntasks', 'open-mode'],
  ...['output', 'parsable', 'requeue', 'test-only', 'wait', 'wrap'],
];

/** `--sbatch time=2:00:00 --sbatch exclusive`: long options of sbatch, each as one argument, never through a shell. */
export function readSbatchOptions(options: readonly string[]): readonly string[] {
  return options.map(option => {
    const [, name, value] = /^(?:--)?([a-z][a-z-]*)(?:=(.*))?$/s.exec(option) ?? [];
    if (name === undefined)
      throw new UsageError(
        `experiment: --sbatch must be a long option of sbatch as NAME or NAME=VALUE, got '${option}'`,
      );
    if (OURS.includes(name))
      throw new UsageError(
        `experiment: --sbatch must leave ${name} to the launcher, got '${option}'${name === 'array' ? ' - take --jobs for how many run at once' : ''}`,
      );
    if (name === 'signal' && !/^B:USR2@\d+$/.test(value ?? ''))
      throw new UsageError(`experiment: --sbatch signal must be B:USR2@SECONDS, got '${option}'`);
    return value === undefined ? `--${name}` : `--${name}=${value}`;
  });
}

export interface Resources {
  /** Tasks running in parallel, where there is a limit. */
  readonly jobs: number | undefined;
  /** Threads of one run. */
  readonly threads: number;
  /** Bytes that one run needs, where known. */
  readonly memory: number | undefined;
  /** As `readSbatchOptions` gives them: the last of two equal options counts. */
  readonly options: readonly string[];
}

/** The arguments of sbatch; `command` is what the job script runs. */
export function sbatchArgs(filed: Filed, resources: Resources, command: readonly string[]): string[] {
  const { jobs, threads, memory, options } = resources;
  const last = filed.ids.length - 1;
  return [
    '--parsable',
    `--job-name=${filed.name}`,
    `--array=0-${last}${jobs === undefined ? '' : `%${jobs}`}`,
    '--requeue',
    `--signal=${SIGNAL}`,
    ...[`--output=${logPattern(filed.folder)}`, '--open-mode=append'],
    `--cpus-per-task=${threads}`,
    ...(memory === undefined || options.some(option => option.startsWith('--mem'))
      ? []
      : [`--mem=${Math.ceil(memory / (1 << 20))}M`]),
    ...options,
    ...[scriptOf(filed), ...command],
  ];
}

/** Where a task writes, by its index `%a`; Slurm reads the folder's name as part of the pattern. */
function logPattern(folder: string): string {
  if (folder.includes('\\'))
    throw new UsageError(
      `experiment: --out must be without a backslash for --launcher slurm, whose names of logs cannot have one, got '${folder}'`,
    );
  return join(folder.replaceAll('%', '%%'), '%a.log');
}

/** The number of the job that `sbatch --parsable` made: `12` or `12;cluster`, after whatever a site prints before. */
export const jobNumber = (printed: string): string =>
  printed
    .trim()
    .split('\n')
    .map(line => /^(\d+)(;.*)?$/.exec(line.trim())?.[1])
    .findLast(number => number !== undefined) ?? 'of unknown number';
