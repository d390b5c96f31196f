/** @file metrics.jsonl: one line a logged step or validation, appended; cut back to the checkpoint on resume. */
import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync } from 'node:fs';
import { writeAll } from '../formats/atomic.js';
import { readText, unavailable } from '../formats/files.js';
import { InputError } from '../formats/input-error.js';
import { parseJson } from '../formats/json.js';
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

export class MetricsFile {
  private constructor(
    private readonly path: string,
    private readonly fd: number,
    private size: number,
  ) {}

  /** Opens the file for appending after its first `bytes`; the rest is dropped. */
  static open(path: string, bytes: number): MetricsFile {
    let fd: number;
    try {
      fd = openSync(path, 'a');
    } catch (error) {
      throw unavailable('train', path, error);
    }
    try {
      const { size } = fstatSync(fd);
      if (size < bytes)
        throw new InputError(
          `train: ${path} must have at least the ${bytes} bytes of the checkpoint, got ${size} - it was changed; start in another folder`,
        );
      ftruncateSync(fd, bytes);
    } catch (error) {
      closeSync(fd);
      throw unavailable('train', path, error);
    }
    return new MetricsFile(path, fd, bytes);
  }

  append(line: MetricsLine): void {
    const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
    try {
      writeAll(this.fd, bytes);
    } catch (error) {
      throw unavailable('train', this.path, error);
    }
    this.size += bytes.length;
  }

  /** Makes all lines durable; the length to remember in a checkpoint. */
  sync(): number {
    fsyncSync(this.fd);
    return this.size;
  }

  close(): void {
    closeSync(this.fd);
  }
}

/** The lines of a run's metrics. */
export function readMetrics(path: string): MetricsLine[] {
  const lines = readText('metrics', path, 1 << 30).split('\n');
  return lines
    .filter(line => line !== '')
    .map((line, i) => parseJson(line, `metrics: ${path}:${i + 1}`) as MetricsLine);
}
