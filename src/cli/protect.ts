/**
 * @file What every program of ours does to its stdout and stderr: text of unknown origin reaches no terminal
 * and no log of a CI as a command to it, and a reader that goes away, or a disk that is full, changes nothing
 * but what is shown.
 */
import { writeSync } from 'node:fs';
import { printable, withoutCommands } from '../formats/printable.js';
import { EXIT } from './exit.js';
import { ERASE } from './progress.js';

/** How a line begins and ends that `styleOf` painted. */
const PAINTED = ['\u001b[31m', '\u001b[90m'];
const UNPAINTED = '\u001b[39m';

function harmlessLine(line: string, terminal: boolean): string {
  if (terminal && line.startsWith(ERASE)) return ERASE + harmlessLine(line.slice(ERASE.length), terminal);
  const begin =
    terminal && line.endsWith(UNPAINTED) ? PAINTED.find(code => line.startsWith(code)) : undefined;
  if (begin === undefined) return withoutCommands(printable(line, '\t'));
  return begin + harmlessLine(line.slice(begin.length, -UNPAINTED.length), false) + UNPAINTED;
}

/**
 * Lines with nothing in them that a terminal or a CI would obey, but for what we ourselves send to a
 * terminal. JSON keeps its meaning.
 */
export const harmless = (text: string, terminal: boolean): string =>
  text
    .split('\n')
    .map(line => harmlessLine(line, terminal))
    .join('\n');

type Name = 'stdout' | 'stderr';
type Done = (error?: Error | null) => void;
type Write = (this: NodeJS.WriteStream, chunk: string | Uint8Array, done: Done) => boolean;

/** Why nothing can be written to a stream any more. */
const broken = new Map<Name, NodeJS.ErrnoException>();
const heard = new Set<Name>();
const ours = new WeakSet<object>();

function breaks(name: Name, error: NodeJS.ErrnoException): void {
  if (broken.has(name)) return;
  broken.set(name, error);
  if (name === 'stderr' || error.code === 'EPIPE') return; // its reader has seen enough, or there is nowhere to say it
  try {
    writeSync(2, `flatcheck: stdout cannot be written (${error.code}) - what was to be printed is lost\n`);
  } catch {
    // the exit code says it
  }
}

function protect(name: Name): () => void {
  const stream = process[name];
  const { write } = stream;
  if (ours.has(write)) return () => {};
  if (!heard.has(name)) {
    heard.add(name);
    stream.on('error', error => breaks(name, error));
  }
  const protectedWrite = (
    chunk: string | Uint8Array,
    encoding?: BufferEncoding | Done,
    callback?: Done,
  ): boolean => {
    const done = typeof encoding === 'function' ? encoding : callback;
    if (broken.has(name)) {
      if (done !== undefined) queueMicrotask(() => done());
      return true;
    }
    try {
      const safe = typeof chunk === 'string' ? harmless(chunk, stream.isTTY) : chunk;
      // the stream's 'error' event tells of a failure
      return (write as Write).call(stream, safe, error => done?.(error));
    } catch (error) {
      breaks(name, error as NodeJS.ErrnoException); // files and devices throw
      return true;
    }
  };
  ours.add(protectedWrite);
  stream.write = protectedWrite as typeof stream.write;
  return () => {
    stream.write = write;
  };
}

/** Protects stdout and stderr until the function returned is called. */
export function protectStreams(): () => void {
  const undo = (['stdout', 'stderr'] as const).map(protect);
  return () => {
    for (const one of undo) one();
  };
}

/**
 * The exit code of a command, given that what it printed may not have arrived: a reader that left is no
 * error, a full disk is.
 */
export function codeOfAll(code: number): number {
  const error = broken.get('stdout');
  const lost = error !== undefined && error.code !== 'EPIPE';
  return lost && (code === EXIT.fine || code === EXIT.inconclusive) ? EXIT.unavailable : code;
}

/** Runs a program of ours to its end with protected streams. */
export async function asProgram(body: () => Promise<number>): Promise<void> {
  protectStreams();
  process.on('exit', code => {
    process.exitCode = codeOfAll(code);
  });
  process.exitCode = await body();
}
