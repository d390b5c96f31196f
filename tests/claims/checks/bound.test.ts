import * as assert from 'uvu/assert';
import { bound, type Inequality } from '../../../src/claims/checks/bound.js';
import { only } from '../../../src/claims/checks/given.js';
import { suite } from '../../harness.js';
import { given, run, type Subject } from './toy.js';

const test = suite('check: bound');

const judge = (...measured: Inequality[]) =>
  run(bound({ says: 'x', given: only([0]), measure: () => measured }));
const outcome = (lower: number, upper: number, scale?: number): string =>
  judge({ lower, upper, ...(scale !== undefined && { scale }) }).outcome;

test('lower <= upper, up to rounding of the scale', () => {
  assert.is(outcome(1, 2), 'pass');
  assert.is(outcome(1, 1), 'pass');
  assert.is(outcome(2, 1), 'fail');
  assert.is(outcome(1 + 60 * 2 ** -52, 1), 'pass');
  assert.is(outcome(1 + 70 * 2 ** -52, 1), 'fail');
  assert.is(outcome(1e-14, 0), 'fail');
  assert.is(outcome(1e-14, 0, 1), 'pass');
  assert.is(outcome(0, 0), 'pass');
});

test('NaN fails on either side, infinities mean what they say', () => {
  assert.is(outcome(Number.NaN, 1), 'fail');
  assert.is(outcome(1, Number.NaN), 'fail');
  assert.is(outcome(1, Infinity), 'pass');
  assert.is(outcome(-Infinity, 1), 'pass');
  assert.is(outcome(Infinity, 1), 'fail');
  assert.is(outcome(Infinity, Infinity), 'pass');
});

test('the report has the tightest slack of the cases', () => {
  const check = bound({ says: 'x', given, measure: (n, s: Subject) => ({ lower: s(n), upper: 2 ** 20 }) });
  const loose = run(check, n => n / 2 ** 20);
  assert.ok((loose.slack ?? 0) > 0.999);
  assert.match(loose.note ?? '', /nowhere near tight: slack at least/);
  const tight = run(check);
  assert.ok((tight.slack ?? 1) < 0.1 && (tight.slack ?? 0) > 0);
  assert.is(tight.note, undefined);
});

test('what it states to detect is caught', () => {
  const check = bound({
    says: 'x',
    given,
    measure: (n, s: Subject) => ({ lower: s(n), upper: 1.25 * n, scale: n }),
  });
  const error = run(check).detects?.error ?? 0;
  assert.ok(Math.abs(error - 0.25) < 1e-12);
  assert.is(run(check, n => n * (1 + 1.01 * error)).outcome, 'fail');
  assert.is(run(check, n => n * (1 + 0.99 * error)).outcome, 'pass');
});

test('the loosest of several bounds is the one reported', () => {
  const result = judge({ lower: 1, upper: 1, what: 'tight' }, { lower: 0, upper: 1, what: 'loose' });
  assert.is(result.slack, 1);
  const { failure } = judge({ lower: 1, upper: 1 }, { lower: 2, upper: 1, what: 'second' });
  assert.equal(failure, {
    case: '0',
    expected: 'second: 2 <= 1 (up to 2.84e-14)',
    measured: 'second: lower exceeds upper by 1',
  });
});

test('violations are shrunk', () => {
  const check = bound({ says: 'x', given, measure: (n, s: Subject) => ({ lower: s(n), upper: 5000 }) });
  assert.is(run(check).failure?.case, '5001');
});

test.run();
