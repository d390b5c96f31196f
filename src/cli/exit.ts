/** @file Exit codes, and how an error becomes one. */
import { InputError, UnavailableError } from '../formats/input-error.js';

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
