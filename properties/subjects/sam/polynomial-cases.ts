/** @file Polynomials of given degrees with a point. */

import type { PowerSum } from '../../../src/theory/closed/power-sum.js';
import { draw, fc, mat } from '../../kit.js';

export interface PolynomialCase {
  readonly polynomial: PowerSum;
  readonly point: readonly number[];
}

/** Sums of powers of linear forms with the given exponents. */
export const polynomials =
  (powers: readonly number[]) =>
  (p: number): fc.Arbitrary<PolynomialCase> =>
    draw
      .record({
        terms: fc.tuple(
          ...powers.map(n =>
            draw.record({
              c: draw.normal(),
              a: draw.vector(p, draw.normal()),
              b: draw.normal(),
              n: fc.constant(n),
            }),
          ),
        ),
        point: draw.vector(p, draw.normal()),
      })
      .map(({ terms, point }) => ({ polynomial: { terms }, point }));

/** The size of a polynomial's terms, all signs alike. */
export function polynomialSize({ polynomial, point }: PolynomialCase, sigma: mat.Matrix): number {
  const spread = Math.sqrt(mat.norm(sigma.flat()));
  return polynomial.terms.reduce(
    (sum, { c, a, b, n }) =>
      sum + Math.abs(c) * (mat.norm(a) * (mat.norm(point) + n * spread) + Math.abs(b)) ** n,
    1,
  );
}
