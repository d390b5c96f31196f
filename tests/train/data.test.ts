import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import * as assert from 'uvu/assert';
import { sha256 } from '../../src/formats/files.js';
import { imageBatch } from '../../src/formats/images.js';
import { InputError, UnavailableError } from '../../src/formats/input-error.js';
import { openData, openImages } from '../../src/train/data.js';
import { generatedImages } from '../../src/train/generated.js';
import { cifarRecords, idx } from '../formats/archives.js';
import { errorOf, inFolder } from '../formats/temporary.js';
import { suite } from '../harness.js';
import { tiny } from './tiny.js';

const test = suite('training data');
/** SHA-256 of the bytes of three images of seed 5. */
const KNOWN = '4cd66b13bfcedf93f2967b9a9da4fe8da12996b0820378fffaf8dbdb32187ecf';

test('generated images are smooth, in [0, 1], and the same on every machine', () => {
  const images = generatedImages(3, 16, 5);
  const batch = imageBatch(images, [0, 1, 2]);
  assert.ok(batch.every(value => value >= 0 && value <= 1));
  const bytes = Uint8Array.from(batch, value => Math.round(255 * value));
  assert.is(sha256(bytes), KNOWN);
  assert.equal(imageBatch(images, [2]), batch.slice(2 * 16 * 16 * 3));
  assert.is.not(images.digest, generatedImages(3, 16, 6).digest);
  assert.match(images.name, /GENERATED/);
});

/** Which images a batch holds, by their first pixels. */
function indicesIn(batch: Float32Array, all: Float32Array, size: number): number[] {
  const key = (values: Float32Array, i: number): string => values.slice(i * size, (i + 1) * size).join();
  const known = new Map(Array.from({ length: all.length / size }, (_, i) => [key(all, i), i]));
  return Array.from({ length: batch.length / size }, (_, i) => known.get(key(batch, i))!);
}

test('each epoch is another order of the same records, whole batches only, validation apart', () => {
  const config = tiny();
  const data = openData(config);
  assert.equal(data.counts, { training: 120, validation: 30 });
  assert.is(data.stepsPerEpoch, 7);
  const all = imageBatch(
    data.images,
    Array.from({ length: 150 }, (_, i) => i),
  );
  const epoch = (e: number): number[] =>
    Array.from({ length: 7 }, (_, s) => indicesIn(data.training(7 * e + s), all, 192)).flat();
  const held = new Set(indicesIn(data.validation(0, 30), all, 192));
  assert.is(held.size, 30);
  const [first, second] = [epoch(0), epoch(1)];
  assert.is(new Set(first).size, 112);
  assert.not.equal(first, second);
  assert.ok([...first, ...second].every(index => !held.has(index)));
  assert.equal(epoch(0), first, 'going back gives the same batches');
  assert.equal(openData(config).training(10), data.training(10));
  assert.not.equal(openData(tiny({ seed: 8 })).training(10), data.training(10));
});

test('validation: a limit, or none at all', () => {
  assert.is(openData(tiny({ validation: { fraction: 0.2, limit: 5 } })).counts.validation, 5);
  assert.equal(openData(tiny({ validation: { fraction: 0 } })).counts, { training: 150, validation: 0 });
});

test('a batch larger than the data, and data that nobody said where to find', async () => {
  const large = await errorOf(() => openData(tiny({ batchSize: 121 })));
  assert.instance(large, InputError);
  assert.match(large.message, /batchSize must be at most the 120 records trained on, got 121/);
  const nowhere = await errorOf(() => openData(tiny({ data: { kind: 'cifar10' } })));
  assert.instance(nowhere, UnavailableError);
  assert.match(nowhere.message, /flatcheck data get cifar10, or use data of kind "generated"/);
});

test('files: CIFAR-10 and MNIST, the folder given by the configuration or by the caller', () =>
  inFolder(folder => {
    writeFileSync(join(folder, 'data_batch_1.bin'), cifarRecords(4));
    assert.is(openImages({ kind: 'cifar10', folder, limit: 3 }, 0, '/nowhere').count, 3);
    assert.is(openImages({ kind: 'cifar10' }, 0, folder).count, 4);
    writeFileSync(join(folder, 'train-images-idx3-ubyte.gz'), gzipSync(idx([2, 4, 4], new Uint8Array(32))));
    writeFileSync(join(folder, 'train-labels-idx1-ubyte'), idx([2], new Uint8Array(2)));
    assert.equal(openImages({ kind: 'mnist', folder }, 0).shape, [4, 4, 1]);
  }));

test.run();
