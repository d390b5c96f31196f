import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { type Sample, SUITE_ALPHA, statistical } from '../../../src/claims/checks/statistical.js';
import { fill, type Random } from '../../../src/claims/random.js';
import { suite } from '../../harness.js';
import { run, type Subject } from './toy.js';

const test = suite('check: statistical');

const given = { arbitrary: fc.integer({ min: 1, max: 9 }) };
const DRAWS = 4000;

/** Draws of mean n, their mean claimed to be s(n). */
const check = (draw: (random: Random) => number = random => random.normal(), alpha?: number) =>
  statistical({
    says: 'x',
    given,
    ...(alpha !== undefined && { alpha }),
    measure: (n, s: Subject, random): Sample => ({
      values: new Float64Array(DRAWS).map(() => n + draw(random)),
      expected: s(n),
    }),
  });

test('a right mean passes and states p, alpha and the effect it would have seen', () => {
  const result = run(check());
  assert.is(result.outcome, 'pass');
  assert.ok((result.test?.p ?? 0) > (result.test?.alpha ?? 1));
  const effect = result.detects?.error ?? 0;
  assert.ok(effect > 0.1 && effect < 0.2, String(effect));
});

test('the stated effect is found', () => {
  const effect = run(check()).detects?.error ?? 0;
  let missed = 0;
  for (let seed = 0; seed < 100; seed++)
    if (run(check(), n => n + effect, { seed }).outcome === 'pass') missed++;
  // found with probability 0.999 in each of 4 cases, of which one is enough
  assert.is(missed, 0);
});

test('a wrong mean fails with the case and the z-value', () => {
  const { outcome, failure, test: of } = run(check(), n => n + 1);
  assert.is(outcome, 'fail');
  assert.match(failure?.expected ?? '', /false-alarm rate 1e-8/);
  assert.match(failure?.measured ?? '', /of 4000 draws with deviation .*, z = 6\d/);
  assert.ok((of?.p ?? 1) < 1e-100);
});

test('the false-alarm rate is kept, for skewed draws too', () => {
  // at alpha = 1e-6 no alarm is to be expected in 300 runs: P < 3e-4
  const exponential = (random: Random): number => -Math.log(random.uniform()) - 1;
  for (const draw of [undefined, exponential])
    for (let seed = 0; seed < 150; seed++)
      assert.is(run(check(draw, SUITE_ALPHA), n => n, { seed }).outcome, 'pass');
});

test('a mean that is wrong by many deviations fails, however skewed the draws', () => {
  const exponential = (random: Random): number => -Math.log(random.uniform()) - 1;
  for (const error of [1, 10, 1e3, 1e6]) {
    const { outcome, test: of } = run(check(exponential), n => n + error);
    assert.is(outcome, 'fail', `off by ${error}`);
    assert.ok((of?.p ?? 1) < 1e-100, `p at ${error}: ${of?.p}`);
  }
});

test('p-values of a right mean are uniform, but for the correction for 4 cases', () => {
  const p = Array.from({ length: 300 }, (_, seed) => run(check(), n => n, { seed }).test?.p ?? 0);
  // Holm: P(p <= 0.2) = 1 - 0.95^4 = 0.185; false-alarm rate 1e-6 of this test: 4.9 standard errors
  const small = p.filter(x => x <= 0.2).length / p.length;
  assert.ok(Math.abs(small - 0.185) < 4.9 * Math.sqrt((0.185 * 0.815) / p.length), String(small));
});

test('the same seed draws the same sample, and every case its own', () => {
  const first: number[] = [];
  const watching = statistical({
    says: 'x',
    given,
    measure: (_, __: Subject, random) => {
      const values = fill(new Float64Array(1000), 'normal', random);
      first.push(values[0]!);
      return [{ values, expected: 0 }];
    },
  });
  run(watching);
  const once = first.splice(0);
  run(watching);
  assert.equal(first, once);
  assert.ok(new Set(once).size > 1);
});

test('samples without spread, and with values that are not finite', () => {
  const of = (value: number, expected: number) =>
    run(
      statistical({
        says: 'x',
        given,
        measure: () => ({ values: new Float64Array(1000).fill(value), expected }),
      }),
    ).outcome;
  assert.is(of(2, 2), 'pass');
  assert.is(of(0, 0), 'pass');
  assert.is(of(2, 3), 'fail');
  assert.is(of(Number.NaN, 0), 'fail');
  assert.is(of(Infinity, 0), 'fail');
});

test('too small a sample, and an alpha beyond the budget, are refused', () => {
  const small = statistical({
    says: 'x',
    given,
    measure: () => ({ values: new Float64Array(10), expected: 0 }),
  });
  assert.match(run(small).failure?.measured ?? '', /at least 1000 draws, got 10/);
  assert.throws(
    () => check(undefined, 0.05),
    /alpha must be in \(0, 0.000001\], the suite's budget, got 0.05/,
  );
});

test.run();
