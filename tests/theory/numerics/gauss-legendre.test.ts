import * as assert from 'uvu/assert';
import { normalCdf } from '../../../src/claims/statistics.js';
import { expectation } from '../../../src/theory/numerics/gauss-hermite.js';
import { integrate, splitPoints } from '../../../src/theory/numerics/gauss-legendre.js';
import { suite } from '../../harness.js';

const test = suite('theory/closed/gauss-legendre');

const close = (a: number, b: number, tolerance = 1e-14): void =>
  assert.ok(Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b)), `${a} is not ${b}`);

test('polynomials up to degree 2n - 1 are exact, and no further', () => {
  for (const n of [2, 3, 5, 32]) {
    for (const k of [0, 1, 2 * n - 2, 2 * n - 1])
      close(
        integrate(x => x ** k, -1, 2, n) / 2 ** (k + 1),
        (2 ** (k + 1) - (-1) ** (k + 1)) / (k + 1) / 2 ** (k + 1),
      );
    if (n < 32) assert.ok(Math.abs(integrate(x => x ** (2 * n), -1, 1, n) - 2 / (2 * n + 1)) > 1e-6);
  }
});

test('smooth functions, and an interval the other way round', () => {
  close(integrate(Math.sin, 0, Math.PI), 2);
  close(integrate(Math.sin, Math.PI, 0), -2);
  close(integrate(Math.exp, 3, 3), 0);
});

test('a normal variable with a kink: mass, tails and moments on both sides', () => {
  for (const kink of [-12, -3, -0.5, 0, 1.25, 8, 40]) {
    const points = splitPoints(kink);
    const mean = (f: (x: number) => number): number => expectation(points, ([x]) => f(x!));
    close(
      mean(() => 1),
      1,
    );
    close(
      mean(x => x ** 4),
      3,
    );
    close(
      mean(x => (x > kink ? 1 : 0)),
      normalCdf(-kink),
    );
    const density = Math.exp((-kink * kink) / 2) / Math.sqrt(2 * Math.PI);
    close(
      mean(x => Math.max(x - kink, 0)),
      density - kink * normalCdf(-kink),
      1e-13,
    );
  }
});

test.run();
