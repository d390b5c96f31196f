import * as assert from 'uvu/assert';
import {
  type Landscape,
  lowestFrom,
  noisy,
  TOY_RULES,
  type ToyRules,
  toyLoss,
} from '../../../src/theory/closed/toy-landscape.js';
import { suite } from '../../harness.js';

const test = suite('toy landscape');

/** Noise of covariance rho^2 I. */
const WHOLE: ToyRules = { ...TOY_RULES, deviation: radius => radius };

/** The mean by midpoints of an even grid, which does not know of the logarithm at the deviation 0. */
const byCells = (rules: ToyRules, across: number, along: number): Landscape => {
  const f = toyLoss(rules);
  const deviation = rules.deviation(rules.radius, 2);
  return ([m, s]) => {
    let [total, mass] = [0, 0];
    for (let i = 0; i < across; i++)
      for (let j = 0; j < along; j++) {
        const [x, y] = [6 * ((2 * i + 1) / across - 1), 6 * ((2 * j + 1) / along - 1)];
        const weight = Math.exp(-(x * x + y * y) / 2);
        mass += weight;
        total += weight * f([m! + deviation * x, s! + deviation * y]);
      }
    return total / mass;
  };
};

/** Far from the logarithm, at it, and where an even grid of 32 cells has a false minimum. */
const PLACES = [
  [20, 30],
  [-14, 1],
  [-7, 21],
] as const;

test('the mean under noise is that of a grid of 48 by 8192 cells', () => {
  for (const rules of [TOY_RULES, WHOLE])
    for (const place of PLACES.slice(1)) {
      const [found, fine] = [noisy(rules)(place), byCells(rules, 48, 8192)(place)];
      // the grid errs by its cell next to the logarithm
      assert.ok(Math.abs(found - fine) < 2e-4, `${place}: ${found}, ${fine}`);
    }
});

test('twice the nodes change it by 2e-6 at most', () => {
  for (const rules of [TOY_RULES, WHOLE])
    for (const place of PLACES) {
      const [found, finer] = [noisy(rules)(place), noisy(rules, 48)(place)];
      assert.ok(Math.abs(found - finer) < 2e-6, `${place}: ${found}, ${finer}`);
    }
});

test('there is no minimum at (-7, 21) under noise of covariance rho^2 I: from there the way leads to the wide one', () => {
  const { at } = lowestFrom(noisy(WHOLE), [-7, 21]);
  assert.ok(Math.hypot(at[0]! - 19, at[1]! - 31) < 1, `ends at ${at}`);
});

test('negative control: 32 even cells make one there', () => {
  const { at } = lowestFrom(byCells(WHOLE, 32, 32), [-7, 21]);
  assert.ok(Math.hypot(at[0]! + 7, at[1]! - 21) < 0.5, `ends at ${at}`);
});

test('where there is no noise it is the loss', () => {
  const still = noisy({ ...TOY_RULES, deviation: () => 0 });
  for (const place of PLACES) assert.ok(Math.abs(still(place) - toyLoss(TOY_RULES)(place)) < 1e-12);
});

test.run();
