/** @file Tolerances for rounding, by name: how many units a value may be off, and why so many. */

/** The rounding unit that tolerances count in: the distance of 1 from the next double. */
export const UNIT = 2 ** -52;

/**
 * Units of the scale that a value may be off, by how it is computed. Every one is far below what a wrong rule
 * does, which the negative controls show; none is tuned to the errors seen.
 */
export const ULPS = {
  /**
   * One expression of well-conditioned terms: n operations err by at most n/2 units of the sum of the terms'
   * sizes, and what our claims add up has up to about a hundred. What `equals` and `bound` grant when a claim
   * says nothing.
   */
  expression: 2 ** 6,
  /**
   * A factorisation or a solve between the two values: a backward error of a few d units for d up to ten,
   * times a condition number of a few.
   */
  factorisation: 2 ** 8,
  /**
   * The end of an iteration (fixed point, ascent, quadrature of thousands of nodes), which stops some units
   * from its limit, or factorisations whose condition numbers reach hundreds; also the factor in the scale of
   * such residuals.
   */
  iteration: 2 ** 10,
} as const;

/**
 * By how many units of the scale a counterexample violates a claim at least: 2.4e-10 of it. What an iteration
 * errs by is a thousandth of that, so no rounding passes for a violation; a claim with a smaller one says so.
 */
export const VIOLATION = 2 ** 20;
