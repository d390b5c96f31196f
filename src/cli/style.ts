/** @file Colour on a terminal that wants it; NO_COLOR and pipes are honoured. */
import { printable } from '../formats/printable.js';
import { PLAIN, type Style } from '../report/table.js';

const paint =
  (code: number) =>
  (text: string): string =>
    // line by line: `protectStreams` lets a painted line pass
    text
      .split('\n')
      .map(line => `\u001b[${code}m${printable(line, '\t')}\u001b[39m`)
      .join('\n');

export function styleOf(stream: NodeJS.WriteStream): Style {
  if (!stream.isTTY || process.env.NO_COLOR) return PLAIN;
  return { bad: paint(31), dim: paint(90) };
}
