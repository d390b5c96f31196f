/**
 * @file The rank test of loss curves: exact where it can be counted by hand, blind to sizes, and not to
 * curves that are further off.
 */
import * as assert from 'uvu/assert';
import { higher } from '../../bench/curves/ensemble.js';
import { asFar, typical } from '../../bench/curves/ranks.js';
import { stream } from '../../src/claims/random.js';
import { suite } from '../harness.js';

const test = suite('bench/ranks');

const near = (p: number, expected: number): void => assert.ok(Math.abs(p - expected) < 1e-12, String(p));

test('one seed: the two largest of six have one choice of fifteen, the two smallest all', () => {
  near(asFar([{ judged: [5, 6], peers: [1, 2, 3, 4] }]), 1 / 15);
  near(asFar([{ judged: [1, 2], peers: [3, 4, 5, 600] }]), 1);
  // sums of 4 + 6 and of 5 + 6
  near(asFar([{ judged: [4, 6], peers: [1, 2, 3, 5] }]), 2 / 15);
});

test('two seeds multiply, ties share their rank', () => {
  const largest = { judged: [5, 6], peers: [1, 2, 3, 4] };
  near(asFar([largest, largest]), 1 / 225);
  near(asFar([{ judged: [1, 1], peers: [1, 1, 1, 1] }]), 1);
});

/** The share of many drawn comparisons that come out below 5 %. */
function rejected(factor: number): number {
  const random = stream(1, 'ranks');
  const draws = (count: number): number[] => Array.from({ length: count }, () => Math.exp(random.normal()));
  const seeds = () =>
    Array.from({ length: 6 }, () => ({ judged: draws(2).map(x => factor * x), peers: draws(4) }));
  return Array.from({ length: 400 }, () => asFar(seeds())).filter(p => p <= 0.05).length / 400;
}

test('curves like the others are seldom called further off, curves three times as far nearly always', () => {
  assert.ok(rejected(1) < 0.08, String(rejected(1)));
  assert.ok(rejected(3) > 0.8, String(rejected(3)));
});

test('a typical distance is the median from step 21 on', () => {
  const exact = new Array<number>(26).fill(1);
  const curve = exact.map((loss, i) => (i < 20 ? 100 : loss + (i === 22 ? 50 : i - 20)));
  // 0, 1, 50, 3, 4, 5
  assert.is(typical(curve, exact), 3.5);
});

test('ranks of two samples, in standard deviations', () => {
  assert.is(higher([1, 2], [1, 2]), 0);
  // 4 of 4 pairs, 2 expected, variance 4 * 5 / 12
  assert.is(higher([3, 4], [1, 2]), 2 / Math.sqrt(20 / 12));
  assert.is(higher([1, 2], [3, 4]), -2 / Math.sqrt(20 / 12));
});

test.run();
