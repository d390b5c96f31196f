/** @file The distributions: uniform on a dyadic grid, log-uniform, normal. */
import { normalQuantile } from '../../src/claims/normal-quantile.js';
import { fractionBits, NumberArbitrary, uniform } from './number.js';

interface Grid {
  readonly min: number;
  readonly max: number;
  /** Binary digits after the point. */
  readonly bits: number;
}

/** Uniform on the multiples of 2^-bits in [min, max]; both ends must be such multiples. */
export function dyadic({ min, max, bits }: Grid): NumberArbitrary {
  const grid = 2 ** bits;
  const [low, high] = [min * grid, max * grid];
  if (!Number.isInteger(low) || !Number.isInteger(high) || low > high)
    throw new Error(
      `dyadic: min <= max must be multiples of 2^-bits, got [${min}, ${max}] with ${bits} bits`,
    );
  return new NumberArbitrary(
    random => random.nextInt(low, high) / grid,
    x => x >= min && x <= max && Number.isInteger(x * grid),
  );
}

/** x rounded to so many significant binary digits. */
function roundTo(significant: number, x: number): number {
  const unit = 2 ** (Math.floor(Math.log2(Math.abs(x))) + 1 - significant);
  return Math.round(x / unit) * unit;
}

interface LogRange {
  /** Positive; both ends are rounded to the significant digits. */
  readonly min: number;
  readonly max: number;
  /** Significant binary digits, 6 when not said. */
  readonly significant?: number;
}

/** The logarithm is uniform between those of min and max. */
export function logUniform({ min, max, significant = 6 }: LogRange): NumberArbitrary {
  if (!(min > 0 && max >= min && max < Infinity))
    throw new Error(`logUniform: 0 < min <= max must hold, got [${min}, ${max}]`);
  const span = Math.log(max / min);
  const [low, high] = [roundTo(significant, min), roundTo(significant, max)];
  return new NumberArbitrary(
    random => roundTo(significant, min * Math.exp(span * uniform(random))),
    x => x >= low && x <= high && roundTo(significant, x) === x,
  );
}

interface Normal {
  readonly std?: number;
  /** Binary digits after the point, 8 when not said. */
  readonly bits?: number;
}

/** No draw lies further out: the quantile of 2^-33. */
const REACH = 6.4;

/** Normal with mean 0, rounded to a multiple of 2^-bits. */
export function normal({ std = 1, bits = 8 }: Normal = {}): NumberArbitrary {
  const grid = 2 ** bits;
  return new NumberArbitrary(
    random => Math.round(std * normalQuantile(uniform(random)) * grid) / grid,
    x => Math.abs(x) <= std * REACH + 1 / grid && fractionBits(x) <= bits,
  );
}
