import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import * as assert from 'uvu/assert';
import { InputError, UnavailableError } from '../../src/formats/input-error.js';
import { unpackTarGz } from '../../src/formats/tar.js';
import { suite } from '../harness.js';
import { type TarEntry, tar, tarGz } from './archives.js';
import { errorOf, inFolder } from './temporary.js';

const test = suite('tar');
const limits = { bytes: 1 << 20, entries: 10 };
const data = Uint8Array.from({ length: 1000 }, (_, i) => i % 251);

async function unpacking(
  archive: Uint8Array,
  check: (folder: string, run: () => Promise<string[]>) => Promise<void>,
) {
  await inFolder(async folder => {
    writeFileSync(join(folder, 'a.tar.gz'), archive);
    mkdirSync(join(folder, 'out'));
    await check(folder, () => unpackTarGz(join(folder, 'a.tar.gz'), join(folder, 'out'), limits));
  });
}

test('files, folders, prefixes and comments', () =>
  unpacking(
    tarGz([
      { name: 'set/', type: '5' },
      { name: 'pax', type: 'g', data: data.subarray(0, 20) },
      { name: './set/one.bin', data },
      { name: 'two.bin', prefix: 'set/deep', data: data.subarray(0, 512) },
      { name: 'set/empty' },
    ]),
    async (folder, run) => {
      assert.equal(await run(), ['set/one.bin', 'set/deep/two.bin', 'set/empty']);
      assert.equal(new Uint8Array(readFileSync(join(folder, 'out/set/one.bin'))), data);
      assert.is(readFileSync(join(folder, 'out/set/deep/two.bin')).length, 512);
    },
  ));

const HOSTILE: readonly (readonly [string, readonly TarEntry[], RegExp])[] = [
  ['parent', [{ name: '../evil', data }], /paths must be relative and of plain names, got "..\/evil"/],
  ['absolute', [{ name: '/etc/evil', data }], /paths must be relative/],
  ['backslash', [{ name: 'a\\..\\evil', data }], /paths must be relative/],
  ['drive', [{ name: 'C:evil', data }], /paths must be relative/],
  ['empty', [{ name: './', data }], /paths must be relative/],
  ['parent in the prefix', [{ name: 'evil', prefix: 'a/..', data }], /paths must be relative/],
  ['link', [{ name: 'a', type: '2' }], /plain files or folders, got type '2' for 'a'/],
  ['hard link', [{ name: 'a', type: '1' }], /plain files or folders/],
  ['twice', [{ name: 'a' }, { name: './a' }], /names must be distinct, got 'a' twice/],
  ['file as folder', [{ name: 'a' }, { name: 'a/b' }], /must not clash/],
  ['folder over file', [{ name: 'a' }, { name: 'a//', type: '5' }], /twice/],
  ['too many', Array.from({ length: 11 }, (_, i) => ({ name: `n${i}` })), /at most 10 entries/],
  ['too large', [{ name: 'a', data: new Uint8Array(1 << 20) }], /unpack to at most 1048576 bytes/],
];

for (const [name, entries, pattern] of HOSTILE)
  test(`refuses: ${name}`, () =>
    unpacking(tarGz(entries), async (folder, run) => {
      const error = await errorOf(run);
      assert.instance(error, InputError);
      assert.match(error.message, pattern);
      assert.not(existsSync(join(folder, 'evil')));
    }));

test('damage: checksum, octal digits, a missing end, gzip', async () => {
  const whole = tar([{ name: 'a', data }]);
  const changed = (at: number, value: number): Buffer => {
    const copy = Buffer.from(whole);
    copy[at] = value;
    return gzipSync(copy);
  };
  for (const [archive, pattern] of [
    [changed(0, 98), /header at byte 0 must have checksum/],
    [changed(150, 57), /checksum at byte 148 must be octal digits/],
    [gzipSync(whole.subarray(0, 700)), /must end with an empty block, got its end at unpacked byte 700/],
    [gzipSync(whole).subarray(0, 40), /must be whole gzip data, got unexpected end of file/],
    [whole, /must be whole gzip data, got incorrect header check/],
  ] as const)
    await unpacking(archive, async (_, run) => {
      const error = await errorOf(run);
      assert.instance(error, InputError);
      assert.match(error.message, pattern);
    });
});

test('an archive that is missing', () =>
  inFolder(async folder => {
    const error = await errorOf(() => unpackTarGz(join(folder, 'no.tar.gz'), folder, limits));
    assert.instance(error, UnavailableError);
    assert.match(error.message, /no.tar.gz does not exist/);
  }));

test.run();
