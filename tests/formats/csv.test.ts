import * as assert from 'uvu/assert';
import { csv } from '../../src/formats/csv.js';
import { suite } from '../harness.js';

const test = suite('csv');

/** A reader of RFC 4180 of its own. */
function read(text: string): string[][] {
  const rows: string[][] = [[]];
  let cell = '';
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (quoted) {
      if (c === '"' && text[i + 1] === '"') cell += text[++i]!;
      else if (c === '"') quoted = false;
      else cell += c;
    } else if (c === '"') quoted = true;
    else if (c === ',' || c === '\n') {
      rows.at(-1)!.push(cell);
      cell = '';
      if (c === '\n') rows.push([]);
    } else cell += c;
  }
  return rows.slice(0, -1);
}

test('cells come back as they were: quotes, commas, line breaks, blanks at the ends', () => {
  const rows = [
    ['name', 'value'],
    ['a "quoted", one', 'two\nlines'],
    [' blank ', '\r'],
    ['', 'plain'],
  ];
  assert.equal(read(csv(rows)), rows);
});

test('numbers keep all their digits; an absent value is an empty cell', () => {
  assert.is(csv([[0.1 + 0.2, undefined, Number.NaN, 1e-300]]), '0.30000000000000004,,NaN,1e-300\n');
});

test('a text that a spreadsheet would compute begins with an apostrophe; numbers stay numbers, written as text too', () => {
  for (const text of [
    '=1+1',
    '+1+1',
    '-2+3',
    '@SUM(A1)',
    '\t=1',
    '\r=1',
    ' =1',
    '\uff1d1',
    '-x',
    '\tx',
    '=HYPERLINK("a")',
  ])
    assert.equal(read(csv([[text]])), [[`'${text}`]]);
  for (const value of [
    -0.5,
    -1e-300,
    Number.NEGATIVE_INFINITY,
    0.1,
    '-0.5',
    '+3',
    '-1e-7',
    '-.5',
    'a=b',
    'x-1',
  ])
    assert.is(csv([[value]]), `${value}\n`);
});

test.run();
