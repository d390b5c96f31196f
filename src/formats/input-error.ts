/** @file The two ways in which what a user gave us can be wrong; everything else thrown is a bug of ours. */

/** A file or a configuration whose contents break a rule. */
export class InputError extends Error {
  override readonly name = 'InputError';
}

/** Something needed that is missing, or that cannot be read or written. */
export class UnavailableError extends Error {
  override readonly name = 'UnavailableError';
}
