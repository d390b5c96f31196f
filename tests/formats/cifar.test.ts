import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { openCifar } from '../../src/formats/cifar.js';
import { imageBatch } from '../../src/formats/images.js';
import { InputError, UnavailableError } from '../../src/formats/input-error.js';
import { suite } from '../harness.js';
import { cifarRecords } from './archives.js';
import { errorOf, inFolder } from './temporary.js';

const test = suite('CIFAR');

test('planes become interleaved channels in [0, 1], files follow each other', () =>
  inFolder(folder => {
    const all = cifarRecords(5);
    writeFileSync(join(folder, 'data_batch_2.bin'), all.subarray(3 * 3073));
    writeFileSync(join(folder, 'data_batch_1.bin'), all.subarray(0, 3 * 3073));
    const images = openCifar(folder);
    assert.is(images.count, 5);
    assert.equal(
      [0, 1, 2, 3, 4].map(i => images.label(i)),
      [0, 1, 2, 3, 4],
    );
    const batch = imageBatch(images, [4, 1]);
    assert.is(batch.length, 2 * 3072);
    for (const [row, record] of [4, 1].entries())
      for (const [y, x, c] of [
        [0, 0, 0],
        [3, 17, 1],
        [31, 31, 2],
      ] as const) {
        const value = ((7 * record + c * 1024 + y * 32 + x) % 256) / 255;
        assert.is(batch[row * 3072 + (y * 32 + x) * 3 + c], Math.fround(value));
      }
  }));

test('the folder of the archive, the test split, a limit and the digest', () =>
  inFolder(folder => {
    mkdirSync(join(folder, 'cifar-10-batches-bin'));
    writeFileSync(join(folder, 'cifar-10-batches-bin', 'test_batch.bin'), cifarRecords(4));
    const all = openCifar(folder, { split: 'test' });
    const some = openCifar(folder, { split: 'test', limit: 3 });
    assert.is(all.count, 4);
    assert.is(some.count, 3);
    assert.is.not(all.digest, some.digest);
    assert.is(all.digest, openCifar(folder, { split: 'test' }).digest);
    assert.throws(() => some.label(3), /index must be 0 to 2, got 3/);
  }));

test('CIFAR-100 has two labels; the fine one counts', () =>
  inFolder(async folder => {
    const bytes = new Uint8Array(2 * 3074);
    bytes.set([19, 99], 0);
    bytes.set([3, 7], 3074);
    writeFileSync(join(folder, 'train.bin'), bytes);
    const images = openCifar(folder, { kind: 'cifar100' });
    assert.equal([images.label(0), images.label(1)], [99, 7]);
    for (const [wrong, pattern] of [
      [bytes.with(3074, 20), /coarse label must be 0 to 19, got 20 in record 1 \(byte 3074\) of .*train.bin/],
      [bytes.with(3075, 100), /label must be 0 to 99, got 100 in record 1 \(byte 3075\) of .*train.bin/],
      [bytes.subarray(0, 3073), /train.bin must hold whole records of 3074 bytes, got 3073 bytes/],
    ] as const) {
      writeFileSync(join(folder, 'train.bin'), wrong);
      const error = await errorOf(() => openCifar(folder, { kind: 'cifar100' }));
      assert.instance(error, InputError);
      assert.match(error.message, pattern);
    }
  }));

test('sizes and labels are checked, with file, record and value', () =>
  inFolder(async folder => {
    const path = join(folder, 'data_batch_1.bin');
    for (const [bytes, pattern] of [
      [
        cifarRecords(3).subarray(0, 7000),
        /data_batch_1.bin must hold whole records of 3073 bytes, got 7000 bytes/,
      ],
      [new Uint8Array(3074), /got 3074 bytes \(1 records and 1 bytes\)/],
      [new Uint8Array(0), /got 0 bytes/],
      [
        new Uint8Array(10_001 * 3073),
        /must have at most 30730000 bytes, got 30733073 - is it the right file/,
      ],
      [
        cifarRecords(3).fill(10, 3073, 3074),
        /label must be 0 to 9, got 10 in record 1 \(byte 3073\) of .*data_batch_1/,
      ],
    ] as const) {
      writeFileSync(path, bytes);
      const error = await errorOf(() => openCifar(folder));
      assert.instance(error, InputError);
      assert.match(error.message, pattern);
    }
  }));

test('a folder or files that are missing', () =>
  inFolder(async folder => {
    const empty = await errorOf(() => openCifar(folder));
    assert.instance(empty, UnavailableError);
    assert.match(empty.message, /training files .*got none.*flatcheck data get cifar10/);
    const missing = await errorOf(() => openCifar(join(folder, 'nowhere')));
    assert.instance(missing, UnavailableError);
    assert.match(missing.message, /nowhere does not exist - check the path/);
    mkdirSync(join(folder, 'test_batch.bin'));
    assert.instance(await errorOf(() => openCifar(folder, { split: 'test' })), UnavailableError);
  }));

test.run();
