/** @file Tests of the difference of two means: Welch's for independent values, Student's for pairs. */
import { mean, standardDeviation, studentCdf, studentQuantile } from '../statistics.js';

export interface MeanTest {
  /** Mean of the first minus mean of the second. */
  readonly difference: number;
  /** Nothing varies: the difference is what it is, without an error. */
  readonly exact: boolean;
  /** Ends of the two-sided interval of the difference that misses it with probability alpha. */
  interval(alpha: number): readonly [low: number, high: number];
  /**
   * One-sided p-value against "the difference is `at` or more": small when the first mean lies clearly lower.
   */
  below(at: number): number;
  /** One-sided p-value against "the difference is `at` or less". */
  above(at: number): number;
}

function student(difference: number, error: number, freedom: number): MeanTest {
  const p = (shift: number): number =>
    error > 0 ? studentCdf(shift / error, freedom) : shift < 0 ? 0 : shift > 0 ? 1 : 0.5;
  return {
    difference,
    exact: !(error > 0),
    interval: alpha => {
      const half = error > 0 ? -studentQuantile(alpha / 2, freedom) * error : 0;
      return [difference - half, difference + half];
    },
    below: at => p(difference - at),
    above: at => p(at - difference),
  };
}

/** Of independent values with unequal variances. Both sets must hold two or more finite values. */
export function welch(a: readonly number[], b: readonly number[]): MeanTest {
  const [u, v] = [standardDeviation(a) ** 2 / a.length, standardDeviation(b) ** 2 / b.length];
  // Satterthwaite's degrees of freedom; at least those of the smaller set, but for rounding
  const freedom = Math.max(1, (u + v) ** 2 / (u ** 2 / (a.length - 1) + v ** 2 / (b.length - 1)));
  return student(mean(a) - mean(b), Math.sqrt(u + v), freedom);
}

/** Of pairs, by their differences, two or more finite ones. */
export const paired = (differences: readonly number[]): MeanTest =>
  student(
    mean(differences),
    standardDeviation(differences) / Math.sqrt(differences.length),
    differences.length - 1,
  );
