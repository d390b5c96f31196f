import * as assert from 'uvu/assert';
import { dyadic, ladder, type OrderCase } from '../../../src/claims/order/case.js';
import { smallestDetected } from '../../../src/claims/order/detect.js';
import { decideOrder } from '../../../src/claims/order.js';
import { suite } from '../../harness.js';

const test = suite('order: smallest detected error');

const cases = (order: number, withConstant: boolean, error = 0): OrderCase[] =>
  Array.from({ length: 8 }, (_, i) => {
    const a = 1 + i / 7;
    return {
      ladder: ladder(dyadic(1, 1, Math.floor(48 / order)), h => ({
        residual: a * h ** order * (1 + h) + error * h,
        scale: 1,
      })),
      ...(withConstant && { constant: a }),
    };
  });

for (const order of [2, 3, 4])
  test(`order ${order}: what it states is caught, a hundredth of it is not`, () => {
    const error = smallestDetected(cases(order, true), { order });
    assert.ok(error !== undefined && error > 1e-13 && error < 1e-5, String(error));
    const decide = (size: number) => decideOrder(cases(order, true, size), { order }).outcome;
    assert.ok(['too-low', 'wrong-constant'].includes(decide(1.1 * error)), decide(1.1 * error));
    assert.is(decide(error / 100), 'pass');
  });

test('order 1: a first-order error is one of the constant', () => {
  const error = smallestDetected(cases(1, true), { order: 1 });
  assert.ok(error !== undefined && error > 0.01 && error < 0.03, String(error));
  assert.is(smallestDetected(cases(1, false), { order: 1 }), undefined, 'a slope alone sees nothing');
});

test('exact: round-off is what is seen', () => {
  const exact: OrderCase[] = Array.from({ length: 8 }, () => ({
    ladder: ladder(dyadic(1, 1, 20), () => ({ residual: new Float64Array(3), scale: 1 })),
  }));
  const error = smallestDetected(exact, { order: 2 });
  assert.ok(error !== undefined && error < 1e-9, String(error));
});

test.run();
