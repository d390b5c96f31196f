/**
 * @file One number from a stated distribution, shrinking towards 0 and towards few binary digits.
 *
 * fast-check's own doubles are uniform over representable numbers, nearly all of them below 1e-10; its
 * integers are biased towards small ones. Ours follow the distribution they name, always, and every number is
 * a short dyadic decimal.
 */
import fc from 'fast-check';

/** The number of binary digits after the point; 0 for an integer. */
export function fractionBits(x: number): number {
  let bits = 0;
  for (let y = x; !Number.isInteger(y); y *= 2) bits++;
  return bits;
}

/** +0 for -0. */
export const plain = (x: number): number => (x === 0 ? 0 : x);

/**
 * Whether a is simpler than b: fewer binary digits after the point, then smaller, then positive. Every shrink
 * step goes to a simpler number, and no number has infinitely many simpler ones below it in a range:
 * shrinking ends.
 */
export function simpler(a: number, b: number): boolean {
  const [p, q] = [fractionBits(a), fractionBits(b)];
  if (p !== q) return p < q;
  return Math.abs(a) !== Math.abs(b) ? Math.abs(a) < Math.abs(b) : a > b;
}

/**
 * Simpler numbers to try in place of x, the boldest first: zero, positive, rounded to fewer digits, nearer to
 * zero.
 */
function* simplifications(x: number): Generator<number> {
  if (x === 0) return;
  yield 0;
  if (x < 0) yield -x;
  const bits = fractionBits(x);
  for (let kept = 0; kept < bits; kept++) {
    const grid = 2 ** kept;
    yield plain(Math.trunc(x * grid) / grid);
    yield (Math.trunc(x * grid) + Math.sign(x)) / grid;
  }
  const steps = Math.abs(x) * 2 ** bits;
  for (let drop = Math.ceil(steps / 2); drop >= 1; drop = drop > 1 ? Math.ceil(drop / 2) : 0)
    yield plain((Math.sign(x) * (steps - drop)) / 2 ** bits);
}

/** A number drawn by `draw`, among those that `contains` accepts. */
export class NumberArbitrary extends fc.Arbitrary<number> {
  constructor(
    readonly draw: (random: fc.Random) => number,
    readonly contains: (x: number) => boolean,
  ) {
    super();
  }

  /** The bias that fast-check asks for is ignored: it would change the distribution. */
  override generate(random: fc.Random): fc.Value<number> {
    return new fc.Value(plain(this.draw(random)), undefined);
  }

  override canShrinkWithoutContext(value: unknown): value is number {
    return typeof value === 'number' && this.contains(value);
  }

  override shrink(value: number): fc.Stream<fc.Value<number>> {
    return new fc.Stream(this.shrunk(value)).map(x => new fc.Value(x, undefined));
  }

  /** The simpler numbers of the range, without repetition. */
  *shrunk(value: number): Generator<number> {
    const seen = new Set<number>();
    for (const x of simplifications(value))
      if (this.contains(x) && simpler(x, value) && !seen.has(x)) {
        seen.add(x);
        yield x;
      }
  }
}

const RESOLUTION = 2 ** 32;

/** Uniform in (0, 1), on the midpoints of a grid of 2^32 cells. */
export const uniform = (random: fc.Random): number => (random.nextInt(0, RESOLUTION - 1) + 0.5) / RESOLUTION;
