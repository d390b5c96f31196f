import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { makeFolder, removeTemporaries, writeAtomic, writeJson } from '../../src/formats/atomic.js';
import { listFolder, readBytes, readText, sha256, sha256File } from '../../src/formats/files.js';
import { InputError, UnavailableError } from '../../src/formats/input-error.js';
import { suite } from '../harness.js';
import { errorOf, inFolder } from './temporary.js';

const test = suite('files');

test('an atomic write replaces the file and leaves nothing else', () =>
  inFolder(async folder => {
    const path = join(folder, 'a.json');
    writeJson('test', path, { a: 1 });
    writeAtomic('test', path, 'x', Uint8Array.of(121), 'z');
    assert.is(readFileSync(path, 'utf8'), 'xyz');
    assert.equal(readdirSync(folder), ['a.json']);
    assert.is(await sha256File('test', path), sha256('xy', 'z'));
  }));

test('a write that fails says why and leaves nothing', () =>
  inFolder(async folder => {
    mkdirSync(join(folder, 'taken'));
    const taken = await errorOf(() => writeAtomic('test', join(folder, 'taken'), 'x'));
    assert.instance(taken, UnavailableError);
    const missing = await errorOf(() => writeAtomic('test', join(folder, 'no', 'a'), 'x'));
    assert.match(missing.message, /^test: .*a does not exist - check the path$/);
    assert.equal(readdirSync(folder), ['taken']);
    writeFileSync(join(folder, 'file'), '');
    assert.instance(await errorOf(() => makeFolder('test', join(folder, 'file'))), UnavailableError);
    assert.instance(await errorOf(() => makeFolder('test', join(folder, 'file', 'b'))), UnavailableError);
    assert.instance(await errorOf(() => listFolder('test', join(folder, 'file'))), UnavailableError);
  }));

test('a read-only folder', () =>
  inFolder(async folder => {
    if (process.getuid?.() === 0) return; // root may write anywhere
    chmodSync(folder, 0o500);
    const error = await errorOf(() => writeAtomic('test', join(folder, 'a'), 'x'));
    chmodSync(folder, 0o700);
    assert.match(error.message, /permission denied/);
  }));

test('temporary files of killed writers are removed, others stay', () =>
  inFolder(folder => {
    for (const name of ['.a.json.12-0.tmp', 'b.tmp', '.c']) writeFileSync(join(folder, name), '');
    removeTemporaries(folder);
    assert.equal(readdirSync(folder), ['.c', 'b.tmp']);
  }));

test('reading: what is no file, too large or no text', () =>
  inFolder(async folder => {
    const path = join(folder, 'a');
    writeFileSync(path, Uint8Array.of(0xff, 0xfe, 0xfd));
    assert.is(readBytes('test', path, { atMost: 3, first: 2 }).length, 2);
    assert.instance(await errorOf(() => readBytes('test', folder, { atMost: 9 })), UnavailableError);
    const large = await errorOf(() => readBytes('test', path, { atMost: 2 }));
    assert.instance(large, InputError);
    assert.match(large.message, /must have at most 2 bytes, got 3/);
    assert.match((await errorOf(() => readText('test', path, 9))).message, /must be UTF-8 text/);
    const error = new TypeError('a bug');
    assert.is(await errorOf(() => Promise.reject(error)), error);
    assert.instance(await errorOf(() => sha256File('test', join(folder, 'no'))), UnavailableError);
  }));

test.run();
