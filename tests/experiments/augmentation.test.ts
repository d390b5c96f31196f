import * as assert from 'uvu/assert';
import { channelMoments, movesOf, normalisedBatch } from '../../experiments/ujvary-table3/augmentation.js';
import type { Images } from '../../src/formats/images.js';
import { suite } from '../harness.js';

const [ROWS, COLUMNS] = [6, 5];

/** Two images of two channels whose pixels say where they are. */
const images: Images = {
  name: 'positions',
  count: 2,
  shape: [ROWS, COLUMNS, 2],
  digest: '',
  label: index => index,
  fill(index, out, at) {
    for (let y = 0; y < ROWS; y++)
      for (let x = 0; x < COLUMNS; x++) {
        out[at + 2 * (y * COLUMNS + x)] = (y + 1) / 8;
        out[at + 2 * (y * COLUMNS + x) + 1] = (x + 1 + index) / 8;
      }
  },
};

const RAW = { mean: [0, 0], deviation: [1, 1] };

const test = suite('augmentation');

test('moves follow from seed and step, reach four pixels either way and flip about half of the images', () => {
  assert.equal(movesOf(1, 7, 5), movesOf(1, 7, 5));
  assert.not.equal(movesOf(1, 7, 5), movesOf(1, 8, 5));
  assert.not.equal(movesOf(1, 7, 5), movesOf(2, 7, 5));
  const many = Array.from({ length: 40 }, (_, step) => movesOf(3, step, 50)).flat();
  for (const shifts of [many.map(({ rows }) => rows), many.map(({ columns }) => columns)]) {
    assert.equal(
      [...new Set(shifts)].toSorted((a, b) => a - b),
      [-4, -3, -2, -1, 0, 1, 2, 3, 4],
    );
    const counts = new Map<number, number>();
    for (const shift of shifts) counts.set(shift, (counts.get(shift) ?? 0) + 1);
    // 2000/9 expected, standard deviation 14
    assert.ok([...counts.values()].every(count => Math.abs(count - 2000 / 9) < 70));
  }
  assert.ok(Math.abs(many.filter(({ flip }) => flip).length - 1000) < 110);
});

test('an image moved and flipped has its pixels where they belong, and black beyond its edges', () => {
  const moves = [{ rows: 2, columns: -1, flip: true }];
  const batch = normalisedBatch(images, [1], RAW, moves);
  for (let y = 0; y < ROWS; y++)
    for (let x = 0; x < COLUMNS; x++) {
      const [row, column] = [y + 2, COLUMNS - 1 - x - 1];
      const inside = row < ROWS && column >= 0;
      assert.is(batch[2 * (y * COLUMNS + x)], inside ? (row + 1) / 8 : 0, `${y}, ${x}`);
      assert.is(batch[2 * (y * COLUMNS + x) + 1], inside ? (column + 2) / 8 : 0, `${y}, ${x}`);
    }
});

test('normalised, the records have mean 0 and deviation 1 in each channel', () => {
  const batch = normalisedBatch(images, [0, 1], channelMoments(images));
  for (const channel of [0, 1]) {
    const values = [...batch].filter((_, i) => i % 2 === channel);
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length;
    assert.ok(Math.abs(mean) < 1e-6 && Math.abs(variance - 1) < 1e-5);
  }
});

test.run();
