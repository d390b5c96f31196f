import * as assert from 'uvu/assert';
import { only } from '../../../src/claims/checks/given.js';
import { type Violation, violates } from '../../../src/claims/checks/violates.js';
import { suite } from '../../harness.js';
import { given, run, type Subject } from './toy.js';

const test = suite('check: violates');

const judge = (measured: Violation, margin?: number) =>
  run(
    violates({
      says: 'x',
      given: only([0]),
      ...(margin !== undefined && { margin }),
      measure: () => measured,
    }),
  );

test('a violation far beyond rounding passes', () => {
  const result = judge({ claimed: 2, actual: 3, by: 1, scale: 3 });
  assert.is(result.outcome, 'pass');
  assert.is(result.note, 'smallest violation 0.333 of the scale, 1.43e+9 times the margin');
});

test('none, rounding, or the wrong sign fails', () => {
  for (const by of [0, -1, 1e-12, Number.NaN]) {
    const { outcome, failure } = judge({ claimed: 2, actual: 2 + by, by, scale: 3 });
    assert.is(outcome, 'fail', String(by));
    assert.match(failure?.expected ?? '', /the claim \(2\) violated by more than/);
  }
  assert.is(judge({ claimed: 2, actual: 2 + 1e-8, by: 1e-8, scale: 3 }).outcome, 'pass');
  assert.is(judge({ claimed: 2, actual: 2 + 1e-8, by: 1e-8, scale: 3 }, 2 ** 30).outcome, 'fail');
});

test('a scale stated too small does not make rounding a violation', () => {
  assert.is(judge({ claimed: 1, actual: 1 + 2 ** -52, by: 2 ** -52, scale: 0 }).outcome, 'fail');
  assert.is(judge({ claimed: 1, actual: Infinity, by: Infinity, scale: 1 }).outcome, 'fail');
});

test('every case must violate', () => {
  const check = violates({
    says: 'x',
    given,
    measure: (n, s: Subject) => ({ claimed: 0, actual: s(n), by: s(n), scale: n }),
  });
  assert.is(run(check).outcome, 'pass');
  assert.is(run(check, n => (n > 500_000 ? n : 0)).outcome, 'fail');
});

test('a margin within rounding is refused', () => {
  assert.throws(
    () => judge({ claimed: 0, actual: 1, by: 1, scale: 1 }, 2),
    /margin must be at least 64 ulps, got 2/,
  );
});

test.run();
