/**
 * @file Who holds a lock: the process as its lock file names it, and what can be told from here of its being
 * alive.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/**
 * A process as its lock file names it. A process number says something only in its own PID namespace, of its
 * own boot.
 */
export interface Holder {
  readonly host: string;
  readonly pid: number;
  /** When it started, in the system's own units; empty where the system does not tell. */
  readonly started: string;
  /** Boot of the machine and PID namespace; empty where the system has none. */
  readonly boot: string;
  readonly space: string;
}

const NAME = /^\.lock-([\w.]+)-(\d+)-(\w*)(?:-(\w*)-(\d*)(?:-\d+)?)?$/;

/** The holder that a file's name stands for, or undefined where it is no lock. */
export function holderOf(name: string): Holder | undefined {
  const match = NAME.exec(name);
  if (match === null) return undefined;
  const [, host = '', pid, started = '', boot = '', space = ''] = match;
  return { host, pid: Number(pid), started, boot, space };
}

/**
 * The name of a holder's lock; a renewed one counts on, so that whoever removes the one before does not
 * remove it.
 */
export const nameOf = ({ host, pid, started, boot, space }: Holder, renewed = 0): string =>
  `.lock-${host}-${pid}-${started}-${boot}-${space}${renewed === 0 ? '' : `-${renewed}`}`;

let own: Holder | undefined;

/** This process. */
export function self(): Holder {
  own ??= {
    host: hostname().replaceAll(/[^\w.]/g, '_'),
    pid: process.pid,
    started: startTime(process.pid),
    boot: orEmpty(() => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').replaceAll(/\W/g, '')),
    space: orEmpty(() => readlinkSync('/proc/self/ns/pid').replaceAll(/\D/g, '')),
  };
  return own;
}

/**
 * Whether a holder lives, as its process table tells; undefined where that table, or the process's age,
 * cannot be seen.
 */
export function isAlive({ host, pid, started, boot, space }: Holder): boolean | undefined {
  const here = self();
  const seen =
    boot === '' || here.boot === '' ? host === here.host : boot === here.boot && space === here.space;
  if (!seen) return undefined;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false; // EPERM: another user's
  }
  const now = startTime(pid);
  return now === '' || started === '' ? undefined : now === started; // a reused number is another process
}

/** When a process started; empty where the system does not tell, or hides the processes of others. */
function startTime(pid: number): string {
  if (process.platform !== 'linux')
    return orEmpty(() =>
      execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'latin1' }).replaceAll(/\W/g, ''),
    );
  return orEmpty(() => {
    if (readlinkSync('/proc/self') !== String(process.pid)) return ''; // /proc is of another PID namespace
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''; // field 22; the name in brackets may hold blanks
  });
}

function orEmpty(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}
