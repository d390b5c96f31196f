/** @file Summaries by hand, and how often the bootstrap interval covers. */
import * as assert from 'uvu/assert';
import {
  armKey,
  armLabel,
  bootstrapInterval,
  interquartileMean,
  summaries,
  summarise,
  valuesOf,
} from '../../../src/claims/experiment/summary.js';
import { stream } from '../../../src/claims/random.js';
import { suite } from '../../harness.js';
import { drawn, runsOf, SHAPES, type Shape } from './draws.js';

const test = suite('theory/experiment/summary');

const close = (actual: number, expected: number): void =>
  assert.ok(
    Math.abs(actual - expected) <= 1e-12 * Math.max(1, Math.abs(expected)),
    `${actual}, not ${expected}`,
  );

test('interquartile mean by hand: values at the ends of the middle half count in part', () => {
  close(interquartileMean([7]), 7);
  close(interquartileMean([1, 4]), 2.5);
  close(interquartileMean([100, 1, 2]), (0.25 * 1 + 2 + 0.25 * 100) / 1.5);
  close(interquartileMean([1, 2, 4, 100]), 3);
  close(interquartileMean([10, 0, 3, 1, 2]), (0.75 * 1 + 2 + 0.75 * 3) / 2.5);
  close(interquartileMean([6, 5, 4, 30, 20, -10]), (0.5 * 4 + 5 + 6 + 0.5 * 20) / 3);
  assert.ok(Number.isNaN(interquartileMean([])));
});

test('the interval by hand: the range up to four values, then the first resample means inside it', () => {
  assert.equal(bootstrapInterval([3, 1]), [1, 3]);
  assert.equal(bootstrapInterval([3, 1, 10]), [1, 10]);
  assert.equal(bootstrapInterval([3, 1, 10, 4]), [1, 10]);
  // 5 values: level 0.00096 lies between P(all lowest) = 1/3125 and 6/3125, that one of five is the next
  const [low, high] = bootstrapInterval([1, 6, 7, 8, 18]);
  close(low, 2);
  close(high, 16);
});

test('the interval does not depend on the order of runs, and moves and stretches with the values', () => {
  const values = [0.3, 2.1, -1, 0.9, 0.35, 0.8, 5];
  const [low, high] = bootstrapInterval(values);
  assert.equal(bootstrapInterval(values.toReversed()), [low, high]);
  assert.equal(
    bootstrapInterval(values.map(value => 4 + 2 * value)).map(x => Math.round((1e9 * (x - 4)) / 2)),
    [low, high].map(x => Math.round(1e9 * x)),
  );
  assert.ok(low < 0.35 && high > 1.3 && low > -1 && high < 5, `${low} ${high}`);
});

test('one run has a mean and no interval; a run that diverged spoils both', () => {
  const one = summarise({ model: 'vae' }, 'loss', [4]);
  assert.is(one.mean, 4);
  assert.is(one.iqm, 4);
  for (const x of [one.deviation, one.low, one.high]) assert.ok(Number.isNaN(x));
  const bad = summarise({ model: 'vae' }, 'loss', [4, 5, Number.NaN]);
  for (const x of [bad.mean, bad.low, bad.high]) assert.ok(Number.isNaN(x));
  assert.is(bad.n, 3);
});

/** docs/reports.md: how often the interval called 95 % holds the mean, by the number of runs. */
const COVERAGE: Readonly<Record<number, Readonly<Record<Shape, number>>>> = {
  2: { normal: 0.5, uniform: 0.5, laplace: 0.5, skewed: 0.48 },
  3: { normal: 0.75, uniform: 0.75, laplace: 0.75, skewed: 0.72 },
  4: { normal: 0.87, uniform: 0.87, laplace: 0.87, skewed: 0.84 },
  5: { normal: 0.92, uniform: 0.91, laplace: 0.92, skewed: 0.88 },
  10: { normal: 0.95, uniform: 0.95, laplace: 0.95, skewed: 0.92 },
};

for (const [n, expected] of Object.entries(COVERAGE))
  test(`coverage of ${n} values is what the documents say`, () => {
    const draws = 300;
    for (const shape of Object.keys(SHAPES) as Shape[]) {
      const random = stream(1, 'coverage', n, shape);
      let covered = 0;
      for (let i = 0; i < draws; i++) {
        const [low, high] = bootstrapInterval(drawn(random, shape, Number(n), 0, 1));
        if (low <= 0 && 0 <= high) covered++;
      }
      const found = covered / draws;
      const error = Math.sqrt((expected[shape] * (1 - expected[shape])) / draws);
      assert.ok(
        Math.abs(found - expected[shape]) < 4 * error + 0.005,
        `${shape}: ${found}, not ${expected[shape]}`,
      );
    }
  });

test('only complete runs of the arm count, and only those that have the quantity', () => {
  const vae = { model: 'vae', alpha2: 0.01 };
  const runs = [
    ...runsOf(vae, 'loss', [1, 2]),
    ...runsOf({ model: 'samba', alpha2: 0.01 }, 'loss', [5]),
    ...runsOf(vae, 'other', [9]),
    { ...runsOf(vae, 'loss', [7])[0]!, status: 'interrupted' as const },
  ];
  assert.equal(valuesOf(runs, { alpha2: 0.01, model: 'vae' }, 'loss'), [1, 2]);
  const found = summaries(runs, ['loss', 'other', 'none']);
  assert.equal(
    found.map(({ arm, quantity, n }) => [arm.model, quantity, n]),
    [
      ['vae', 'loss', 2],
      ['vae', 'other', 1],
      ['samba', 'loss', 1],
    ],
  );
});

test('arms: the same in any order of entries, other values are others; words for people', () => {
  assert.is(armKey({ a: 1, b: 'x' }), armKey({ b: 'x', a: 1 }));
  assert.is.not(armKey({ a: 1 }), armKey({ a: '1' }));
  assert.is(armLabel({ model: 'samba', alpha2: 0.01 }), 'samba, alpha2 0.01');
});

test.run();
