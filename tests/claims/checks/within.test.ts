import * as assert from 'uvu/assert';
import { only } from '../../../src/claims/checks/given.js';
import { type Prediction, within } from '../../../src/claims/checks/within.js';
import { suite } from '../../harness.js';
import { given, run, type Subject } from './toy.js';

const test = suite('check: within');

const judge = (measured: Prediction, tolerance = 0.01) =>
  run(within({ says: 'x', given: only([0]), tolerance, measure: () => measured }));

test('a relative tolerance, in the 2-norm', () => {
  assert.is(judge({ actual: 1.009, expected: 1 }).outcome, 'pass');
  assert.is(judge({ actual: 1.011, expected: 1 }).outcome, 'fail');
  assert.is(judge({ actual: [100, 0.9], expected: [100, 0] }).outcome, 'pass');
  assert.is(judge({ actual: [100, 2], expected: [100, 0] }).outcome, 'fail');
  assert.is(judge({ actual: [1], expected: [1, 0] }).outcome, 'fail');
});

test('NaN, infinity and the wrong sign fail', () => {
  for (const actual of [Number.NaN, Infinity, -1]) assert.is(judge({ actual, expected: 1 }).outcome, 'fail');
  for (const expected of [Number.NaN, Infinity]) assert.is(judge({ actual: 1, expected }).outcome, 'fail');
});

test('a tolerance of nothing, or below the known error, is vacuous', () => {
  assert.match(
    judge({ actual: 0, expected: 0 }).failure?.measured ?? '',
    /vacuous: a relative tolerance of nothing/,
  );
  assert.match(
    judge({ actual: 1, expected: 1, noise: 0.02 }).failure?.measured ?? '',
    /vacuous: the known error 0.02/,
  );
  assert.is(judge({ actual: 1, expected: 1, noise: 0.002 }).outcome, 'pass');
  for (const tolerance of [0, 1, -1, Number.NaN])
    assert.throws(() => judge({ actual: 1, expected: 1 }, tolerance), /tolerance must be in \(0, 1\)/);
});

test('it states what it saw and what it would have seen', () => {
  const check = within({
    says: 'x',
    given,
    tolerance: 0.01,
    measure: (n, s: Subject) => ({ actual: s(n), expected: n }),
  });
  const result = run(check, n => 1.005 * n);
  assert.ok(Math.abs((result.worst ?? 0) - 0.5) < 1e-9);
  assert.ok(Math.abs((result.detects?.error ?? 0) - 0.015) < 1e-9);
  assert.is(run(check, n => 0.98 * n).outcome, 'fail');
});

test.run();
