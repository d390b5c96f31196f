/** @file Colour on a terminal that wants it; NO_COLOR and pipes are honoured. */
import { PLAIN, type Style } from '../report/table.js';

const paint =
  (code: number) =>
  (text: string): string =>
    `\u001b[${code}m${text}\u001b[39m`;

export function styleOf(stream: NodeJS.WriteStream): Style {
  if (!stream.isTTY || process.env.NO_COLOR) return PLAIN;
  return { bad: paint(31), dim: paint(90) };
}
