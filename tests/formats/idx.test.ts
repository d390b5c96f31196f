import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import * as assert from 'uvu/assert';
import { openMnist, parseIdx, readIdx } from '../../src/formats/idx.js';
import { imageBatch } from '../../src/formats/images.js';
import { InputError, UnavailableError } from '../../src/formats/input-error.js';
import { suite } from '../harness.js';
import { idx } from './archives.js';
import { errorOf, inFolder } from './temporary.js';

const test = suite('IDX');
const pixels = Uint8Array.from({ length: 24 }, (_, i) => 10 * i);

test('images and labels, gzipped or not', () =>
  inFolder(folder => {
    writeFileSync(join(folder, 't10k-images-idx3-ubyte.gz'), gzipSync(idx([4, 2, 3], pixels)));
    writeFileSync(join(folder, 't10k-labels-idx1-ubyte'), idx([4], Uint8Array.of(3, 1, 4, 1)));
    const images = openMnist(folder, 'test', 3);
    assert.equal(images.shape, [2, 3, 1]);
    assert.is(images.count, 3);
    assert.is(images.label(2), 4);
    assert.equal(
      [...imageBatch(images, [1])],
      [60, 70, 80, 90, 100, 110].map(v => Math.fround(v / 255)),
    );
  }));

test('contents that break a rule', async () => {
  for (const [bytes, pattern] of [
    [new Uint8Array(3), /at least 4 bytes, got 3/],
    [Uint8Array.of(0, 0, 13, 1, 0, 0, 0, 0), /must begin with bytes 0 0 8 \(unsigned bytes\), got 0 0 13/],
    [Uint8Array.of(0, 0, 8, 0), /rank at byte 3 must be 1 to 4, sizes following, got 0/],
    [Uint8Array.of(0, 0, 8, 2, 0, 0, 0, 1), /rank at byte 3/],
    [idx([4_000_000_000, 4_000_000_000, 2], pixels), /must have 32000000000000000000 bytes, got 24/],
  ] as const) {
    const error = await errorOf(() => parseIdx(bytes, 'made-up'));
    assert.instance(error, InputError);
    assert.match(error.message, pattern);
  }
});

test('a file of MNIST, plain or gzipped, that is cut off, longer, of another kind or of another count: one error that names it', () =>
  inFolder(async folder => {
    const whole = idx([4, 2, 3], pixels);
    const labels = idx([4], Uint8Array.of(3, 1, 4, 1));
    for (const [file, bytes, pattern] of [
      ['images-idx3', whole.subarray(0, 39), /must have 24 bytes, got 23/],
      ['images-idx3', Uint8Array.of(...whole, 0), /must have 24 bytes, got 25/],
      ['images-idx3', whole.subarray(0, 10), /rank at byte 3/],
      ['images-idx3', labels, /images \[N,H,W\] and labels \[N\] must match/],
      ['images-idx3', whole.with(2, 9), /must begin with bytes 0 0 8/],
      ['labels-idx1', idx([5], new Uint8Array(5)), /must match, got \[4,2,3\] and \[5\]/],
      ['labels-idx1', labels.subarray(0, 11), /must have 4 bytes, got 3/],
      ['labels-idx1', whole, /must match/],
      ['labels-idx1', idx([4], Uint8Array.of(3, 1, 4, 10)), /labels must be 0 to 9, got 10 in record 3/],
      ['images-idx3', idx([4, 0, 0], new Uint8Array()), /sides of 1 to 4096 pixels, got 0 x 0/],
      ['images-idx3', idx([4, 5000, 1], new Uint8Array(20_000)), /got 5000 x 1/],
      ['images-idx3', idx([0, 2, 3], new Uint8Array()), /must match/],
    ] as const)
      for (const gzipped of [false, true]) {
        const write = (name: string, content: Uint8Array): void => {
          const path = join(folder, `train-${name}-ubyte`);
          rmSync(gzipped ? path : `${path}.gz`, { force: true });
          writeFileSync(gzipped ? `${path}.gz` : path, gzipped ? gzipSync(content) : content);
        };
        write('images-idx3', whole);
        write('labels-idx1', labels);
        assert.is(openMnist(folder, 'train').count, 4);
        write(file, bytes);
        const error = await errorOf(() => openMnist(folder, 'train'));
        assert.instance(error, InputError);
        assert.match(error.message, pattern);
        assert.ok(error.message.includes(folder), error.message);
        assert.not.match(error.message, /\n/);
      }
  }));

test('missing files, damaged gzip, labels that do not match', () =>
  inFolder(async folder => {
    assert.instance(await errorOf(() => openMnist(folder, 'train')), UnavailableError);
    const path = join(folder, 'train-images-idx3-ubyte.gz');
    writeFileSync(path, gzipSync(idx([4, 2, 3], pixels)).subarray(0, 30));
    assert.match((await errorOf(() => readIdx(path))).message, /must be gzip .* unexpected end of file/);
    writeFileSync(path, gzipSync(idx([4, 2, 3], pixels)));
    writeFileSync(join(folder, 'train-labels-idx1-ubyte'), idx([3], Uint8Array.of(3, 1, 4)));
    const error = await errorOf(() => openMnist(folder, 'train'));
    assert.match(error.message, /images \[N,H,W\] and labels \[N\] must match, got \[4,2,3\] and \[3\]/);
  }));

test.run();
