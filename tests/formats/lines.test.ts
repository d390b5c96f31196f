import { closeSync, ftruncateSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { InputError, UnavailableError } from '../../src/formats/input-error.js';
import { type Line, type LinesOptions, linesOf } from '../../src/formats/lines.js';
import { suite } from '../harness.js';
import { errorOf, inFolder } from './temporary.js';

const test = suite('lines');

const read = (path: string, options?: LinesOptions): Line[] => [...linesOf('test', path, options)];

test('the same lines whatever is read at once, with where they begin', () =>
  inFolder(folder => {
    const path = join(folder, 'a');
    const texts = ['', 'a', '\u00e4\u20ac\u{1f600}', 'x'.repeat(20), ''];
    writeFileSync(path, texts.map(text => `${text}\n`).join(''));
    let begin = 0;
    const expected = texts.map((text, i) => {
      const end = begin + Buffer.byteLength(text) + 1;
      const line = { text, number: i + 1, begin, end };
      begin = end;
      return line;
    });
    for (const chunk of [1, 2, 3, 7, 1000]) assert.equal(read(path, { chunk }), expected);
    assert.equal(read(path, { bytes: 3, chunk: 2 }), expected.slice(0, 2));
  }));

test('what is no line is named by its number and byte', () =>
  inFolder(async folder => {
    const path = join(folder, 'a');
    for (const [content, pattern] of [
      [Buffer.from('ok\nno end'), /a:2 \(byte 3\) must end in a newline/],
      [Buffer.from([0x61, 10, 0xff, 0xfe, 10]), /a:2 \(byte 2\) must be UTF-8 text/],
      [Buffer.from(`a\n${'x'.repeat(100)}\n`), /a:2 \(byte 2\) must be a line of at most 50 bytes/],
    ] as const) {
      writeFileSync(path, content);
      const error = await errorOf(() => read(path, { longest: 50, chunk: 10 }));
      assert.instance(error, InputError);
      assert.match(error.message, pattern);
    }
    assert.instance(await errorOf(() => read(folder)), UnavailableError);
    assert.instance(await errorOf(() => read(join(folder, 'none'))), UnavailableError);
  }));

test('a file without a single newline is refused before it is in memory', () =>
  inFolder(async folder => {
    const path = join(folder, 'a');
    const fd = openSync(path, 'w');
    ftruncateSync(fd, 2 ** 33); // sparse: 8 GiB of zeros
    closeSync(fd);
    assert.match((await errorOf(() => read(path))).message, /must be a line of at most/);
  }));

test.run();
