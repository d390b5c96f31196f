import * as assert from 'uvu/assert';
import { type Evaluated, lbfgs } from '../../../src/theory/numerics/lbfgs.js';
import type { Vector } from '../../../src/theory/numerics/matrix.js';
import { suite } from '../../harness.js';

const rosenbrock = (x: Vector): Evaluated => {
  const [a, b] = [x[0]!, x[1]!];
  return {
    value: (1 - a) ** 2 + 100 * (b - a * a) ** 2,
    gradient: [-2 * (1 - a) - 400 * a * (b - a * a), 200 * (b - a * a)],
  };
};

const test = suite('theory/closed/lbfgs');

test('a curved valley', () => {
  const found = lbfgs(rosenbrock, [-1.2, 1], { tolerance: 1e-9 });
  for (const x of found.at) assert.ok(Math.abs(x - 1) < 1e-8);
  assert.ok(found.iterations < 100, `${found.iterations}`);
});

test('an ill-conditioned quadratic', () => {
  const scales = [1, 10, 100, 1e4];
  const quadratic = (x: Vector): Evaluated => ({
    value: x.reduce((sum, v, i) => sum + (scales[i]! * (v - i) ** 2) / 2, 0),
    gradient: x.map((v, i) => scales[i]! * (v - i)),
  });
  const found = lbfgs(quadratic, [5, 5, 5, 5], { tolerance: 1e-10, memory: 3 });
  for (const [i, x] of found.at.entries()) assert.ok(Math.abs(x - i) < 1e-8);
});

test('a minimum is left as it is, and iterations are counted', () => {
  assert.is(lbfgs(rosenbrock, [1, 1], { tolerance: 1e-9 }).iterations, 0);
  assert.is(lbfgs(rosenbrock, [-1.2, 1], { tolerance: 1e-9, iterations: 3 }).iterations, 3);
});

test('a tolerance below rounding ends where the descent does', () => {
  const shifted = (x: Vector): Evaluated => {
    const { value, gradient } = rosenbrock(x);
    return { value: 1e6 + value, gradient };
  };
  const found = lbfgs(shifted, [-1.2, 1], { tolerance: 0 });
  assert.ok(found.iterations < 1000);
  assert.ok(found.value - 1e6 < 1e-8);
});

test('a slope without end', () => {
  const found = lbfgs(x => ({ value: -x[0]!, gradient: [-1] }), [0], { tolerance: 1e-9, iterations: 2 });
  assert.ok(found.at[0]! > 1e6);
});

test.run();
