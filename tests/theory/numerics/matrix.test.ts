import * as assert from 'uvu/assert';
import { sum, zeros } from '../../../src/theory/numerics/matrix.js';
import { suite } from '../../harness.js';

const test = suite('theory/numerics/matrix');

test('sums from the first entry on, and of nothing too', () => {
  assert.is(sum([]), 0);
  // the order matters to the last digit
  assert.is(sum([1, 2 ** -53, 2 ** -53]), 1);
  assert.is(sum([2 ** -53, 2 ** -53, 1]), 1 + 2 ** -52);
});

test('as many zeros as asked for', () => {
  assert.equal(zeros(3), [0, 0, 0]);
  assert.equal(zeros(0), []);
});

test.run();
