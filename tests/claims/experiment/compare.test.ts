/** @file Ours beside published values: outcomes by hand and their error rates. */
import * as assert from 'uvu/assert';
import { compareValues, comparisons, MARGIN } from '../../../src/claims/experiment/compare.js';
import type { Comparison } from '../../../src/claims/experiment/model.js';
import { stream } from '../../../src/claims/random.js';
import { suite } from '../../harness.js';
import { drawn, runsOf } from './draws.js';

const test = suite('theory/experiment/compare');

const ARM = { model: 'vae', alpha2: 1 };
const quantity = (scale: 'linear' | 'log') => ({ loss: { label: 'loss', says: 'the loss', scale } });

function compared(
  ours: readonly number[],
  published: readonly number[],
  scale: 'linear' | 'log' = 'linear',
): Comparison {
  const found = comparisons(
    runsOf(ARM, 'loss', ours),
    [{ arm: ARM, quantity: 'loss', values: published, source: 'figure 2' }],
    quantity(scale),
  );
  assert.is(found.length, 1);
  return found[0]!;
}

test('equal up to the margin agrees, far apart differs, a wide interval cannot tell', () => {
  const published = [10, 10.1, 9.9, 10.05, 9.95];
  const same = compared([10.1, 10, 10.2, 9.9], published);
  assert.is(same.outcome, 'agree');
  assert.match(
    same.why,
    /^difference 0\.05 \[-0\.\d+, 0\.\d+\]: within 10 % of the published mean \(1\); they agree from a margin of \d[\d.]* % on$/,
  );
  const apart = compared([14, 14.1, 13.9], published);
  assert.is(apart.outcome, 'differ');
  assert.match(apart.why, /excludes equality/);
  const wide = compared([4, 10, 17], published);
  assert.is(wide.outcome, 'cannot-tell');
  assert.match(wide.why, /neither excludes equality nor lies within/);
  assert.is(same.ours.n, 4);
  assert.is(same.published.n, 5);
});

test('told apart but within the margin: agrees, and says so', () => {
  const found = compared([10.3, 10.31, 10.29, 10.3], [10, 10.01, 9.99, 10]);
  assert.is(found.outcome, 'agree');
  assert.match(found.why, /though not nil/);
});

test('the margin from which on they agree is where the outcome turns', () => {
  const [ours, published] = [
    [10.9, 11.1, 11.4, 10.7],
    [10, 10.1, 9.9, 10.05, 9.95],
  ];
  const margin = Number(/margin of (\S+) % on/.exec(compared(ours, published).why)![1]) / 100;
  assert.ok(margin > MARGIN.relative, `${margin}`);
  const at = (width: number): string =>
    compared(
      ours.map(x => (x - 10) * (MARGIN.relative / width) + 10),
      published.map(x => (x - 10) * (MARGIN.relative / width) + 10),
    ).outcome;
  assert.equal([at(1.01 * margin), at(0.99 * margin)], ['agree', 'differ']);
});

test('a log quantity is compared by its factor', () => {
  const published = [1e-8, 1.1e-8, 0.9e-8, 1e-8];
  assert.is(compared([1.05e-8, 0.95e-8, 1e-8, 1.02e-8], published, 'log').outcome, 'agree');
  const apart = compared([3e-8, 3.1e-8, 2.9e-8, 3e-8], published, 'log');
  assert.is(apart.outcome, 'differ');
  assert.match(apart.why, /^ratio of geometric means 3\.0\d /);
});

test('few or broken values cannot be told, and why; an arm we never ran is left out', () => {
  const three = [1, 2, 3];
  assert.match(compared([1, 2], three).why, /ours: 2 of the 3 runs/);
  assert.match(compared(three, [1, 2]).why, /published: 2 of the 3 runs/);
  assert.match(compared([1, 2, Number.NaN], three).why, /ours: a run has the value NaN/);
  assert.match(compared([1, 2, 0], three, 'log').why, /ours: a run has the value 0/);
  for (const few of [compared([1, 2], three), compared(three, [1]), compared([1, 2, Number.NaN], three)])
    assert.is(few.outcome, 'cannot-tell');
  assert.equal(
    comparisons([], [{ arm: ARM, quantity: 'loss', values: [1, 2], source: 'figure 2' }], quantity('linear')),
    [],
  );
});

test('error rates: a margin apart is called equal, and equal is called different, in 5 % at most', () => {
  const draws = 500;
  const most = draws * 0.05 + 4 * Math.sqrt(draws * 0.05);
  for (const n of [3, 5, 10])
    for (const scale of ['linear', 'log'] as const) {
      const random = stream(5, 'compare', n, scale);
      const values = (mean: number): number[] => {
        const logs = drawn(random, 'normal', n, 0, 0.02);
        return logs.map(x => mean * (scale === 'log' ? Math.exp(3 * x) : 1 + x));
      };
      const edge = scale === 'log' ? MARGIN.factor : 1 + MARGIN.relative;
      const count = { agree: 0, differ: 0 };
      for (let i = 0; i < draws; i++) {
        if (compareValues(values(10 * edge), values(10), scale).outcome === 'agree') count.agree++;
        if (compareValues(values(10), values(10), scale).outcome === 'differ') count.differ++;
      }
      assert.ok(count.agree <= most, `${n} ${scale}: ${count.agree} of ${draws} agree a margin apart`);
      assert.ok(count.differ <= most, `${n} ${scale}: ${count.differ} of ${draws} equal ones differ`);
    }
});

test.run();
