/**
 * @file What only a system can make: pipes, small file systems, processes of other users; each where it is
 * permitted.
 */
import { spawnSync } from 'node:child_process';

/** Why a program failed, or undefined where it did not. */
export function failure(program: string, ...args: readonly string[]): string | undefined {
  const { status, error, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  return status === 0 ? undefined : `${[program, ...args].join(' ')}: ${error?.message ?? stderr.trim()}`;
}

/** A named pipe that nobody reads or writes. */
export function makePipe(path: string): void {
  const why = failure('mkfifo', path);
  if (why !== undefined) throw new Error(why);
}

/** Whether something is permitted here; says why not. */
export function isPermitted(why: string | undefined): boolean {
  if (why !== undefined) console.log(`skipped, not permitted here: ${why}`);
  return why === undefined;
}
