/** @file Comma-separated values as RFC 4180 has them, with a line feed at the end of each line. */

export type Cell = string | number | undefined;

/** Where a spreadsheet takes a text for a formula; the wide forms count in some languages. */
const FORMULA = /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r]./s;
const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$|^[+-]?Infinity$/i;

/**
 * Numbers with all their digits; what a reader would split or trim is quoted, and a text that a spreadsheet
 * would compute begins with an apostrophe, which spreadsheets do not show. Absent cells are empty.
 */
function cell(value: Cell): string {
  const given = value === undefined ? '' : String(value);
  const text = FORMULA.test(given) && !NUMBER.test(given) ? `'${given}` : given;
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export const csv = (rows: readonly (readonly Cell[])[]): string =>
  rows.map(row => `${row.map(cell).join(',')}\n`).join('');
