/** @file Vectors: independent numbers that shrink together, and directions. */
import fc from 'fast-check';
import { norm } from '../../src/theory/numerics/matrix.js';
import { type NumberArbitrary, plain, simpler } from './number.js';
import { normal } from './numbers.js';

/** Largest count of digits to which a vector is rounded as a whole. */
const COARSE_BITS = 3;

/**
 * `length` independent numbers. Shrinking first sets all, then ever shorter runs, to zero; then rounds; then
 * one by one.
 */
class VectorArbitrary extends fc.Arbitrary<number[]> {
  constructor(
    private readonly length: number,
    private readonly element: NumberArbitrary,
  ) {
    super();
  }

  override generate(random: fc.Random): fc.Value<number[]> {
    const values = Array.from({ length: this.length }, () => this.element.generate(random).value);
    return new fc.Value(values, undefined);
  }

  override canShrinkWithoutContext(value: unknown): value is number[] {
    return (
      Array.isArray(value) &&
      value.length === this.length &&
      value.every(x => this.element.canShrinkWithoutContext(x))
    );
  }

  override shrink(value: number[]): fc.Stream<fc.Value<number[]>> {
    return new fc.Stream(this.shrunk(value)).map(x => new fc.Value(x, undefined));
  }

  private *shrunk(value: readonly number[]): Generator<number[]> {
    const allowed = (from: number, to: number): boolean =>
      from === to || (this.element.contains(to) && simpler(to, from));
    const changed = (to: readonly number[]): boolean =>
      to.some((x, i) => x !== value[i]) && to.every((x, i) => allowed(value[i]!, x));
    for (let run = this.length; run >= 2; run = Math.ceil(run / 2))
      for (let start = 0; start < this.length; start += run) {
        const zeroed = value.map((x, i) => (i >= start && i < start + run ? 0 : x));
        if (changed(zeroed)) yield zeroed;
      }
    for (let kept = 0; kept <= COARSE_BITS; kept++) {
      const rounded = value.map(x => plain(Math.round(x * 2 ** kept) / 2 ** kept));
      if (changed(rounded)) yield rounded;
    }
    for (const [i, x] of value.entries()) for (const y of this.element.shrunk(x)) yield value.with(i, y);
  }
}

/** Independent draws of `element`. */
export const vector = (length: number, element: NumberArbitrary): fc.Arbitrary<number[]> =>
  new VectorArbitrary(length, element);

/** v / |v|; the first axis for v = 0. */
function direction(v: readonly number[]): number[] {
  const length = norm(v);
  return length === 0 ? v.map((_, i) => (i === 0 ? 1 : 0)) : v.map(x => (x === 0 ? 0 : x / length));
}

/**
 * Uniform on the sphere in `dimension` dimensions, up to the grid of its entries; shrinks to the first axis.
 */
export const unitVector = (dimension: number): fc.Arbitrary<number[]> =>
  vector(dimension, normal({ bits: 12 })).map(direction);
