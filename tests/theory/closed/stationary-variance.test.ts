/** @file The stationary variances of SAMBA and of the VAE, against their objectives. */
import * as assert from 'uvu/assert';
import { sambaVariances, vaeVariances } from '../../../src/theory/closed/stationary-variance.js';
import { norm } from '../../../src/theory/numerics/matrix.js';
import { suite } from '../../harness.js';

const test = suite('theory/closed/stationary-variance');

const kl = (sigma: readonly number[]): number =>
  sigma.reduce((sum, s) => sum + (s * s - 1) / 2 - Math.log(s), 0);

/** f is no smaller at any of the neighbours of sigma. */
function isMinimum(f: (sigma: readonly number[]) => number, sigma: readonly number[]): void {
  const least = f(sigma);
  for (const [i, s] of sigma.entries())
    for (const factor of [0.5, 0.999, 1.001, 2])
      assert.ok(f(sigma.with(i, s * factor)) > least, `entry ${i} times ${factor}`);
}

test('SAMBA stops at the minimum of its first-order objective', () => {
  for (const [g, beta] of [
    [[1, -2, 0.5], 1],
    [[1e-3, 3e-3], 0.1],
    [[40, 1, 7, -3], 0.01],
    [[2], 5],
  ] as const)
    isMinimum(
      sigma => Math.sqrt(g.length) * norm(sigma.map((s, i) => s * g[i]!)) + beta * kl(sigma),
      sambaVariances(g, beta).map(Math.sqrt),
    );
});

test('without a gradient it is the prior', () => {
  assert.equal(sambaVariances([0, 0], 1), [1, 1]);
  assert.is(sambaVariances([0, 3], 1)[0], 1);
});

test('the VAE stops at the minimum of its objective', () => {
  const [diagonal, beta] = [[3, 0.1, 40, -0.5], 2];
  isMinimum(
    sigma => sigma.reduce((sum, s, i) => sum + (diagonal[i]! * s * s) / 2, 0) + beta * kl(sigma),
    vaeVariances(diagonal, beta).map(Math.sqrt),
  );
});

test.run();
