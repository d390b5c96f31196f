/** @file How long the steps of a training run took: beside its result, which must not depend on it. */
import { median } from '../../claims/statistics.js';
import { readOwn, writeOwn } from '../own-files.js';
import { checkConfig } from '../run-folder.js';

/** The first steps of a session set up buffers. */
const WARMING_UP = 2;

/** Seconds of every step of one session. */
export class StepTimes {
  private readonly seconds: number[] = [];
  private skipped = 0;

  add(seconds: number): void {
    if (this.skipped < WARMING_UP) this.skipped++;
    else this.seconds.push(seconds);
  }

  /** Writes the median, unless an earlier session measured more steps. */
  write(path: string, configDigest: string): void {
    const { length: steps } = this.seconds;
    if (steps === 0 || (readTiming(path, configDigest)?.steps ?? 0) > steps) return;
    writeOwn('experiment', path, { schema: 1, configDigest, steps, secondsPerStep: median(this.seconds) });
  }
}

interface Timing {
  /** How many steps the median is of. */
  readonly steps: number;
  readonly secondsPerStep: number;
}

/** The times that a run wrote down, or undefined where it was killed before it could. */
export function readTiming(path: string, configDigest: string): Timing | undefined {
  const todo = 'delete the file; only the timing is lost';
  const there = readOwn<Timing & { readonly configDigest: string }>(path, {
    what: 'experiment',
    kind: 'timing',
    todo,
  });
  if (there !== undefined) checkConfig(path, there.configDigest, configDigest);
  return there;
}
