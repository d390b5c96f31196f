/**
 * @file The trust-region oracle: optimality conditions, hard and interior cases, and no feasible point above
 * it.
 */
import * as assert from 'uvu/assert';
import { maximiseOnSmallBall } from '../../../src/theory/numerics/ball-ascent.js';
import { inverse } from '../../../src/theory/numerics/cholesky.js';
import {
  add,
  apply,
  diagonal,
  dot,
  form,
  norm,
  scale,
  subtract,
} from '../../../src/theory/numerics/matrix.js';
import { maximiseOnBall, maximiseOnEllipsoid } from '../../../src/theory/numerics/trust-region.js';
import { suite } from '../../harness.js';

const test = suite('theory/closed/trust-region');

const value = (g: readonly number[], a: readonly (readonly number[])[], u: readonly number[]): number =>
  dot(g, u) + form(u, a, u) / 2;

/** Points all over the ball, the same on every run. */
const points = (d: number, radius: number): number[][] =>
  Array.from({ length: 4000 }, (_, k) => {
    const u = Array.from({ length: d }, (__, i) => Math.sin((k + 1) * (i + 1.7) * 1.3));
    return scale((radius * ((k % 5) + 1)) / 5 / norm(u), u);
  });

const cases = {
  'positive definite': { g: [1, -0.5, 0.2], a: diagonal([2, 1, 0.5]), kind: 'boundary' },
  indefinite: { g: [0.1, 1, 0.3], a: diagonal([1, -2, 0.4]), kind: 'boundary' },
  'negative, maximum inside': { g: [0.1, 0.1, 0], a: diagonal([-1, -2, -3]), kind: 'interior' },
  'negative, maximum outside': { g: [3, 1, 0], a: diagonal([-1, -2, -3]), kind: 'boundary' },
  'hard case': { g: [0, 0.5, 0.2], a: diagonal([3, 1, -1]), kind: 'hard' },
  'nearly hard case': { g: [1e-9, 0.5, 0.2], a: diagonal([3, 1, -1]), kind: 'boundary' },
  'tied top eigenvalues': { g: [0.3, 0.4, 0], a: diagonal([2, 2, -1]), kind: 'boundary' },
  'no gradient': { g: [0, 0, 0], a: diagonal([3, 1, -1]), kind: 'hard' },
  linear: { g: [3, 4, 0], a: diagonal([0, 0, 0]), kind: 'boundary' },
} as const;

for (const [name, { g, a, kind }] of Object.entries(cases))
  test(name, () => {
    const found = maximiseOnBall(g, a, 0.75);
    assert.is(found.kind, kind);
    assert.ok(norm(found.point) <= 0.75 * (1 + 1e-14));
    assert.ok(Math.abs(found.value - value(g, a, found.point)) < 1e-14);
    // Stationarity: grad = mu u with mu >= the largest eigenvalue, mu >= 0, and mu = 0 inside.
    const gradient = add(g, apply(a, found.point));
    const mu = dot(gradient, found.point) / norm(found.point) ** 2;
    assert.ok(norm(subtract(gradient, scale(mu, found.point))) < 1e-8);
    assert.ok(mu >= Math.max(...a.map((row, i) => row[i]!), 0) - 1e-8 || kind === 'interior');
    if (kind === 'interior') assert.ok(norm(gradient) < 1e-14);
    for (const u of points(3, 0.75)) assert.ok(value(g, a, u) <= found.value + 1e-15);
  });

test('known values', () => {
  assert.is(maximiseOnBall([3, 4], diagonal([0, 0]), 2).value, 10);
  assert.is(maximiseOnBall([0, 0], diagonal([3, -1]), 2).value, 6);
  assert.is(maximiseOnBall([0], [[-1]], 2).value, 0);
});

test('the ellipsoid is the whitened ball', () => {
  const sigma = [
    [0.5, 0.2],
    [0.2, 0.3],
  ];
  const [g, a] = [
    [1, -2],
    [
      [1, 0.5],
      [0.5, -1],
    ],
  ];
  const found = maximiseOnEllipsoid(g!, a!, sigma, 1.5);
  assert.ok(Math.abs(form(found.point, inverse(sigma), found.point) - 2.25) < 1e-13);
  assert.ok(Math.abs(found.value - value(g!, a!, found.point)) < 1e-14);
});

test('the ascent on a small ball finds what the secular equation finds', () => {
  const [g, a] = [[1, -0.5, 0.2], diagonal([0.3, -0.2, 0.1])];
  const gradient = (u: readonly number[]): number[] => add(g, apply(a, u));
  const steep = maximiseOnSmallBall(gradient, 0.75, { start: g });
  assert.ok(norm(subtract(steep, maximiseOnBall(g, a, 0.75).point)) < 1e-13);
  // Without a gradient, from near the top eigenvector; the largest eigenvalue in size is a negative one.
  const saddle = diagonal([1, -3, 0.5]);
  const flat = maximiseOnSmallBall(u => apply(saddle, u), 2, { start: [1, 0.1, -0.1], shift: 3 });
  assert.ok(norm(subtract(flat, [2, 0, 0])) < 1e-10);
  assert.throws(() => maximiseOnSmallBall(u => scale(-1, u), 2, { start: [1, 0.5] }), /must settle/);
});

test.run();
