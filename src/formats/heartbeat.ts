/**
 * @file The signs of life of a lock: a byte written now and then, whose time is the file system's and not
 * this machine's. As the module of a worker thread it goes on while the main thread computes; a process that
 * is stopped gives none.
 */
import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';

/** Milliseconds between signs of life. */
const EVERY = 5000;

/** Milliseconds without a sign of life after which a lock is anybody's. */
export const LAPSE = 60_000;

/** Milliseconds after which a holder no longer takes for granted that it still has its lock. */
export const LATE = 40_000;

/** Gives a sign of life; throws where the file is gone. */
export function beat(path: string): void {
  const fd = openSync(path, constants.O_WRONLY | (constants.O_NOFOLLOW ?? 0)); // never created here
  try {
    writeSync(fd, '.', 0);
  } finally {
    closeSync(fd);
  }
}

/** What the worker is given: the file, and where both threads note the time of the last sign of life. */
export interface Beating {
  readonly path: string;
  readonly last: Float64Array<SharedArrayBuffer>;
  /** Milliseconds between signs of life, where not the usual. */
  readonly every?: number;
}

if (parentPort !== null && isBeating(workerData)) {
  let { path } = workerData;
  const { last, every = EVERY } = workerData;
  parentPort.on('message', (renewed: string) => {
    path = renewed;
  });
  setInterval(() => {
    const now = Date.now();
    if (Math.abs(now - last[0]!) > LATE) return; // for the main thread to find out whether the lock is still its own
    try {
      beat(path);
      last[0] = now;
    } catch {} // gone, or not writable: the main thread notices when it wants to write
  }, every);
}

function isBeating(value: unknown): value is Beating {
  return typeof value === 'object' && value !== null && 'last' in value && value.last instanceof Float64Array;
}
