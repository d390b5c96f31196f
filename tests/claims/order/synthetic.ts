/** @file Random ladders of known order: leading term, corrections of all powers, round-off. */
import type { OrderCase } from '../../../src/claims/order/case.js';
import type { Random } from '../../../src/claims/random.js';

export interface Synthetic {
  /** What the theorem says. */
  readonly order: number;
  /** What is. */
  readonly trueOrder?: number;
  /** True constant over the theorem's. */
  readonly factor?: number;
  /** An error first * step in a random direction. */
  readonly first?: number;
  /** Corrections are (corrections * h)^k in size. */
  readonly corrections: number;
  /** Largest round-off in units of 2^-52 * scale. */
  readonly roundOff: number;
  readonly withConstant?: boolean;
}

/** A random vector of the given length in 2-norm. */
function direction(random: Random, size: number, length: number): number[] {
  const v = Array.from({ length: size }, () => random.normal());
  const norm = Math.hypot(...v);
  return v.map(x => (x * length) / norm);
}

/** A ladder h = 2^-2 ... down to where the leading term is at round-off; scale 1. */
export function synthetic(of: Synthetic, random: Random): OrderCase {
  const { order, trueOrder = order, factor = 1, first = 0, corrections, roundOff, withConstant = true } = of;
  const size = 1 + Math.floor(4 * random.uniform());
  const constant = 10 ** (2 * random.uniform() - 1);
  const terms = [0, 1, 2, 3].map(k => direction(random, size, constant * corrections ** k));
  const wrong = direction(random, size, first);
  const last = Math.ceil(44 / order) + 2;
  const ladder = Array.from({ length: last - 1 }, (_, i) => {
    const step = 2 ** -(i + 2);
    const noise = (): number => roundOff * 2 ** -52 * (2 * random.uniform() - 1);
    const residual = Float64Array.from({ length: size }, (_, j) => {
      const series = terms.reduceRight((sum, term) => sum * step + term[j]!, 0);
      return factor * step ** trueOrder * series + step * wrong[j]! + noise();
    });
    return { step, residual, scale: 1 };
  });
  return { ladder, ...(withConstant && { constant: Float64Array.from(terms[0]!) }) };
}
