import { all, type BigNumber, create } from 'mathjs';
import * as assert from 'uvu/assert';
import { normalQuantile } from '../../src/claims/normal-quantile.js';
import { stream } from '../../src/claims/random.js';
import {
  holm,
  logLogFit,
  mean,
  median,
  normalCdf,
  standardDeviation,
  studentCdf,
  studentQuantile,
} from '../../src/claims/statistics.js';
import { suite } from '../harness.js';

const test = suite('statistics');

const { bignumber } = create(all ?? {}, { number: 'BigNumber', precision: 250 });
const big = (x: number | string): BigNumber => bignumber(x);
const PI = big(
  '3.14159265358979323846264338327950288419716939937510582097494459230781640628620899862803482534211706798',
);

function close(actual: number, expected: number, tolerance = 1e-12): void {
  assert.ok(Math.abs(actual - expected) <= tolerance * Math.abs(expected), `${actual} is not ${expected}`);
}

/** P(Z <= x) from the series of the error function in 250 digits. */
function exactNormalCdf(x: number): number {
  const square = big(x).times(x).div(2);
  let term = big(x);
  let sum = term;
  for (let n = 1; term.abs().gt('1e-90'); n++) {
    term = term.times(square).neg().div(n);
    sum = sum.plus(term.div(2 * n + 1));
  }
  return sum.div(PI.times(2).sqrt()).plus(0.5).toNumber();
}

/** P(T <= t) for an even number of degrees of freedom, a finite sum, in 250 digits. */
function exactStudentCdf(t: number, freedom: number): number {
  const cosine2 = big(freedom).div(big(t).times(t).plus(freedom));
  let term = big(1);
  let sum = big(1);
  for (let k = 1; k < freedom / 2; k++) {
    term = term
      .times(cosine2)
      .times(2 * k - 1)
      .div(2 * k);
    sum = sum.plus(term);
  }
  const sine = big(t).div(big(t).times(t).plus(freedom).sqrt());
  return sine.times(sum).plus(1).div(2).toNumber();
}

test('normalCdf agrees with 250-digit arithmetic in both tails', () => {
  for (const x of [-8, -5.5, -3, -2.0001, -2, -1.9999, -1, -0.1, 0, 1e-9, 0.3, 1.999, 2, 2.5, 4, 7.9])
    close(normalCdf(x), exactNormalCdf(x));
  assert.is(normalCdf(-Infinity), 0);
  assert.is(normalCdf(Infinity), 1);
  assert.ok(Number.isNaN(normalCdf(Number.NaN)));
});

test('normalQuantile inverts it, and agrees with tables', () => {
  close(normalQuantile(0.975), 1.9599639845400543);
  close(normalQuantile(0.0005), -3.290526731491895);
  close(normalQuantile(1e-6), -4.753424308822899);
  assert.is(normalQuantile(0.5), 0);
  for (const p of [1e-300, 1e-20, 1e-8, 0.01, 0.0751, 0.3, 0.6, 0.925, 0.99])
    close(normalCdf(normalQuantile(p)), p, 4e-11);
  for (const p of [1e-8, 0.01, 0.3]) close(normalQuantile(1 - p), -normalQuantile(1 - (1 - p)));
  for (const p of [0, 1, -1, Number.NaN]) assert.throws(() => normalQuantile(p), /must be in \(0, 1\)/);
});

test('studentCdf agrees with 250-digit arithmetic', () => {
  for (const freedom of [2, 4, 10, 30, 200])
    for (const t of [-40, -6, -2.2, -0.7, -1e-3, 0, 0.2, 1, 3, 12])
      close(studentCdf(t, freedom), exactStudentCdf(t, freedom));
  close(studentCdf(1, 1), 0.75);
});

test('studentQuantile agrees with closed forms and tables', () => {
  for (const p of [1e-9, 0.005, 0.025, 0.3, 0.6, 0.995]) {
    close(studentQuantile(p, 1), -1 / Math.tan(Math.PI * p), 1e-11);
    close(studentQuantile(p, 2), (2 * p - 1) / Math.sqrt(2 * p * (1 - p)));
  }
  close(studentQuantile(0.995, 7), 3.4994832973504946, 1e-12);
  for (const p of [1e-4, 0.3, 0.975]) close(exactStudentCdf(studentQuantile(p, 10), 10), p);
  close(studentQuantile(0.995, 1e6), normalQuantile(0.995), 1e-5);
  assert.is(studentQuantile(0.5, 3), 0);
  assert.throws(() => studentQuantile(1, 3), /p must be in \(0, 1\), got 1/);
  assert.throws(() => studentQuantile(0.9, 0), /freedom must be at least 1, got 0/);
});

test('the 99 % Student interval covers the mean as often as it says', () => {
  const random = stream(1, 'coverage');
  const trials = 20_000;
  let covered = 0;
  for (let i = 0; i < trials; i++) {
    const sample = Array.from({ length: 8 }, () => random.normal());
    const half = (studentQuantile(0.995, 7) * standardDeviation(sample)) / Math.sqrt(8);
    if (Math.abs(mean(sample)) <= half) covered++;
  }
  // false-alarm rate 1e-6
  assert.ok(
    Math.abs(covered / trials - 0.99) < 4.9 * Math.sqrt((0.99 * 0.01) / trials),
    `${covered / trials}`,
  );
});

test("holm's adjustment", () => {
  assert.equal(
    holm([0.01, 0.04, 0.03, 0.005]).map(p => Number(p.toFixed(10))),
    [0.03, 0.06, 0.06, 0.02],
  );
  assert.equal(holm([0.9, 0.8]), [1, 1]);
  assert.equal(holm([]), []);
});

test('holm keeps the family-wise rate', () => {
  const random = stream(1, 'holm');
  const trials = 20_000;
  let alarms = 0;
  for (let i = 0; i < trials; i++)
    if (holm(Array.from({ length: 10 }, () => random.uniform())).some(p => p <= 0.05)) alarms++;
  // 1 - 0.995^10 = 0.0489; false-alarm rate 1e-6
  assert.ok(
    Math.abs(alarms / trials - 0.0489) < 4.9 * Math.sqrt((0.0489 * 0.9511) / trials),
    `${alarms / trials}`,
  );
});

test('summaries', () => {
  assert.is(mean([1, 2, 6]), 3);
  assert.ok(Number.isNaN(mean([])));
  assert.is(mean([0.1, 0.1, 0.1]), 0.1, 'the rounding of the sum is corrected');
  assert.is(standardDeviation([1, 3]), Math.SQRT2);
  assert.ok(Number.isNaN(standardDeviation([1])));
  assert.is(standardDeviation([1e9, 1e9 + 2]), Math.SQRT2, 'no cancellation');
  assert.is(median([3, 1, 2]), 2);
  assert.is(median([4, 1, 3, 2]), 2.5);
  assert.ok(Number.isNaN(median([])));
});

test('logLogFit', () => {
  const x = [1, 2, 4, 8];
  const { slope, constant } = logLogFit(
    x,
    x.map(v => 3 * v ** 2.5),
  );
  close(slope, 2.5);
  close(constant, 3);
  assert.throws(() => logLogFit([1], [1]), /two or more pairs/);
  assert.throws(() => logLogFit([1, 2], [1, 0]), /positive and finite/);
});

test.run();
