/** @file The unbiased discrepancy: its expectation by enumerating all samples, and its kernels. */
import * as assert from 'uvu/assert';
import { stream } from '../../src/claims/random.js';
import { samplerOf, standardNormal } from '../../src/theory/density/gaussian.js';
import { gaussianKernel, inverseMultiquadric, type Kernel, unbiasedMmd } from '../../src/theory/mmd.js';
import { suite } from '../harness.js';

const test = suite('theory/mmd');

interface Finite {
  readonly support: readonly (readonly number[])[];
  readonly weights: readonly number[];
}

const P: Finite = {
  support: [
    [0, 0],
    [1, 0],
    [0, 2],
  ],
  weights: [0.5, 0.25, 0.25],
};
const Q: Finite = {
  support: [
    [1, 1],
    [-1, 0],
  ],
  weights: [0.75, 0.25],
};

const meanKernel = (p: Finite, q: Finite, kernel: Kernel): number =>
  p.support.reduce(
    (sum, x, i) => sum + q.support.reduce((s, y, j) => s + p.weights[i]! * q.weights[j]! * kernel(x, y), 0),
    0,
  );

/** Every sample of so many draws, with its probability. */
function samples(
  { support, weights }: Finite,
  count: number,
): { points: (readonly number[])[]; p: number }[] {
  if (count === 0) return [{ points: [], p: 1 }];
  return samples({ support, weights }, count - 1).flatMap(({ points, p }) =>
    support.map((x, i) => ({ points: [...points, x], p: p * weights[i]! })),
  );
}

for (const [name, kernel] of [
  ['Gaussian', gaussianKernel(0.8)],
  ['inverse multiquadric', inverseMultiquadric(4)],
] as const)
  test(`without bias, ${name}: the mean over all samples is the discrepancy of the distributions`, () => {
    const exact = meanKernel(P, P, kernel) + meanKernel(Q, Q, kernel) - 2 * meanKernel(P, Q, kernel);
    for (const [n, m] of [
      [2, 2],
      [3, 2],
    ] as const) {
      const found = samples(P, n).reduce(
        (sum, x) =>
          sum + samples(Q, m).reduce((s, y) => s + x.p * y.p * unbiasedMmd(x.points, y.points, kernel), 0),
        0,
      );
      assert.ok(Math.abs(found - exact) < 1e-14, `${found} for ${exact}`);
    }
  });

test('kernels by hand', () => {
  assert.is(gaussianKernel(2)([1, 1], [1, 3]), Math.exp(-0.5));
  assert.is(inverseMultiquadric(4)([0, 0], [0, 2]), 0.5);
});

test('equal distributions: around zero and of both signs; different ones: above', () => {
  const draw = samplerOf(standardNormal(2));
  const random = stream(1, 'mmd');
  const sample = (shift: number): number[][] =>
    Array.from({ length: 60 }, () => draw(random).map(x => x + shift));
  const same = Array.from({ length: 12 }, () => unbiasedMmd(sample(0), sample(0), gaussianKernel(1)));
  assert.ok(same.some(x => x < 0) && same.some(x => x > 0));
  assert.ok(same.every(x => Math.abs(x) < 0.05));
  assert.ok(unbiasedMmd(sample(0), sample(1), gaussianKernel(1)) > 0.1);
});

test('errors: one point has no pairs', () => {
  assert.throws(() => unbiasedMmd([[0]], [[0], [1]], gaussianKernel(1)), /two points or more, got 1 and 2/);
});

test.run();
