/** @file Reading command lines: strict flags, and integers within their range. */
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { UsageError } from './exit.js';

type Options = NonNullable<ParseArgsConfig['options']>;

interface Strict<T extends Options> extends ParseArgsConfig {
  options: T;
  strict: true;
  allowPositionals: true;
}

/** Node's first sentence, and for a value that begins with a dash what to write instead. */
function oneLine(message: string): string {
  const first = message.replace(/\s*\n\s*/g, ' ').split('. ')[0]!;
  const flag = /^Option '(--[\w-]+).* is ambiguous/.exec(first)?.[1];
  return flag === undefined ? first : `${first} - write ${flag}=VALUE`;
}

/** `parseArgs` in strict mode; an unknown flag or a missing value is a `UsageError` naming the command. */
export function readArgs<T extends Options>(
  command: string,
  argv: readonly string[],
  options: T,
): ReturnType<typeof parseArgs<Strict<T>>> {
  try {
    return parseArgs<Strict<T>>({ args: [...argv], options, strict: true, allowPositionals: true });
  } catch (error) {
    const message = error instanceof Error ? oneLine(error.message) : String(error);
    throw new UsageError(`${command}: ${message}`);
  }
}

/** The value of a flag as an integer of at least `least` and, where that matters, at most `most`. */
export function integer(
  command: string,
  flag: string,
  text: string,
  least: number,
  most = Number.MAX_SAFE_INTEGER,
): number {
  const value = /^-?\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value) || value < least)
    throw new UsageError(`${command}: --${flag} must be an integer of at least ${least}, got '${text}'`);
  if (value > most) throw new UsageError(`${command}: --${flag} must be at most ${most}, got '${text}'`);
  return value + 0; // no -0
}

/** Refuses arguments that the command has no use for. */
export function noMore(command: string, positionals: readonly string[], most: number): void {
  const extra = positionals[most];
  if (extra !== undefined)
    throw new UsageError(
      `${command}: takes ${most === 0 ? 'no' : `at most ${most}`} arguments, got '${extra}'`,
    );
}
