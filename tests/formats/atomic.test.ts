import {
  chmodSync,
  closeSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import {
  makeFolder,
  openForWriting,
  removeTemporaries,
  writeAll,
  writeAtomic,
  writeJson,
  writeJsonOnce,
} from '../../src/formats/atomic.js';
import { listFolder, readBytes, readText, sha256, sha256File } from '../../src/formats/files.js';
import { InputError, UnavailableError } from '../../src/formats/input-error.js';
import { lockFolder } from '../../src/formats/lock.js';
import { suite } from '../harness.js';
import { failure, isPermitted, makePipe } from './special.js';
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

test('a file of our own is written to only where it is one: no link is followed, nothing waits for a pipe', () =>
  inFolder(async folder => {
    const at = (name: string): string => join(folder, name);
    writeFileSync(at('victim'), 'precious');
    symlinkSync('victim', at('link'));
    symlinkSync('nowhere', at('dangling'));
    symlinkSync('circle', at('circle'));
    linkSync(at('victim'), at('second'));
    mkdirSync(at('folder'));
    makePipe(at('pipe'));
    for (const [name, got] of [
      ['link', /a symbolic link/],
      ['dangling', /a symbolic link/],
      ['circle', /a symbolic link/],
      ['second', /2 names/],
      ['folder', /a folder/],
      ['pipe', /a named pipe/],
    ] as const) {
      const error = await errorOf(() => openForWriting('test', at(name)));
      assert.instance(error, InputError, name);
      assert.match(error.message, got);
    }
    assert.instance(await errorOf(() => openForWriting('test', '/dev/null')), InputError);
    assert.is(readFileSync(at('victim'), 'utf8'), 'precious');
    assert.not(existsSync(at('nowhere')));
    closeSync(openForWriting('test', at('new')));
    assert.is(readFileSync(at('new'), 'utf8'), '');
  }));

test('a link that leads nowhere is no place for a folder', () =>
  inFolder(async folder => {
    symlinkSync('nowhere', join(folder, 'dangling'));
    symlinkSync('circle', join(folder, 'circle'));
    for (const name of ['dangling', 'circle', 'dangling/below'])
      assert.instance(await errorOf(() => makeFolder('test', join(folder, name))), UnavailableError);
    symlinkSync('.', join(folder, 'here'));
    makeFolder('test', join(folder, 'here', 'below'));
  }));

/** Runs the body in a small file system of its own, where that is permitted. */
const inSmall = (body: (folder: string) => Promise<void>): Promise<void> =>
  inFolder(async folder => {
    if (!isPermitted(failure('mount', '-t', 'tmpfs', '-o', 'size=64k', 'none', folder))) return;
    try {
      await body(folder);
    } finally {
      failure('umount', '-l', folder);
    }
  });

test('a full disk, and one that becomes read-only: the reason, not what could not be cleaned up', () =>
  inSmall(async folder => {
    const path = join(folder, 'a.json');
    writeJson('test', path, 1);
    const release = await lockFolder('test', folder);
    const full = await errorOf(() => writeAtomic('test', path, new Uint8Array(1 << 20)));
    assert.instance(full, UnavailableError);
    assert.match(full.message, /the disk is full/);
    assert.is(readFileSync(path, 'utf8'), '1\n');
    const fd = openForWriting('test', join(folder, 'log'));
    assert.throws(() => {
      for (let i = 0; i < 100; i++) writeAll(fd, Buffer.alloc(1000));
    }, /ENOSPC/);
    closeSync(fd);
    assert.is(failure('mount', '-o', 'remount,ro', folder), undefined);
    release.check();
    for (const write of [
      () => writeJson('test', path, 2),
      () => writeJsonOnce('test', join(folder, 'b.json'), 2),
      () => makeFolder('test', join(folder, 'below')),
      () => openForWriting('test', path),
    ]) {
      const error = await errorOf(write);
      assert.instance(error, UnavailableError);
      assert.match(error.message, /read-only file system/);
    }
    release();
  }));

test.run();
