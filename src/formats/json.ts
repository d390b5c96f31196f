/** @file JSON of unknown origin: duplicate keys and deep nesting are errors, as is anything that is not JSON. */
import { InputError } from './input-error.js';
import { printable } from './printable.js';

const DEPTH = 64;

/** Parses JSON; `where` names the file in errors. */
export function parseJson(text: string, where: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new InputError(`${where}: must be JSON, got ${printable((error as Error).message)}`);
  }
  checkStructure(text, where);
  return value;
}

/** `JSON.parse` keeps the last of two equal keys in silence. Called on valid JSON only. */
function checkStructure(text: string, where: string): void {
  const open: (Set<string> | null)[] = [];
  let string: readonly [number, number] = [0, 0];
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '"') {
      string = [at, endOfString(text, at)];
      at = string[1] - 1;
    } else if (char === '{' || char === '[') {
      open.push(char === '{' ? new Set() : null);
      if (open.length > DEPTH)
        throw new InputError(`${where}: nesting must be at most ${DEPTH} deep, got more at character ${at}`);
    } else if (char === '}' || char === ']') open.pop();
    else if (char === ':') {
      const key = JSON.parse(text.slice(...string)) as string;
      if (open.at(-1)?.has(key))
        throw new InputError(
          `${where}: keys must be distinct, got "${printable(key)}" twice at character ${string[0]}`,
        );
      open.at(-1)?.add(key);
    }
  }
}

/** Just past the closing quote of the string that opens at `start`. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

/** A JSON object, as against arrays and null. */
export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A value as a short text for error messages. */
export function show(value: unknown): string {
  const text =
    value === undefined
      ? 'nothing'
      : typeof value === 'number'
        ? String(value) // JSON has no infinity
        : printable(JSON.stringify(value) ?? String(value));
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
