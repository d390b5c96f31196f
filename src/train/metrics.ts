/**
 * @file metrics.jsonl: one line a logged step or validation, appended; cut back to the checkpoint on resume.
 */
import { closeSync, fstatSync, fsyncSync, ftruncateSync, statSync } from 'node:fs';
import { openForWriting, refuseOther, writeAll } from '../formats/atomic.js';
import { sha256, unavailable } from '../formats/files.js';
import { InputError } from '../formats/input-error.js';
import { parseJson } from '../formats/json.js';
import { type Line, linesOf } from '../formats/lines.js';
import { conform } from './own-files.js';
import type { Numbers } from './runner.js';

/** Numbers of one training batch, at the parameters before the update. */
interface StepLine {
  readonly kind: 'step';
  /** Steps done, this one included. */
  readonly step: number;
  readonly epoch: number;
  readonly numbers: Numbers;
}

/** Means over the validation records, at the parameters after the step. */
export interface ValidationLine {
  readonly kind: 'validation';
  readonly step: number;
  readonly epoch: number;
  readonly records: number;
  readonly numbers: Numbers;
}

export type MetricsLine = StepLine | ValidationLine;

/** What a checkpoint and a result remember of the metrics written before them. */
export interface Written {
  readonly bytes: number;
  /** The sum of the last line: each line carries one of itself and all before it. */
  readonly sum: string;
}

export const NO_METRICS: Written = { bytes: 0, sum: '0'.repeat(16) };

/** Digits of SHA-256: against damage and mistakes, and to say which line was changed. */
const sumOf = (before: string, line: string): string => sha256(before, line).slice(0, 16);

export class MetricsFile {
  private constructor(
    private readonly path: string,
    private readonly fd: number,
    private state: Written,
  ) {}

  /**
   * Opens the file for appending after what was written before a checkpoint, which must still be there; the
   * rest is dropped. `onLine` is given every line that stays.
   */
  static open(path: string, before: Written, onLine: (line: MetricsLine) => void): MetricsFile {
    const fd = openForWriting('train', path);
    try {
      const { size } = fstatSync(fd);
      if (size < before.bytes) throw tooShort('train', path, before.bytes, size);
      for (const line of readMetrics(path, before, 'train')) onLine(line);
      ftruncateSync(fd, before.bytes);
    } catch (error) {
      closeSync(fd);
      throw unavailable('train', path, error);
    }
    return new MetricsFile(path, fd, before);
  }

  append(line: MetricsLine): void {
    const text = JSON.stringify(line);
    const sum = sumOf(this.state.sum, text);
    const bytes = Buffer.from(`${text.slice(0, -1)},"sum":"${sum}"}\n`);
    try {
      writeAll(this.fd, bytes);
    } catch (error) {
      throw unavailable('train', this.path, error);
    }
    this.state = { bytes: this.state.bytes + bytes.length, sum };
  }

  /** Makes all lines durable; what to remember of them in a checkpoint. */
  sync(): Written {
    try {
      fsyncSync(this.fd);
    } catch (error) {
      throw unavailable('train', this.path, error);
    }
    return this.state;
  }

  close(): void {
    closeSync(this.fd);
  }
}

const LINE = /^(.*),"sum":"([0-9a-f]{16})"\}$/;

/**
 * The lines of a run's metrics, one at a time; those that a checkpoint or a result remembers, where one is
 * given: more may follow. An `InputError` names the first line that is not as it was written.
 */
export function* readMetrics(
  path: string,
  { bytes, sum: last }: Partial<Written> = {},
  what = 'metrics',
): Generator<MetricsLine, void, undefined> {
  let sum = NO_METRICS.sum;
  let read = 0;
  for (const line of linesOf(what, path, bytes === undefined ? {} : { bytes })) {
    const [, body, claimed] = LINE.exec(line.text) ?? [];
    const own = body === undefined ? undefined : sumOf(sum, `${body}}`);
    if (own === undefined || own !== claimed) throw changed(what, path, line, own, claimed);
    sum = own;
    read = line.end;
    const { sum: _, ...value } = conform(
      'metrics',
      parseJson(line.text, `${what}: ${path}:${line.number}`),
      `${what}: ${path}:${line.number}`,
    ) as MetricsLine & { readonly sum: string };
    yield value as MetricsLine;
  }
  if (bytes !== undefined && read < bytes) throw tooShort(what, path, bytes, read);
  if (last !== undefined && sum !== last)
    throw new InputError(
      `${what}: ${path} must have the sum ${last} in its first ${bytes} bytes, got ${sum} - it is of another run; ` +
        'put the right file back, or start in another folder',
    );
}

const tooShort = (what: string, path: string, bytes: number, got: number): InputError =>
  new InputError(
    `${what}: ${path} must have at least the ${bytes} bytes of the checkpoint, got ${got} - it was changed; ` +
      'put the right file back, or start in another folder',
  );

const changed = (
  what: string,
  path: string,
  { number, begin }: Line,
  own: string | undefined,
  claimed: string | undefined,
): InputError =>
  new InputError(
    `${what}: ${path}:${number} (byte ${begin}) must be the line that was written, got ` +
      `${own === undefined ? 'one without a sum' : `one whose sum is ${own}, not ${claimed}`} - it was changed; ` +
      'put the line back as it was, or start in another folder',
  );

/** The lines of finished metrics: all that a result counts, and nothing beyond. */
export function* readFinished(
  path: string,
  written: Written,
  what: string,
): Generator<MetricsLine, void, undefined> {
  refuseOther(what, path);
  const { size } = statSync(path, { throwIfNoEntry: false }) ?? { size: 0 };
  if (size !== written.bytes)
    throw new InputError(
      `${what}: ${path} must have the ${written.bytes} bytes that the result counts, got ${size} - it was changed; ` +
        'put the right file back, or start in another folder',
    );
  if (written.bytes > 0) yield* readMetrics(path, written, what);
}
