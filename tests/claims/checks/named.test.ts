import * as assert from 'uvu/assert';
import { agree, apart, below } from '../../../src/claims/checks/named.js';
import { suite } from '../../harness.js';

const test = suite('claims/checks/named');

test('equalities by name, each with its own scale or that of the table', () => {
  assert.equal(agree({ value: [1, 2], gradient: [[1], [3], 5] }, 4), [
    { what: 'value', actual: 1, expected: 2, scale: 4 },
    { what: 'gradient', actual: [1], expected: [3], scale: 5 },
  ]);
  assert.equal(agree({ value: [1, 2] }), [{ what: 'value', actual: 1, expected: 2 }]);
});

test('inequalities by name, a scale of 0 among them', () => {
  assert.equal(below({ least: [1, 2, 0], 'the same': apart(3, 5, 7) }, 4), [
    { what: 'least', lower: 1, upper: 2, scale: 0 },
    { what: 'the same', lower: 2, upper: 0, scale: 7 },
  ]);
});

test.run();
