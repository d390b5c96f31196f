/** @file From a submission to the arguments of sbatch, and what sbatch answers. */
import { join } from 'node:path';
import { UsageError } from '../../exit.js';
import { type Filed, scriptOf } from './submission.js';

/**
 * Sent to the task this long before its time is up. Not USR1, which Node keeps for its debugger; Slurm may be
 * up to a minute early.
 */
const SIGNAL = 'B:USR2@60';

/**
 * Options whose value must be ours: the array, where it writes, and how its jobs are found and named; and
 * those that make sbatch do or say something else than submit.
 */
const OURS = [
  ...[
    'array',
    'chdir',
    'clusters',
    'error',
    'help',
    'input',
    'job-name',
    'no-requeue',
    'ntasks',
    'open-mode',
  ],
  ...['output', 'parsable', 'quiet', 'requeue', 'test-only', 'usage', 'version', 'wait', 'workdir', 'wrap'],
];

/** sbatch takes any beginning of a long option for the option. */
const meant = (name: string): string | undefined =>
  OURS.find(ours => ours.startsWith(name)) ??
  (name !== 'signal' && 'signal'.startsWith(name) ? 'signal' : undefined);

/**
 * `--sbatch time=2:00:00 --sbatch exclusive`: long options of sbatch, each as one argument, never through a
 * shell.
 */
export function readSbatchOptions(options: readonly string[]): readonly string[] {
  return options.map(option => {
    const [, name, value] = /^(?:--)?([a-z][a-z-]*)(?:=(.*))?$/s.exec(option) ?? [];
    if (name === undefined)
      throw new UsageError(
        `experiment: --sbatch must be a long option of sbatch as NAME or NAME=VALUE, got '${option}'`,
      );
    const ours = meant(name);
    if (ours === 'signal')
      throw new UsageError(`experiment: --sbatch must have signal in full, got '${option}'`);
    if (ours !== undefined)
      throw new UsageError(
        `experiment: --sbatch must leave ${ours} to the launcher, got '${option}'${ours === 'array' ? ' - take --jobs for how many run at once' : ''}`,
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

/**
 * The arguments of sbatch; `command` is what the job script runs, `after` the job that must have ended
 * before.
 */
export function sbatchArgs(
  filed: Filed,
  resources: Resources,
  command: readonly string[],
  after?: string,
): string[] {
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
    // what the first array waits for, those after it wait for with it
    ...(after === undefined
      ? options
      : [...options.filter(option => !isDependency(option)), `--dependency=afterany:${after}`]),
    ...[scriptOf(filed), ...command],
  ];
}

const isDependency = (option: string): boolean => {
  const [name = ''] = option.slice(2).split('=');
  return name.length >= 3 && 'dependency'.startsWith(name);
};

/** Where a task writes, by its index `%a`; Slurm reads the folder's name as part of the pattern. */
function logPattern(folder: string): string {
  if (folder.includes('\\'))
    throw new UsageError(
      `experiment: --out must be without a backslash for --launcher slurm, whose names of logs cannot have one, got '${folder}'`,
    );
  return join(folder.replaceAll('%', '%%'), '%a.log');
}

/** Tasks of one array where the cluster does not say: Slurm's default. */
export const DEFAULT_ARRAY_SIZE = 1001;

/** How many tasks an array may have, from what `scontrol show config` prints. */
export function arraySize(config: string): number | undefined {
  const size = /^MaxArraySize\s*=\s*(\d+)\s*$/m.exec(config)?.[1];
  return size === undefined ? undefined : Number(size);
}

/**
 * The number of the job that `sbatch --parsable` made: `12` or `12;cluster`, after whatever a site prints
 * before.
 */
export const jobNumber = (printed: string): string | undefined =>
  printed
    .trim()
    .split('\n')
    .map(line => /^(\d+)(;.*)?$/.exec(line.trim())?.[1])
    .findLast(number => number !== undefined);
