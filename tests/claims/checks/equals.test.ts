import * as assert from 'uvu/assert';
import { type Equality, equals } from '../../../src/claims/checks/equals.js';
import { only } from '../../../src/claims/checks/given.js';
import { suite } from '../../harness.js';
import { given, run, type Subject } from './toy.js';

const test = suite('check: equals');

/** The outcome for one fixed measurement. */
const judge = (measured: Equality | Equality[], ulps?: number) =>
  run(equals({ says: 'x', given: only([0]), ...(ulps !== undefined && { ulps }), measure: () => measured }));
const outcome = (actual: Equality['actual'], expected: Equality['expected'], scale?: number): string =>
  judge({ actual, expected, ...(scale !== undefined && { scale }) }).outcome;

test('values equal to 64 ulps pass, others fail', () => {
  assert.is(outcome(1, 1), 'pass');
  assert.is(outcome(1 + 63 * 2 ** -52, 1), 'pass');
  assert.is(outcome(1 + 66 * 2 ** -52, 1), 'fail');
  assert.is(judge({ actual: 1 + 2 ** -50, expected: 1 }, 2).outcome, 'fail');
});

test('the unit is the scale, where one is stated', () => {
  assert.is(outcome(1e-14, 2e-14), 'fail');
  assert.is(outcome(1e-14, 0, 1), 'pass');
  assert.is(outcome(1e-13, 0, 1), 'fail');
  assert.is(outcome(1e-200, 0), 'fail', 'without a scale nothing but 0 is 0');
  assert.is(outcome(0, 0), 'pass');
});

test('vectors are compared entry by entry against one scale', () => {
  assert.is(outcome([1, 1e-16], [1, 0]), 'pass');
  assert.is(outcome(Float64Array.of(1, 1e-13), [1, 0]), 'fail');
  assert.is(outcome([1, 2], [1, 2, 3]), 'fail');
  assert.is(outcome([], []), 'fail', 'nothing is compared');
  assert.match(judge({ actual: [1, 2, 3], expected: [1, 5, 3] }).failure?.measured ?? '', /entry 1: 2 for 5/);
});

test('what is not finite is never equal', () => {
  for (const bad of [Number.NaN, Infinity, -Infinity]) {
    assert.is(outcome(bad, 1), 'fail', String(bad));
    assert.is(outcome(1, bad), 'fail', String(bad));
    assert.is(outcome(bad, bad), 'fail', String(bad));
    assert.is(outcome([1, bad], [1, 2]), 'fail', String(bad));
    assert.is(outcome(bad, 1, 1), 'fail', String(bad));
  }
});

test('a scale that is none is an error of the check', () => {
  const result = judge({ actual: 1, expected: 1, scale: Number.NaN });
  assert.equal([result.outcome, result.threw], ['fail', true]);
  assert.match(result.failure?.measured ?? '', /scale must be a non-negative finite number, got NaN/);
});

test('several values: the wrong one is named', () => {
  const { outcome, failure } = judge([
    { actual: 1, expected: 1, what: 'value' },
    { actual: 2, expected: 3, what: 'gradient' },
  ]);
  assert.is(outcome, 'fail');
  assert.equal(failure, {
    case: '0',
    expected: 'gradient: 3 +- 4.26e-14',
    measured: 'gradient: 2 (off by 1, 2.35e+13 times the tolerance)',
  });
  assert.is(judge([]).threw, true, 'no value at all');
});

test('the failing case is shrunk', () => {
  const check = equals({ says: 'x', given, measure: (n, s: Subject) => ({ actual: s(n), expected: n }) });
  const result = run(check, n => (n > 1000 ? n + 1 : n));
  assert.is(result.failure?.case, '1001');
  assert.is(run(check).outcome, 'pass');
  assert.is(run(check).cases, 100);
});

test('it states the largest error seen and the smallest that it would have seen', () => {
  const check = equals({ says: 'x', given, measure: (n, s: Subject) => ({ actual: s(n), expected: n }) });
  const result = run(check, n => n * (1 + 32 * 2 ** -52));
  assert.ok(Math.abs((result.worst ?? 0) - 0.5) < 0.02, String(result.worst));
  const error = result.detects?.error ?? 0;
  assert.ok(error > 64 * 2 ** -52 && error < 97 * 2 ** -52);
  assert.is(run(check, n => n * (1 + 2 * error)).outcome, 'fail');
  assert.match(result.detects?.of ?? '', /expected value/);
});

test('a tolerance as large as the signal is vacuous', () => {
  const vacuous = judge({ actual: 1e-14, expected: 2e-14, scale: 10 });
  assert.equal([vacuous.outcome, vacuous.note?.slice(0, 7)], ['fail', 'vacuous']);
  const partly = judge([
    { actual: 1, expected: 1, what: 'seen' },
    { actual: 1e-14, expected: 2e-14, scale: 10, what: 'not seen' },
  ]);
  assert.is(partly.outcome, 'fail', 'each named value must be seen');
  assert.throws(
    () => equals({ says: 'x', given, ulps: 2 ** 50, measure: () => [] }),
    /ulps must be positive and below 1 %/,
  );
  assert.throws(() => equals({ says: 'x', given, ulps: 0, measure: () => [] }), /got 0/);
});

test.run();
