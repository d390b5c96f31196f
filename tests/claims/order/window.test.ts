/** @file The round-off model against real round-off, and the asymptotic window. */
import * as assert from 'uvu/assert';
import { dyadic, ladder, type OrderCase } from '../../../src/claims/order/case.js';
import { fit } from '../../../src/claims/order/least-squares.js';
import { findWindow, points, ROUND_OFF, SIGNAL } from '../../../src/claims/order/window.js';
import { stream } from '../../../src/claims/random.js';
import { suite } from '../../harness.js';

const test = suite('order: window');

/**
 * Sum of products with the rounding error of every operation carried along (Ogita, Rump & Oishi 2005, Dot2).
 */
function exactDot(a: readonly number[], b: readonly number[]): number {
  const split = (x: number): [number, number] => {
    const high = 134217729 * x - (134217729 * x - x);
    return [high, x - high];
  };
  let sum = 0;
  let rest = 0;
  a.forEach((x, i) => {
    const y = b[i]!;
    const product = x * y;
    const [[x1, x2], [y1, y2]] = [split(x), split(y)];
    rest += x2 * y2 - (product - x1 * y1 - x2 * y1 - x1 * y2);
    const next = sum + product;
    const part = next - sum;
    rest += sum - (next - part) + (product - part);
    sum = next;
  });
  return sum + rest;
}

test('round-off of sums of up to 300 products: within the model, and never signal', () => {
  const random = stream(1, 'round-off');
  let [ofSizes, ofPartial] = [0, 0];
  for (let i = 0; i < 2000; i++) {
    const length = 2 + Math.floor(299 * random.uniform());
    const [a, b] = [0, 1].map(() => Array.from({ length }, () => random.normal())) as [number[], number[]];
    const terms = a.map((x, k) => x * b[k]!);
    const error = Math.abs(terms.reduce((sum, x) => sum + x, 0) - exactDot(a, b)) / 2 ** -52;
    let [partial, largest, sizes] = [0, 0, 0];
    for (const x of terms) {
      partial += x;
      sizes += Math.abs(x);
      largest = Math.max(largest, Math.abs(partial), Math.abs(x));
    }
    ofSizes = Math.max(ofSizes, error / sizes);
    ofPartial = Math.max(ofPartial, error / largest);
  }
  assert.ok(ofSizes < ROUND_OFF, `scale = sum of all sizes: ${ofSizes} units`);
  assert.ok(ofPartial < SIGNAL * ROUND_OFF, `scale = largest intermediate value: ${ofPartial} units`);
  assert.ok(ofPartial > 1, `the test sees round-off: ${ofPartial} units`);
});

test('round-off of a difference of two evaluations stays within a quarter of the model', () => {
  const random = stream(1, 'difference');
  for (let i = 0; i < 2000; i++) {
    const x = 4 * random.uniform();
    const h = 2 ** -40;
    // f(x + h) - f(x) - h f'(x) is 0 to 24 digits, what is left is round-off
    const residual = Math.sin(x + h) - Math.sin(x) - (x + h - x) * Math.cos(x);
    assert.ok(Math.abs(residual) <= (ROUND_OFF / 4) * 2 ** -52, `${residual / 2 ** -52} units at ${x}`);
  }
});

const of = (residual: (h: number) => number, steps = dyadic(1, 0, 24)): OrderCase => ({
  ladder: ladder(steps, h => ({ residual: residual(h), scale: 1 })),
});

function window(residual: (h: number) => number): [number, number] | string {
  const found = findWindow(points(of(residual)));
  if (found.kind !== 'found') return found.kind;
  return [found.points[0]!.step, found.points.at(-1)!.step];
}

test('it ends where the residual meets round-off', () => {
  const floor = SIGNAL * ROUND_OFF * 2 ** -52;
  assert.equal(
    window(h => h ** 2),
    [1, 2 ** -Math.floor(-Math.log2(floor) / 2)],
  );
});

test('it begins where slopes start to agree', () => {
  const found = window(h => h ** 2 * Math.exp(8 * h));
  assert.ok(Array.isArray(found) && found[0] <= 2 ** -4 && found[0] >= 2 ** -7, String(found));
});

test('of two regimes it is that of the smaller steps, however short', () => {
  const found = window(h => h ** 3 + 1e-4 * h);
  assert.ok(Array.isArray(found) && found[0] < 1e-2 && found[1] === 2 ** -24, String(found));
});

test('a floor below 1,000 units of round-off is round-off', () => {
  const random = stream(1, 'floor');
  const noisy = (units: number) => window(h => h ** 2 + units * 2 ** -52 * random.normal());
  assert.ok(Array.isArray(noisy(200)));
  assert.is(noisy(1e5), 'none');
});

test('nothing above round-off', () => {
  assert.is(
    window(() => 1e-16),
    'round-off',
  );
});

test('least squares: parameters, estimators and misfit', () => {
  const x = [0, 1, 2, 3, 4];
  const ones = x.map(() => 1);
  const variance = [1, 0.25, 1, 4, 1];
  const line = fit(
    [ones, x],
    x.map(v => 3 - 2 * v),
    variance,
  );
  assert.ok(Math.abs(line.parameters[0]! - 3) < 1e-14 && Math.abs(line.parameters[1]! + 2) < 1e-14);
  assert.ok(line.misfits.every(e => Math.abs(e) < 1e-14));
  // an estimator of the slope: blind to constants, 1 for x
  const slope = line.estimator[1]!;
  assert.ok(Math.abs(slope.reduce((sum, g) => sum + g, 0)) < 1e-15);
  assert.ok(Math.abs(slope.reduce((sum, g, k) => sum + g * x[k]!, 0) - 1) < 1e-15);
  const weighted = fit([[1, 1]], [0, 3], [1, 2]);
  assert.ok(Math.abs(weighted.parameters[0]! - 1) < 1e-15, 'weights are inverse variances');
  assert.ok(Math.abs(weighted.misfits[1]! - 3) < 1e-15, 'each from the other');
});

test.run();
