/** @file A lock on a folder, so that two processes never work in it at once; the lock of a dead process gives way. */
import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { unavailable } from './files.js';
import { UnavailableError } from './input-error.js';

const NAME = /^\.lock-([\w.-]+)-(\d+)-(\w*)$/;
const ATTEMPTS = 4;

/** Another process works in the folder. */
export class InUseError extends UnavailableError {}

/**
 * Takes the lock or throws `UnavailableError`; the function returned gives it back.
 * Each process has a file of its own name (host, process, its start time) and holds the lock when no other live
 * process has one: so nobody ever removes a file that another may just have made, and a reused process number is not
 * mistaken for the old process.
 */
export async function lockFolder(what: string, folder: string): Promise<() => void> {
  const host = localHost();
  const own = lockName();
  const path = join(folder, own);
  const release = (): void => rmSync(path, { force: true });
  for (let attempt = 1; ; attempt++) {
    try {
      closeSync(openSync(path, 'wx'));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST')
        throw new InUseError(`${what}: ${folder} is in use by this very process - wait for it to end`);
      throw unavailable(what, folder, error);
    }
    const other = otherHolder(folder, own, host);
    if (other === undefined) return release;
    release();
    if (attempt === ATTEMPTS)
      throw new InUseError(
        `${what}: ${folder} is in use by process ${other.pid} on ${other.host} - wait for it to end or choose another folder` +
          (other.host === host ? '' : `; if that process is gone, delete ${join(folder, other.name)}`),
      );
    await sleep(20 + Math.random() * 80); // two that started together both step back
  }
}

/** The file by which this process holds locks: for who may have to break them. */
export const lockName = (): string => `.lock-${localHost()}-${process.pid}-${startTime(process.pid)}`;

/** Removes the lock of a process that is known to be gone, on whatever host it was; one that is seen to live keeps it. */
export function breakLock(folder: string, name: string): void {
  const holder = holderOf(name);
  if (holder === undefined || (holder.host === localHost() && isAlive(holder.pid, holder.started))) return;
  rmSync(join(folder, name), { force: true });
}

/** Whether a process has the lock, as far as can be told from here: one on another host counts. */
export function isLocked(folder: string): boolean {
  const host = localHost();
  try {
    return readdirSync(folder).some(name => {
      const holder = holderOf(name);
      return holder !== undefined && (holder.host !== host || isAlive(holder.pid, holder.started));
    });
  } catch {
    return false; // no such folder yet
  }
}

interface Holder {
  readonly name: string;
  readonly host: string;
  readonly pid: number;
  readonly started: string;
}

const localHost = (): string => hostname().replaceAll(/[^\w.]/g, '_');

function holderOf(name: string): Holder | undefined {
  const match = NAME.exec(name);
  return match === null ? undefined : { name, host: match[1]!, pid: Number(match[2]), started: match[3]! };
}

/** Another live process with a lock file here. Files of dead ones are removed: they cannot come back. */
function otherHolder(folder: string, own: string, host: string): Holder | undefined {
  for (const name of readdirSync(folder)) {
    const holder = name === own ? undefined : holderOf(name);
    if (holder === undefined) continue;
    if (holder.host !== host || isAlive(holder.pid, holder.started)) return holder;
    rmSync(join(folder, name), { force: true });
  }
  return undefined;
}

function isAlive(pid: number, started: string): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  return startTime(pid) === started;
}

/** When a process started, in the system's own units; empty where the system does not tell. */
function startTime(pid: number): string {
  try {
    if (process.platform === 'linux') {
      const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
      return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''; // field 22; the name in brackets may hold blanks
    }
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'latin1' }).replaceAll(
      /\W/g,
      '',
    );
  } catch {
    return '';
  }
}
