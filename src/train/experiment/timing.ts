/** @file How long the steps of a training run took: beside its result, which must not depend on it. */
import { existsSync } from 'node:fs';
import { median } from '../../claims/statistics.js';
import { writeJson } from '../../formats/atomic.js';
import { readText } from '../../formats/files.js';
import { InputError } from '../../formats/input-error.js';
import { isObject, parseJson, show } from '../../formats/json.js';

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
  write(path: string): void {
    const { length: steps } = this.seconds;
    if (steps === 0 || (readTiming(path)?.steps ?? 0) > steps) return;
    writeJson('experiment', path, { schema: 1, steps, secondsPerStep: median(this.seconds) });
  }
}

interface Timing {
  /** How many steps the median is of. */
  readonly steps: number;
  readonly secondsPerStep: number;
}

/** The times that a run wrote down, or undefined where it was killed before it could. */
export function readTiming(path: string): Timing | undefined {
  if (!existsSync(path)) return undefined;
  const value = parseJson(readText('experiment', path, 1 << 20), `experiment: ${path}`);
  if (isObject(value) && typeof value.steps === 'number' && typeof value.secondsPerStep === 'number')
    return { steps: value.steps, secondsPerStep: value.secondsPerStep };
  throw new InputError(
    `experiment: ${path} must hold steps and secondsPerStep, got ${show(value)} - delete the file; only the timing is lost`,
  );
}
