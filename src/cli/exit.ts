/** @file Exit codes, and how an error becomes one. */
import { inspect } from 'node:util';
import { InputError, UnavailableError } from '../formats/input-error.js';
import { printable } from '../formats/printable.js';
import { withoutSecrets } from '../formats/url.js';

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

/** The exit code of a command of several parts: a failure wins, then whatever else went wrong first. */
export const combined = (code: ExitCode, ...others: readonly ExitCode[]): ExitCode =>
  [code, ...others].includes(EXIT.failed) ? EXIT.failed : (others.find(other => other !== EXIT.fine) ?? code);

/** Does one part of a command; an error is said, and leaves the other parts to be done. */
export async function attempt(body: () => unknown): Promise<ExitCode> {
  try {
    await body();
    return EXIT.fine;
  } catch (error) {
    return sayError(error);
  }
}

/**
 * Says an error on stderr, in one line where it is the user's, and gives its exit code. A user's argument or
 * file may hold anything, and errors quote it.
 */
export function sayError(error: unknown): ExitCode {
  const code = exitCodeOf(error);
  console.error(withoutSecrets(code === null ? inspect(error) : printable((error as Error).message)));
  return code ?? EXIT.failed;
}
