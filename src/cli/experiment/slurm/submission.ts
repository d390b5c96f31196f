/**
 * @file Job arrays that were submitted for an experiment, each in a folder OUT/slurm/1, 2, ...: which run is
 * which task.
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeFolder, writeAtomic, writeJson } from '../../../formats/atomic.js';
import { listFolder, readText } from '../../../formats/files.js';
import { InputError } from '../../../formats/input-error.js';
import { isObject, parseJson, show } from '../../../formats/json.js';

export interface Submission {
  /** Of its jobs: tells the array from all others, also where its number was never learnt. */
  readonly name: string;
  /** Where its tasks run. */
  readonly cwd: string;
  /** Arguments of the command that does one run, without `--only ID`. */
  readonly args: readonly string[];
  /** The run of each task, by its index in the array. */
  readonly ids: readonly string[];
}

/** A submission with the folder that it lies in. */
export interface Filed extends Submission {
  readonly folder: string;
}

export const slurmFolder = (out: string): string => join(out, 'slurm');

/** The experiment's output folder. */
export const outOf = ({ folder }: Filed): string => dirname(dirname(folder));

const TASKS = 'tasks.json';

/** The script says nothing of the task: its arguments reach it as they are, whatever characters they hold. */
const SCRIPT = '#!/bin/sh\nexec "$@"\n';

export const scriptOf = ({ folder }: Filed): string => join(folder, 'job.sh');
export const logOf = ({ folder }: Filed, index: number): string => join(folder, `${index}.log`);

/** Writes down the next submission; the folder must be locked. */
export function fileSubmission(out: string, submission: Submission): Filed {
  const last = numbersIn(slurmFolder(out)).at(-1) ?? 0;
  const filed = { ...submission, folder: join(slurmFolder(out), String(last + 1)) };
  makeFolder('experiment', filed.folder);
  writeAtomic('experiment', scriptOf(filed), SCRIPT);
  writeJson('experiment', join(filed.folder, TASKS), { schema: 1, ...submission });
  return filed;
}

/** Every submission of an experiment, oldest first. */
export const readSubmissions = (out: string): Filed[] =>
  numbersIn(slurmFolder(out))
    .map(number => join(slurmFolder(out), String(number)))
    .filter(folder => existsSync(join(folder, TASKS)))
    .map(readSubmission);

export function readSubmission(folder: string): Filed {
  const path = join(folder, TASKS);
  const value = parseJson(readText('experiment', path, 1 << 24), `experiment: ${path}`);
  if (!isObject(value) || value.schema !== 1)
    throw new InputError(`experiment: ${path} must be an object of schema 1, got ${show(value)} - ${ADVICE}`);
  const text = (key: string): string => (typeof value[key] === 'string' ? value[key] : refuse(key, 'text'));
  const texts = (key: string): readonly string[] => {
    const list: unknown = value[key];
    return Array.isArray(list) && list.every(one => typeof one === 'string')
      ? list
      : refuse(key, 'a list of texts');
  };
  const refuse = (key: string, kind: string): never => {
    throw new InputError(
      `experiment: ${path} must have ${key} as ${kind}, got ${show(value[key])} - ${ADVICE}`,
    );
  };
  return {
    folder,
    name: text('name'),
    cwd: text('cwd'),
    args: texts('args'),
    ids: texts('ids'),
  };
}

const ADVICE = 'it was changed; delete its folder when none of its jobs is queued';

const numbersIn = (folder: string): number[] =>
  listFolder('experiment', folder)
    .filter(name => /^[1-9]\d{0,8}$/.test(name))
    .map(Number)
    .sort((a, b) => a - b);

const lockFile = ({ folder }: Filed, index: number): string => join(folder, `${index}.lock`);

/** Writes down by which file the process of a task holds its run. */
export const noteLock = (filed: Filed, index: number, name: string): void =>
  writeAtomic('experiment', lockFile(filed, index), name);

/** The lock that the last process of a task may have left behind. */
export function notedLock(filed: Filed, index: number): string | undefined {
  const path = lockFile(filed, index);
  return existsSync(path) ? readText('experiment', path, 1 << 12) : undefined;
}
