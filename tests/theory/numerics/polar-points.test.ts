import * as assert from 'uvu/assert';
import { expectation, gaussianPoints } from '../../../src/theory/numerics/gauss-hermite.js';
import { polarPoints } from '../../../src/theory/numerics/polar-points.js';
import { suite } from '../../harness.js';

const test = suite('polar points');

const monomial =
  (a: number, b: number) =>
  ([x, y]: readonly number[]): number =>
    x! ** a * y! ** b;

test('moments up to the degree that it promises, and not beyond', () => {
  const [polar, product] = [polarPoints(3, 12), gaussianPoints(2, 8)];
  for (let a = 0; a < 12; a++)
    for (let b = 0; a + b < 12; b++) {
      const exact = expectation(product, monomial(a, b));
      const scale = expectation(product, ([x, y]) => Math.abs(monomial(a, b)([x!, y!])));
      assert.ok(Math.abs(expectation(polar, monomial(a, b)) - exact) < 1e-12 * scale, `x^${a} y^${b}`);
    }
  const twelfth = monomial(12, 0);
  assert.ok(Math.abs(expectation(polar, twelfth) / expectation(gaussianPoints(2, 8), twelfth) - 1) > 0.01);
});

test('turning a function changes its mean far less than with a product rule of as many points', () => {
  const turned =
    (angle: number) =>
    ([x, y]: readonly number[]) => {
      const [u, v] = [
        Math.cos(angle) * x! - Math.sin(angle) * y!,
        Math.sin(angle) * x! + Math.cos(angle) * y!,
      ];
      return Math.tanh(0.3 + 0.6 * u) * Math.tanh(0.15 - 0.3 * v);
    };
  const spread = (points: ReturnType<typeof polarPoints>): number => {
    const means = Array.from({ length: 24 }, (_, k) => expectation(points, turned(k / 4)));
    return Math.max(...means) - Math.min(...means);
  };
  assert.ok(spread(polarPoints(3, 12)) < 0.05 * spread(gaussianPoints(2, 6)));
});

test.run();
