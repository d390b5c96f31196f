/** @file Text of unknown origin where people read it: errors, tables, logs. */

/** C0 and C1 controls, what turns the direction of writing, and the line ends that only Unicode knows. */
const UNSEEN = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/**
 * Control characters as their escapes, but for those in `keep`: a text stays one line, does nothing to a
 * terminal and reads in the order in which it is written. Inside a string of JSON the escapes mean the same
 * characters.
 */
export const printable = (text: string, keep = ''): string =>
  text.replace(UNSEEN, control =>
    keep.includes(control) ? control : `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/**
 * Lines that no CI takes for commands: GitHub's begin with `::` or hold `##[`, those of others `##name[`. The
 * first character becomes its escape.
 */
export const withoutCommands = (text: string): string =>
  text.replace(/^([^\S\n]*):(?=:)/gm, '$1\\u003a').replace(/#(?=#\w*\[)/g, '\\u0023');
