/** @file Which tasks Slurm still has, waiting or running. */
import { slurm } from './program.js';

export interface Queued {
  /** Of its array. */
  readonly name: string;
  /** Its place in the array. */
  readonly index: number;
  /** For Slurm's commands: `12_3`. */
  readonly job: string;
  /** PENDING, RUNNING, COMPLETING, ... */
  readonly state: string;
  readonly reason: string;
}

const FORMAT = '%j|%F|%K|%T|%r';

/** The tasks of the arrays of these names. */
export function readQueue(names: readonly string[]): readonly Queued[] {
  if (names.length === 0) return [];
  return parseQueue(
    slurm('squeue', ['--noheader', '--array', '--all', `--name=${names.join(',')}`, `--format=${FORMAT}`]),
  );
}

/** Lines `NAME|12|3|PENDING|Resources`; other jobs than tasks of an array have no index and are left out. */
export function parseQueue(printed: string): readonly Queued[] {
  return printed.split('\n').flatMap(line => {
    const [name, array, index, state, ...reason] = line.trim().split('|');
    if (name === undefined || state === undefined || !/^\d+$/.test(index ?? '')) return [];
    return [{ name, index: Number(index), job: `${array}_${index}`, state, reason: reason.join('|') }];
  });
}

/** Waits until a person releases it. */
export const isHeldBack = ({ state, reason }: Queued): boolean =>
  state === 'PENDING' && /held|hold/i.test(reason);
