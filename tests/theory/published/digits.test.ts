/** @file The sample of real images: complete, in its range, and distinct digits. */
import * as assert from 'uvu/assert';
import { mean } from '../../../src/claims/statistics.js';
import { DIGIT_PIXELS, digits } from '../../../src/theory/published/digits.js';
import { suite } from '../../harness.js';

const test = suite('theory/published/digits');

test('384 different images of 8x8 pixels from 0 to 4', () => {
  const rows = digits();
  assert.is(rows.length, 384 * DIGIT_PIXELS);
  assert.is(Math.min(...rows), 0);
  assert.ok(Math.max(...rows) === 4);
  const images = Array.from({ length: 384 }, (_, i) =>
    rows.slice(i * DIGIT_PIXELS, (i + 1) * DIGIT_PIXELS).join(),
  );
  assert.is(new Set(images).size, 384);
  // 0.305 of the pixels of the bitmaps are on, times 4
  assert.ok(Math.abs(mean([...rows]) - 1.22025) < 1e-3);
});

test.run();
