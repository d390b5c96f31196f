import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { readCifarFile } from '../../src/formats/cifar.js';
import { parseIdx, readIdx } from '../../src/formats/idx.js';
import { parseJson } from '../../src/formats/json.js';
import { encodeSafetensors, parseSafetensors } from '../../src/formats/safetensors.js';
import { unpackTarGz } from '../../src/formats/tar.js';
import { suite } from '../harness.js';
import { cifarRecords, idx, tar, tarGz } from './archives.js';
import { fuzz } from './fuzz.js';
import { inFolder } from './temporary.js';

const test = suite('fuzz');

const tensors = Buffer.concat(
  encodeSafetensors({
    metadata: new Map([['flatcheck', '{"version":1}']]),
    tensors: new Map([
      ['a', { dtype: 'F64', shape: [3, 4], data: new Float64Array(12) }],
      ['b', { dtype: 'F32', shape: [2], data: new Float32Array(2) }],
    ]),
  }),
);

test('safetensors', () => fuzz('safetensors', tensors, bytes => parseSafetensors(bytes, 'fuzz')));

test('JSON', () =>
  fuzz('json', Buffer.from('{"a":[1,2,{"b":"c\\n"}],"d":{"e":null}}'), bytes =>
    parseJson(Buffer.from(bytes).toString('latin1'), 'fuzz'),
  ));

test('IDX', () => fuzz('idx', idx([3, 4, 5], new Uint8Array(60)), bytes => parseIdx(bytes, 'fuzz')));

test('IDX, gzipped', () =>
  inFolder(folder => {
    const path = join(folder, 'a.gz');
    return fuzz('idx.gz', gzipSync(idx([3, 4, 5], new Uint8Array(60))), bytes => {
      writeFileSync(path, bytes);
      readIdx(path);
    });
  }));

test('CIFAR', () =>
  inFolder(folder => {
    const path = join(folder, 'a.bin');
    return fuzz('cifar', cifarRecords(2), bytes => {
      writeFileSync(path, bytes);
      readCifarFile(path, 'cifar10', 'train');
    });
  }));

for (const [name, pack] of [
  ['tar', (bytes: Uint8Array): Uint8Array => gzipSync(bytes)],
  ['tar.gz', (bytes: Uint8Array): Uint8Array => bytes],
] as const)
  test(name, () =>
    inFolder(folder => {
      const entries = [
        { name: 'a/one', data: new Uint8Array(700) },
        { name: 'a/b/', type: '5' },
        { name: 'two' },
      ];
      const out = join(folder, 'out');
      return fuzz(name, name === 'tar' ? tar(entries) : tarGz(entries), async bytes => {
        writeFileSync(join(folder, 'a.tar.gz'), pack(bytes));
        rmSync(out, { recursive: true, force: true });
        mkdirSync(out);
        await unpackTarGz(join(folder, 'a.tar.gz'), out, { bytes: 1 << 20, entries: 20 });
      });
    }),
  );

test.run();
