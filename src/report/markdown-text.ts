/** @file Text of unknown origin inside Markdown. */
import { printable, withoutCommands } from '../formats/printable.js';

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

const oneLine = (text: string): string => withoutCommands(printable(text.replace(/\s*[\n\r]+\s*/g, ' ')));

/** GitHub makes links of bare addresses, unless a backslash stands in their way. */
const unlinked = (text: string): string =>
  text.replace(/:(?=\/\/)|(?<=\bwww)\.|(?<=\b(?:mailto|xmpp)):/gi, '\\$&');

/**
 * Text as one line that reads as it is, in a cell of a table too: no HTML, emphasis, code, formula, link or
 * image, and no address that becomes a link.
 */
export const inlineMarkdown = (text: string): string =>
  unlinked(
    oneLine(text)
      .replace(/[&<>]/g, character => ENTITIES[character]!)
      .replace(/[\\|*_`[\]!~#$]/g, '\\$&'),
  );

/**
 * Markdown by the author of a claim, as one line: without HTML, links and images, which claims have no use
 * for.
 */
export const proseMarkdown = (text: string): string =>
  unlinked(oneLine(text))
    .replace(/<(?=[a-z/!?])/gi, '&lt;')
    .replace(/\](?=\s?[([])/g, '&#93;')
    .replace(/^\[/, '&#91;');

/** Text as code within a line. */
export function codeMarkdown(text: string): string {
  const line = oneLine(text);
  const ticks = '`'.repeat(1 + longestRun(line));
  const space = /^`|`$|^ .* $/.test(line) ? ' ' : '';
  return `${ticks}${space}${line}${space}${ticks}`;
}

const longestRun = (text: string): number =>
  Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));

/** A block that shows a text as it is: its fence is longer than any run of backticks inside. */
export function fenced(text: string, kind = ''): string {
  const fence = '`'.repeat(1 + Math.max(2, longestRun(text)));
  return `${fence}${kind}\n${withoutCommands(text)}\n${fence}`;
}
