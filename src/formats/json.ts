/**
 * @file JSON of unknown origin. What it would take to hold is found from its text, before anything is made of
 * it: a few million braces are a few megabytes of text and gigabytes of objects. Duplicate keys and deep
 * nesting are errors, as is anything that is not JSON.
 */
import { InputError } from './input-error.js';
import { printable } from './printable.js';

const DEPTH = 64;

/**
 * Bytes of memory that V8 takes for values of each kind, at the worst; a key costs what it does when it is
 * new.
 */
const COST = { value: 24, text: 40, container: 104, key: 220 } as const;

/** What the values of any text may cost, and what more for each of its characters. */
const MOST_COST = 32 * 2 ** 20;
const MOST_DENSITY = 5;

const [QUOTE, COMMA, COLON] = [0x22, 0x2c, 0x3a];
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_LIST, CLOSE_LIST] = [0x7b, 0x7d, 0x5b, 0x5d];

/** Parses JSON; `where` names the file in errors. */
export function parseJson(text: string, where: string): unknown {
  checkStructure(text, where);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InputError(`${where}: must be JSON, got ${printable((error as Error).message)}`);
  }
}

/**
 * Depth, cost and duplicate keys, of which `JSON.parse` keeps the last in silence. The text need not be JSON:
 * where it is seen not to be, the rest is left to `JSON.parse`, which goes no further than this.
 */
function checkStructure(text: string, where: string): void {
  const open: (Set<string> | null)[] = [];
  const known = new Set<string>();
  const most = MOST_COST + MOST_DENSITY * text.length;
  let [cost, start, end] = [0, 0, 0];
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case QUOTE:
        [start, end] = [at, endOfString(text, at)];
        at = end - 1;
        cost += COST.text;
        break;
      case OPEN_OBJECT:
      case OPEN_LIST:
        open.push(text[at] === '{' ? new Set() : null);
        if (open.length > DEPTH)
          throw new InputError(
            `${where}: nesting must be at most ${DEPTH} deep, got more at character ${at}`,
          );
        cost += COST.container;
        break;
      case CLOSE_OBJECT:
      case CLOSE_LIST:
        open.pop();
        break;
      case COMMA:
        cost += COST.value;
        break;
      case COLON: {
        const key = keyIn(text.slice(start, end));
        if (key === undefined) return;
        cost += known.has(key) ? -COST.text : COST.key; // the text of a key that is known is shared
        known.add(key);
        if (open.at(-1)?.has(key))
          throw new InputError(
            `${where}: keys must be distinct, got "${printable(key)}" twice at character ${start}`,
          );
        open.at(-1)?.add(key);
      }
    }
    if (cost > most)
      throw new InputError(
        `${where}: must hold fewer values for its ${text.length} characters, got too many by character ${at} - is it the right file?`,
      );
  }
}

/** A key without its quotes and escapes; undefined where there is none. */
function keyIn(quoted: string): string | undefined {
  try {
    return JSON.parse(quoted) as string;
  } catch {
    return undefined;
  }
}

/** Just past the closing quote of the string that opens at `start`, or past the end of the text. */
function endOfString(text: string, start: number): number {
  let quote = text.indexOf('"', start + 1);
  while (quote >= 0 && slashesBefore(text, quote) % 2 === 1) quote = text.indexOf('"', quote + 1);
  return quote < 0 ? text.length + 1 : quote + 1;
}

function slashesBefore(text: string, at: number): number {
  let count = 0;
  while (text[at - 1 - count] === '\\') count++;
  return count;
}

/** A JSON object, as against arrays and null. */
export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const SHOWN = 80;

/** A value as a short text for error messages, however large it is. */
export function show(value: unknown): string {
  // an entry of a list is a character at least
  const short = typeof value === 'string' || Array.isArray(value) ? value.slice(0, SHOWN + 1) : value;
  const whole =
    value === undefined
      ? 'nothing'
      : typeof value === 'number'
        ? String(value) // JSON has no infinity
        : (JSON.stringify(short) ?? String(value));
  const text = printable(whole.slice(0, SHOWN + 1));
  return text.length > SHOWN ? `${text.slice(0, SHOWN - 3)}...` : text;
}
