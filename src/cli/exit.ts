/** @file Exit codes, and how an error becomes one. */
import { InputError, UnavailableError } from '../formats/input-error.js';
import { printable } from '../formats/printable.js';

export const EXIT = {
  fine: 0,
  failed: 1,
  usage: 2,
  inconclusive: 3,
  unavailable: 4,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Wrong arguments: said in one line, with the command's usage. */
export class UsageError extends Error {}

/** The exit code of a user's mistake, or null for a bug of ours (which deserves its stack trace). */
export function exitCodeOf(error: unknown): ExitCode | null {
  if (error instanceof UsageError || error instanceof InputError) return EXIT.usage;
  if (error instanceof UnavailableError) return EXIT.unavailable;
  return null;
}

/**
 * Says an error on stderr, in one line where it is the user's, and gives its exit code. A user's argument or file may
 * hold anything, and errors quote it.
 */
export function sayError(error: unknown): ExitCode {
  const code = exitCodeOf(error);
  console.error(code === null ? error : printable((error as Error).message));
  return code ?? EXIT.failed;
}
