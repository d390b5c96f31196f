/** @file The lines of a text file of any length, one at a time: memory does not grow with the file. */
import { closeSync, readSync } from 'node:fs';
import { openFile, unavailable } from './files.js';
import { InputError } from './input-error.js';

export interface Line {
  readonly text: string;
  /** Counted from 1. */
  readonly number: number;
  /** Where it begins, in bytes, and where the next one does. */
  readonly begin: number;
  readonly end: number;
}

export interface LinesOptions {
  /** Read only so many bytes from the start; all when not said. */
  readonly bytes?: number;
  /** Bytes of a line, at most. */
  readonly longest?: number;
  /** Bytes read at once. */
  readonly chunk?: number;
}

/** Lines that end in a newline; a last one without is an error. */
export function* linesOf(
  what: string,
  path: string,
  { bytes = Number.POSITIVE_INFINITY, longest = 1 << 20, chunk = 1 << 18 }: LinesOptions = {},
): Generator<Line, void, undefined> {
  const { fd } = openFile(what, path);
  try {
    const buffer = Buffer.alloc(chunk);
    const decoder = new TextDecoder('utf-8', { fatal: true });
    let rest: Buffer = Buffer.alloc(0);
    let [number, begin, read] = [0, 0, 0];
    const refuse = (rule: string, got: string): never => {
      throw new InputError(
        `${what}: ${path}:${number + 1} (byte ${begin}) must ${rule}, got ${got} - it was changed`,
      );
    };
    for (;;) {
      const got = readAt(what, path, fd, buffer, Math.min(chunk, bytes - read));
      if (got === 0) break;
      read += got;
      const whole =
        rest.length === 0 ? buffer.subarray(0, got) : Buffer.concat([rest, buffer.subarray(0, got)]);
      let from = 0;
      for (let at = whole.indexOf(10); at >= 0; at = whole.indexOf(10, from)) {
        const end = begin + at + 1 - from;
        let text = '';
        try {
          text = decoder.decode(whole.subarray(from, at));
        } catch {
          refuse('be UTF-8 text', 'other bytes');
        }
        yield { text, number: ++number, begin, end };
        begin = end;
        from = at + 1;
      }
      rest = Buffer.from(whole.subarray(from));
      if (rest.length > longest) refuse(`be a line of at most ${longest} bytes`, 'a longer one');
    }
    if (rest.length > 0) refuse('end in a newline', `the end of what is read, ${rest.length} bytes later`);
  } finally {
    closeSync(fd);
  }
}

function readAt(what: string, path: string, fd: number, buffer: Buffer, most: number): number {
  try {
    return readSync(fd, buffer, 0, most, null);
  } catch (error) {
    throw unavailable(what, path, error);
  }
}
