import { erf as mathjsErf } from 'mathjs';
import * as assert from 'uvu/assert';
import { erf } from '../../src/engine/interpreter/erf.js';
import { suite } from '../harness.js';

const test = suite('float64 erf');

const BITS = 320n;
/** 2 / sqrt(pi) to 50 digits. */
const TWO_OVER_ROOT_PI = (11283791670955125738961589031215451716881012586580n << BITS) / 10n ** 49n;

/** A double as a fixed-point number, exactly. */
function fixed(x: number): bigint {
  const scaled = x * 2 ** 52;
  // Both parts are exact: the numbers of these tests are below 8 and not tiny.
  return (
    (BigInt(Math.trunc(scaled)) << (BITS - 52n)) +
    (BigInt((scaled - Math.trunc(scaled)) * 2 ** 52) << (BITS - 104n))
  );
}

/** The error function by its power series in exact arithmetic. */
function exact(x: number): bigint {
  const one = fixed(x);
  const square = (one * one) >> BITS;
  let term = one;
  let sum = one;
  for (let n = 1n; term !== 0n && n < 1000n; n++) {
    term = (-term * square) / (n << BITS);
    sum += term / (2n * n + 1n);
  }
  return (sum * TWO_OVER_ROOT_PI) >> BITS;
}

const relativeError = (x: number): number => {
  const reference = exact(x);
  return Number(((fixed(erf(x)) - reference) * 10n ** 25n) / reference) / 1e25;
};

test('known values', () => {
  // Abramowitz & Stegun, table 7.1, with more digits from the series.
  for (const [x, value] of [
    [0.1, 0.1124629160182849],
    [0.5, 0.5204998778130465],
    [1, 0.8427007929497149],
    [2, 0.9953222650189527],
    [3, 0.9999779095030014],
  ] as const)
    assert.ok(Math.abs(erf(x) - value) <= 2.3e-16 * value, `erf(${x})`);
  assert.is(erf(Number.POSITIVE_INFINITY), 1);
  assert.is(erf(Number.NEGATIVE_INFINITY), -1);
  assert.ok(Number.isNaN(erf(Number.NaN)));
  assert.ok(Object.is(erf(-0), -0));
  assert.is(erf(5e-324), 5e-324);
});

test('relative error of about one unit in the last place against exact arithmetic', () => {
  let worst = 0;
  for (let i = 1; i <= 1536; i++) {
    const x = i / 256;
    worst = Math.max(worst, Math.abs(relativeError(x)), Math.abs(relativeError(-x - 1 / 4096)));
  }
  assert.ok(worst < 2.3e-16, `worst relative error ${worst}`);
});

test('odd, and close to another implementation', () => {
  for (let x = -7; x < 7; x += 0.037) {
    assert.is(erf(-x), -erf(x));
    assert.ok(Math.abs(erf(x) - mathjsErf(x)) <= 3e-16);
  }
});

test('small arguments keep their relative precision', () => {
  for (const x of [1e-3, 1e-8, 1e-100, 1e-300]) {
    const linear = x * 1.1283791670955126 * (1 - (x * x) / 3 + x ** 4 / 10);
    assert.ok(Math.abs(erf(x) / linear - 1) < 4e-16, `erf(${x})`);
  }
});

test.run();
