/** @file The power of an order decision: the smallest error that it would have caught. */
import { decideOrder, type OrderOptions } from '../order.js';
import type { OrderCase, Rung } from './case.js';
import { entries, norm } from './vector.js';

/**
 * The ladder as it would be with an error relative * step * scale in the direction of its last clear
 * residual.
 */
function perturb(of: OrderCase, relative: number): OrderCase {
  const sorted = [...of.ladder].sort((a, b) => b.step - a.step);
  const last =
    sorted.findLast(({ residual, scale }) => norm(entries(residual)) > 1e-12 * scale) ?? sorted.at(-1);
  const towards = Float64Array.from(last === undefined ? [] : entries(last.residual));
  const size = norm(towards);
  if (size === 0) towards[0] = 1;
  const ladder = of.ladder.map(
    (rung): Rung => ({
      ...rung,
      residual: Float64Array.from(
        entries(rung.residual),
        (x, i) => x + (relative * rung.step * rung.scale * towards[i]!) / (size || 1),
      ),
    }),
  );
  return { ...of, ladder };
}

/**
 * The smallest d such that an error d * step * scale in every residual is rejected (decided 'too-low' or
 * 'wrong-constant'), to within 10 %, by bisection over re-decided ladders; undefined where not even d = 1 is.
 */
export function smallestDetected(cases: readonly OrderCase[], options: OrderOptions): number | undefined {
  const caught = (logarithm: number): boolean => {
    const { outcome } = decideOrder(
      cases.map(of => perturb(of, 10 ** logarithm)),
      options,
    );
    return outcome === 'too-low' || outcome === 'wrong-constant';
  };
  let [low, high] = [-16, 0];
  if (!caught(high)) return undefined;
  while (high - low > 0.04) {
    const middle = (low + high) / 2;
    if (caught(middle)) high = middle;
    else low = middle;
  }
  return 10 ** high;
}
