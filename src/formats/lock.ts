/**
 * @file A lock on a folder, so that two processes never work in it at once; the lock of a dead process gives
 * way.
 */
import { closeSync, lstatSync, openSync, readdirSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { removeQuietly } from './atomic.js';
import { unavailable } from './files.js';
import { type Beating, beat, LAPSE, LATE } from './heartbeat.js';
import { type Holder, holderOf, isAlive, nameOf, self } from './holder.js';
import { UnavailableError } from './input-error.js';

const ATTEMPTS = 4;

/** Milliseconds until a lock gets a thread that gives signs of life: most are held for less. */
const UNTIL_THREAD = 1000;

/** Another process works in the folder. */
export class InUseError extends UnavailableError {}

/** A lock that is held: call it to give it back. */
export interface Lock {
  (): void;
  /**
   * To be called before writing: throws where the lock was lost, by a process that was stopped for a while
   * and woke up.
   */
  check(): void;
}

/**
 * Takes the lock or throws `UnavailableError`. Each process has a file of its own name (host, process, its
 * start time, boot and PID namespace) and holds the lock when no other live process has one: so nobody ever
 * removes a file that another may just have made, and a reused process number is not mistaken for the old
 * process. A holder whose process cannot be seen from here (another host, another PID namespace, hidden by
 * the system) lives as long as its file was written to within the last `LAPSE`; times of files are compared
 * with that of our own file, which the same file system gave, never with a clock. `clock` is for tests.
 */
export async function lockFolder(what: string, folder: string, clock = Date.now): Promise<Lock> {
  const path = join(folder, nameOf(self()));
  for (let attempt = 1; ; attempt++) {
    try {
      create(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST')
        throw new InUseError(`${what}: ${folder} is in use by this very process - wait for it to end`);
      throw unavailable(what, folder, error);
    }
    let other: Other | undefined;
    try {
      other = otherHolder(folder, path);
    } catch (error) {
      removeQuietly(path);
      throw unavailable(what, folder, error);
    }
    if (other === undefined) return new Held(what, folder, path, clock).lock();
    removeQuietly(path);
    if (attempt === ATTEMPTS) throw new InUseError(`${what}: ${folder} ${inUse(other, folder)}`);
    await sleep(20 + Math.random() * 80); // two that started together both step back
  }
}

/** The file by which this process takes locks: for who may have to break them. */
export const lockName = (): string => nameOf(self());

/**
 * Removes the lock of a process that is known to be gone, on whatever host it was; one that is seen to live
 * keeps it.
 */
export function breakLock(folder: string, name: string): void {
  const holder = holderOf(name);
  if (holder === undefined || isAlive(holder) === true) return;
  const whose = nameOf(holder);
  for (const there of namesIn(folder)) {
    const found = holderOf(there);
    if (there === name || (found !== undefined && nameOf(found) === whose))
      removeQuietly(join(folder, there));
  }
}

/** Whether a process has the lock, as far as can be told from here. */
export function isLocked(folder: string): boolean {
  return namesIn(folder).some(name => {
    const holder = holderOf(name);
    return holder !== undefined && (isAlive(holder) ?? givesSigns(folder, name));
  });
}

interface Other {
  readonly name: string;
  readonly holder: Holder;
  /** Milliseconds since its last sign of life; undefined where its process is seen. */
  readonly silent?: number;
}

const namesIn = (folder: string): string[] => {
  try {
    return readdirSync(folder);
  } catch {
    return []; // no such folder yet
  }
};

function create(path: string): void {
  const fd = openSync(path, 'wx'); // follows no link
  try {
    writeSync(fd, '.');
  } finally {
    closeSync(fd);
  }
}

const timeOf = (path: string): number | undefined => lstatSync(path, { throwIfNoEntry: false })?.mtimeMs;

/**
 * Another live process with a lock file here. Files of others are removed: they cannot come back unnoticed.
 */
function otherHolder(folder: string, own: string): Other | undefined {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const holder = path === own ? undefined : holderOf(name);
    if (holder === undefined) continue;
    const alive = isAlive(holder);
    if (alive === true) return { name, holder };
    if (alive === undefined) {
      beat(own);
      const [now, then] = [timeOf(own), timeOf(path)];
      if (now !== undefined && then !== undefined && now - then <= LAPSE)
        return { name, holder, silent: Math.max(0, now - then) };
    }
    removeQuietly(path);
    if (alive === false) continue;
    if (timeOf(path) !== undefined) return { name, holder, silent: Number.POSITIVE_INFINITY }; // not ours to remove
    return otherHolder(folder, own); // one that woke up meanwhile has renewed its lock under another name: look again
  }
  return undefined;
}

/**
 * Whether a lock was written to lately, beside a file made for the comparison; taken for granted where none
 * can be made.
 */
function givesSigns(folder: string, name: string): boolean {
  const probe = join(folder, `.probe.${process.pid}-${Math.random().toString(16).slice(2)}.tmp`);
  try {
    create(probe);
    const [now, then] = [timeOf(probe), timeOf(join(folder, name))];
    return then !== undefined && (now ?? then) - then <= LAPSE;
  } catch {
    return true;
  } finally {
    removeQuietly(probe);
  }
}

function inUse({ name, holder, silent }: Other, folder: string): string {
  const who = `is in use by process ${holder.pid} on ${holder.host}`;
  const todo = 'wait for it to end or choose another folder';
  if (silent === undefined) return `${who} - ${todo}`;
  const unseen = `${who} (not to be seen from here: another host or PID namespace`;
  const remove = `delete ${join(folder, name)}`;
  if (silent === Number.POSITIVE_INFINITY)
    return `${unseen}; no sign of life, and its lock may not be removed by this user) - ${remove} as its owner`;
  return (
    `${unseen}; last sign of life ${Math.round(silent / 1000)} s ago) - ${todo}; its lock gives way after ` +
    `${LAPSE / 1000} s without one; if that process is gone, ${remove}`
  );
}

/** A lock that this process has taken, and keeps up. */
class Held {
  private readonly last = new Float64Array(new SharedArrayBuffer(8));
  private readonly timer: NodeJS.Timeout;
  private worker: Worker | undefined;
  private renewed = 0;
  private lost = false;

  constructor(
    private readonly what: string,
    private readonly folder: string,
    private path: string,
    private readonly clock: () => number,
  ) {
    this.last[0] = clock();
    this.timer = setTimeout(() => this.startThread(), UNTIL_THREAD);
    this.timer.unref();
  }

  lock(): Lock {
    return Object.assign(() => this.release(), { check: () => this.check() });
  }

  private startThread(): void {
    const given: Beating = { path: this.path, last: this.last };
    this.worker = new Worker(new URL('./heartbeat.js', import.meta.url), {
      workerData: given,
      execArgv: [],
    });
    this.worker.on('error', () => {}); // without a thread `check` gives the signs
    this.worker.unref();
  }

  private release(): void {
    clearTimeout(this.timer);
    void this.worker?.terminate();
    removeQuietly(this.path);
  }

  private check(): void {
    const now = this.clock();
    const silent = Math.abs(now - this.last[0]!);
    if (!this.lost && silent <= LATE) {
      if (timeOf(this.path) !== undefined) {
        if (silent > LATE / 4) this.sign(now);
        return;
      }
      this.lost = true;
    }
    if (!this.lost) this.lost = !this.renew(now);
    if (this.lost)
      throw new UnavailableError(
        `${this.what}: the lock on ${this.folder} was lost: this process was stopped for more than a while, and another ` +
          'took the folder over or the lock was deleted - nothing was written since; when no other works there, run the same command again',
      );
  }

  private sign(now: number): void {
    try {
      beat(this.path);
      this.last[0] = now;
    } catch {} // what is wrong with the file system is said by the write that follows
  }

  /**
   * After a long silence: under a new name, so that one who is just removing the old one does not remove
   * this; either we see his file or he sees ours.
   */
  private renew(now: number): boolean {
    const path = join(this.folder, nameOf(self(), ++this.renewed));
    try {
      renameSync(this.path, path);
      this.path = path;
      this.worker?.postMessage(path);
      this.sign(now);
      return otherHolder(this.folder, path) === undefined;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
        throw unavailable(this.what, this.folder, error);
      return false;
    }
  }
}
