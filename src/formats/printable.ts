/** @file Text of unknown origin as errors quote it. */

/** Control characters as their escapes: an error stays one line and does nothing to the terminal. */
export const printable = (text: string): string =>
  text.replace(/\p{Cc}/gu, control => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`);
