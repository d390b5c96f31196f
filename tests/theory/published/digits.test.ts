/** @file The sample of real images: complete, in its range, and distinct digits. */
import * as assert from 'uvu/assert';
import { mean } from '../../../src/claims/statistics.js';
import { DIGIT_PIXELS, digits } from '../../../src/theory/published/digits.js';
import { suite } from '../../harness.js';

const test = suite('theory/published/digits');

test('384 different images of 8x8 pixels from 0 to 3', () => {
  const rows = digits();
  assert.is(rows.length, 384 * DIGIT_PIXELS);
  assert.is(Math.min(...rows), 0);
  assert.ok(Math.max(...rows) > 2.5 && Math.max(...rows) <= 3);
  const images = Array.from({ length: 384 }, (_, i) =>
    rows.slice(i * DIGIT_PIXELS, (i + 1) * DIGIT_PIXELS).join(),
  );
  assert.is(new Set(images).size, 384);
  // of the 24x24 pixels of the originals, times 3
  assert.ok(Math.abs(mean([...rows]) - 0.4859) < 1e-3);
});

test.run();
