/** @file How often the decision is wrong, measured on 1,000 decisions of 8 random ladders each. */
import * as assert from 'uvu/assert';
import { judgeCase } from '../../../src/claims/order/judge.js';
import { decideOrder } from '../../../src/claims/order.js';
import { type Random, stream } from '../../../src/claims/random.js';
import { suite } from '../../harness.js';
import { type Synthetic, synthetic } from './synthetic.js';

const test = suite('order: error rates');

const DECISIONS = 1000;
const CASES = 8;

/** Counts the outcomes of decisions on ladders that `draw` describes. */
function outcomes(name: string, draw: (order: number, random: Random) => Synthetic): Record<string, number> {
  const counts: Record<string, number> = {};
  for (let i = 0; i < DECISIONS; i++) {
    const random = stream(7, name, i);
    const order = 1 + Math.floor(4 * random.uniform());
    const of = draw(order, random);
    const cases = Array.from({ length: CASES }, () => synthetic(of, random));
    const { outcome } = decideOrder(cases, { order });
    counts[outcome] = (counts[outcome] ?? 0) + 1;
  }
  return counts;
}

/** Mild to strong corrections, round-off up to twice what the model expects. */
const surroundings = (random: Random) => ({
  corrections: 6 * random.uniform(),
  roundOff: 8 * random.uniform(),
});

// no error in 1,000 decisions bounds a rate below 0.7 % at 99.9 % confidence

test('what is right is never failed, and passes at least 99 times in 100', () => {
  const {
    pass = 0,
    inconclusive = 0,
    ...failed
  } = outcomes('right', (order, random) => ({ order, ...surroundings(random) }));
  assert.equal(failed, {});
  assert.ok(inconclusive <= DECISIONS / 100, `${inconclusive} inconclusive, ${pass} passed`);
});

test('without a constant the same', () => {
  const draw = (order: number, random: Random) => ({ order, withConstant: false, ...surroundings(random) });
  const { inconclusive = 0, pass: _, ...failed } = outcomes('slope', draw);
  assert.equal(failed, {});
  assert.ok(inconclusive <= DECISIONS / 100, `${inconclusive} inconclusive`);
});

test('a wrong order or constant never passes', () => {
  const mistakes: ((order: number) => Partial<Synthetic>)[] = [
    order => ({ trueOrder: order - 1, withConstant: false }),
    order => ({ trueOrder: order - 0.5, withConstant: false }),
    order => ({ trueOrder: order + 1 }),
    () => ({ factor: 1.02 }),
    () => ({ factor: 0.98 }),
    () => ({ factor: -1 }),
  ];
  const counts = outcomes('wrong', (order, random) => ({
    order,
    ...mistakes[Math.floor(mistakes.length * random.uniform())]!(order),
    ...surroundings(random),
  }));
  const { 'too-low': low = 0, 'wrong-constant': constant = 0, inconclusive = 0, pass } = counts;
  assert.is(pass, undefined);
  assert.is(low + constant + inconclusive, DECISIONS);
  assert.ok(inconclusive <= DECISIONS / 100, `${inconclusive} inconclusive`);
});

test('a first-order error of 1e-5 of the scale never passes from order 2 on', () => {
  const draw = (order: number, random: Random) => ({
    order: Math.max(2, order),
    first: 1e-5,
    ...surroundings(random),
  });
  const { pass, inconclusive = 0 } = outcomes('first', draw);
  assert.is(pass, undefined);
  assert.ok(inconclusive <= DECISIONS / 20, `${inconclusive} inconclusive`);
});

test('the standard error of a slope is one: at most 1 % of the slopes are 3 of them off', () => {
  let far = 0;
  for (let i = 0; i < DECISIONS; i++) {
    const random = stream(7, 'slope', i);
    const order = 1 + Math.floor(4 * random.uniform());
    const { slope } = judgeCase(synthetic({ order, ...surroundings(random) }, random), {
      order,
      constantTolerance: 0.01,
    });
    if (slope !== undefined && Math.abs(slope.value - order) > 3 * slope.error) far++;
  }
  assert.ok(far <= DECISIONS / 100, `${far} are`);
});

test('round-off ten times above its model makes decisions undecided, not wrong', () => {
  const draw = (order: number, random: Random) => ({
    order,
    corrections: 3 * random.uniform(),
    roundOff: 40,
  });
  const { pass: _, inconclusive: __, ...failed } = outcomes('noisy', draw);
  assert.equal(failed, {});
});

test.run();
