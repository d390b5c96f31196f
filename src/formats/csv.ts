/** @file Comma-separated values as RFC 4180 has them, with a line feed at the end of each line. */

export type Cell = string | number | undefined;

/** Numbers with all their digits; what a reader would split or trim is quoted. Absent cells are empty. */
function cell(value: Cell): string {
  const text = value === undefined ? '' : String(value);
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export const csv = (rows: readonly (readonly Cell[])[]): string =>
  rows.map(row => `${row.map(cell).join(',')}\n`).join('');
