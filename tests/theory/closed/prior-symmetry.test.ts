import * as assert from 'uvu/assert';
import {
  clearance,
  determinantOf,
  PRIORS,
  scoreRotation,
  twist,
} from '../../../src/theory/closed/prior-symmetry.js';
import { integrate } from '../../../src/theory/numerics/gauss-legendre.js';
import { identity, norm } from '../../../src/theory/numerics/matrix.js';
import { suite } from '../../harness.js';

const test = suite('theory/closed/prior-symmetry');

const near = (a: readonly number[], b: readonly number[], tolerance: number): void =>
  assert.ok(norm(a.map((x, i) => x - b[i]!)) <= tolerance, `[${a}] is not [${b}]`);

for (const prior of Object.values(PRIORS))
  test(`${prior.name}: F and its inverse, and the density is the derivative of F`, () => {
    for (const u of [
      [0.2, 0.9],
      [0.5, 0.75],
      [0.7, 0.05],
    ]) {
      const z = prior.fromUniform(u);
      near(prior.toUniform(z), u, 1e-14);
      const mass = determinantOf(prior.toUniform, z);
      if (prior.name !== 'laplace' || clearance(z) > 0.1) near([Math.log(mass)], [prior.logDensity(z)], 1e-8);
    }
  });

test('the dependent density adds up to one', () => {
  const slice = (a: number): number =>
    [-120, -20, -4, 0, 4, 20, 120]
      .slice(1)
      .reduce(
        (sum, end, i) =>
          sum +
          integrate(
            b => Math.exp(PRIORS.dependent.logDensity([a, b])),
            [-120, -20, -4, 0, 4, 20][i]!,
            end,
            48,
          ),
        0,
      );
  const marginal = (a: number): number => Math.exp(-Math.abs(a)) / (1 + Math.exp(-Math.abs(a))) ** 2;
  for (const a of [-1, 0, 2]) near([slice(a)], [marginal(a)], 1e-6);
});

test('no rotation is the identity; the twist keeps lengths and volumes, and turns back', () => {
  const z = [0.8, -0.3];
  for (const prior of [PRIORS.logistic, PRIORS.laplace, PRIORS.normal])
    near(scoreRotation(prior, identity(2))(z), z, 1e-13);
  assert.ok(Math.abs(norm(twist(1.3)(z)) - norm(z)) < 1e-15);
  near(twist(-1.3)(twist(1.3)(z)), z, 1e-15);
  near([determinantOf(twist(1.3), z)], [1], 1e-9);
});

test('determinants of known maps', () => {
  near([determinantOf(([a, b]) => [2 * a!, a! + 3 * b!], [0.1, 0.2])], [6], 1e-12);
  near([determinantOf(([a, b]) => [b!, a!], [0.1, 0.2])], [1], 1e-12);
  near([determinantOf(([a, b]) => [a! ** 3, Math.exp(b!)], [1, 0.5])], [3 * Math.exp(0.5)], 1e-9);
});

test.run();
