/** @file Polynomials of given degrees with a point. */
import fc from 'fast-check';
import type { PowerSum } from '../../../src/theory/closed/power-sum.js';
import { type Matrix, norm } from '../../../src/theory/numerics/matrix.js';
import { normal } from '../../arbitraries/numbers.js';
import { plainRecord } from '../../arbitraries/record.js';
import { vector } from '../../arbitraries/vector.js';

export interface PolynomialCase {
  readonly polynomial: PowerSum;
  readonly point: readonly number[];
}

/** Sums of powers of linear forms with the given exponents. */
export const polynomials =
  (powers: readonly number[]) =>
  (p: number): fc.Arbitrary<PolynomialCase> =>
    plainRecord({
      terms: fc.tuple(
        ...powers.map(n =>
          plainRecord({ c: normal(), a: vector(p, normal()), b: normal(), n: fc.constant(n) }),
        ),
      ),
      point: vector(p, normal()),
    }).map(({ terms, point }) => ({ polynomial: { terms }, point }));

/** The size of a polynomial's terms, all signs alike. */
export function polynomialSize({ polynomial, point }: PolynomialCase, sigma: Matrix): number {
  const spread = Math.sqrt(norm(sigma.flat()));
  return polynomial.terms.reduce(
    (sum, { c, a, b, n }) => sum + Math.abs(c) * (norm(a) * (norm(point) + n * spread) + Math.abs(b)) ** n,
    1,
  );
}
