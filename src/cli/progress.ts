/** @file One line of progress on stderr: rewritten in place on a terminal, left out elsewhere. */
import { printable } from '../formats/printable.js';

/** Back to the beginning of the line, which is emptied. */
export const ERASE = '\r\u001b[2K';

export interface Progress {
  show(text: string): void;
  clear(): void;
}

export function progressOn(stream: NodeJS.WriteStream = process.stderr): Progress {
  if (!stream.isTTY) return { show: () => {}, clear: () => {} };
  return {
    show: text => void stream.write(ERASE + printable(text).slice(0, (stream.columns || 80) - 1)),
    clear: () => void stream.write(ERASE),
  };
}
