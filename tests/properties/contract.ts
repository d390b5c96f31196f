/** @file What every arbitrary must do, asserted in one place. */
import fc from 'fast-check';
import * as assert from 'uvu/assert';

/** A number read off a value, with the distribution function it should have. */
interface Marginal<T> {
  readonly what: string;
  readonly of: (value: T) => number;
  /** P(X <= x), of the numbers as they are rounded. */
  readonly cdf: (x: number) => number;
}

export interface Contract<T> {
  readonly name: string;
  readonly arbitrary: fc.Arbitrary<T>;
  /** What is wrong with a value, if anything. */
  readonly flaw: (value: T) => string | false;
  readonly marginals: readonly Marginal<T>[];
  /**
   * The value forgets something of what it was made from (a length, say): a shrink step may leave it as it
   * was.
   */
  readonly forgetful?: true;
}

/** Chance that one distribution assertion fails for a right generator at a random seed. */
export const FALSE_ALARM = 1e-9;
const DRAWS = 8000;

/**
 * Dvoretzky-Kiefer-Wolfowitz-Massart: the empirical distribution function is this close, but for the false
 * alarms.
 */
export const dkw = (draws: number, alpha: number): number => Math.sqrt(Math.log(2 / alpha) / (2 * draws));

/** The largest distance between an empirical distribution function and the stated one. */
export function distance(sample: readonly number[], cdf: (x: number) => number): number {
  const sorted = [...sample].sort((a, b) => a - b);
  let worst = 0;
  for (const [i, x] of sorted.entries()) {
    // Ties: the empirical function jumps at the last of them; just below the first it is held against P(X <
    // x).
    if (x !== sorted[i + 1]) worst = Math.max(worst, Math.abs((i + 1) / sorted.length - cdf(x)));
    if (x !== sorted[i - 1])
      worst = Math.max(worst, Math.abs(i / sorted.length - cdf(x - Math.abs(x) * 2 ** -40 - 1e-12)));
  }
  return worst;
}

export function assertDistribution<T>({ arbitrary, marginals }: Contract<T>, seed: number): void {
  const values = fc.sample(arbitrary, { numRuns: DRAWS, seed });
  for (const { what, of, cdf } of marginals) {
    const error = distance(values.map(of), cdf);
    const allowed = dkw(DRAWS, FALSE_ALARM);
    assert.ok(error <= allowed, `${what}: distribution function off by ${error}, allowed ${allowed}`);
  }
}

function numbersIn(value: unknown): number[] {
  if (typeof value === 'number') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(numbersIn) : [];
}

export function assertValid<T>({ arbitrary, flaw }: Contract<T>, seed: number): void {
  for (const value of fc.sample(arbitrary, { numRuns: 200, seed })) {
    for (const x of numbersIn(value)) assert.ok(Number.isFinite(x) && !Object.is(x, -0), `number ${x}`);
    const wrong = flaw(value);
    assert.not.ok(wrong, `${wrong}: ${fc.stringify(value)}`);
    assert.equal(JSON.parse(JSON.stringify(value)), value);
  }
}

export function assertReproducible<T>({ arbitrary }: Contract<T>, seed: number): void {
  const draw = (s: number): string => JSON.stringify(fc.sample(arbitrary, { numRuns: 20, seed: s }));
  assert.is(draw(seed), draw(seed));
  assert.is.not(draw(seed), draw(seed + 1));
}

/** Long enough for every generator here, short enough to notice one that does not end. */
const LONGEST_WALK = 5000;
const CANDIDATES = 40;

/** Draws a value and walks down its shrink tree, taking the first candidate or any. */
class Walk<T> extends fc.Arbitrary<T[]> {
  constructor(
    private readonly inner: fc.Arbitrary<T>,
    private readonly bold: boolean,
  ) {
    super();
  }

  override generate(random: fc.Random): fc.Value<T[]> {
    let here = this.inner.generate(random, undefined);
    const path = [here.value];
    while (path.length < LONGEST_WALK) {
      const next = [...this.inner.shrink(here.value, here.context).take(this.bold ? 1 : CANDIDATES)];
      if (next.length === 0) break;
      here = next[random.nextInt(0, next.length - 1)]!;
      path.push(here.value);
    }
    return new fc.Value(path, undefined);
  }

  override canShrinkWithoutContext(_value: unknown): _value is T[] {
    return false;
  }

  override shrink(): fc.Stream<fc.Value<T[]>> {
    return fc.Stream.nil();
  }
}

/** Every shrink step goes somewhere new and valid, whichever candidate is taken, and there is an end. */
export function assertShrinks<T>({ arbitrary, flaw, forgetful }: Contract<T>, seed: number): void {
  for (const bold of [true, false])
    for (const path of fc.sample(new Walk(arbitrary, bold), { numRuns: 8, seed })) {
      assert.ok(path.length < LONGEST_WALK, 'shrinking must end');
      const distinct = new Set(path.map(value => JSON.stringify(value))).size;
      if (!forgetful) assert.is(distinct, path.length, 'a shrink step came back');
      for (const value of path)
        assert.not.ok(flaw(value), `shrunk to an invalid value: ${fc.stringify(value)}`);
    }
}
