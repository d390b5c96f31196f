/** @file Reading command lines: strict flags, and numbers that are what they should be. */
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { UsageError } from './exit.js';

type Options = NonNullable<ParseArgsConfig['options']>;

interface Strict<T extends Options> extends ParseArgsConfig {
  options: T;
  strict: true;
  allowPositionals: true;
}

/** `parseArgs` in strict mode; an unknown flag or a missing value is a `UsageError` naming the command. */
export function readArgs<T extends Options>(command: string, argv: readonly string[], options: T) {
  try {
    return parseArgs<Strict<T>>({ args: [...argv], options, strict: true, allowPositionals: true });
  } catch (error) {
    const message = error instanceof Error ? error.message.split('. ')[0]! : String(error);
    throw new UsageError(`${command}: ${message}`);
  }
}

/** The value of a flag as an integer of at least `least`. */
export function integer(command: string, flag: string, text: string, least: number): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(value) || value < least)
    throw new UsageError(`${command}: --${flag} must be an integer of at least ${least}, got '${text}'`);
  return value;
}

/** Refuses arguments that the command has no use for. */
export function noMore(command: string, positionals: readonly string[], most: number): void {
  const extra = positionals[most];
  if (extra !== undefined) throw new UsageError(`${command}: takes ${most === 0 ? 'no' : `at most ${most}`} arguments, got '${extra}'`);
}

/** The known name nearest to a mistyped one, for error messages. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const ranked = known.map(k => [distance(name.toLowerCase(), k.toLowerCase()), k] as const).sort((a, b) => a[0] - b[0]);
  const best = ranked[0];
  return best !== undefined && best[0] <= Math.max(2, name.length / 2) ? best[1] : undefined;
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length]!;
}
