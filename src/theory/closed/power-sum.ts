/**
 * @file Polynomials as sums of powers of linear forms, L(w) = sum_k c_k (a_k . w + b_k)^n_k, with Gaussian
 * means.
 */
import { dot, form, type Matrix, type Vector } from '../numerics/matrix.js';

export interface PowerSum {
  readonly terms: readonly {
    readonly c: number;
    readonly a: Vector;
    readonly b: number;
    readonly n: number;
  }[];
}

export const powerSumValue = ({ terms }: PowerSum, w: Vector): number =>
  terms.reduce((sum, { c, a, b, n }) => sum + c * (dot(a, w) + b) ** n, 0);

/** E (m + s x)^n for a standard normal x: sum over even k of binomial(n, k) m^(n-k) s^k (k-1)!!. */
export function normalPowerMean(m: number, variance: number, n: number): number {
  let sum = 0;
  // binomial(n, k) (k-1)!!, k even
  let factor = 1;
  for (let k = 0; k <= n; k += 2) {
    sum += factor * m ** (n - k) * variance ** (k / 2);
    factor *= ((n - k) * (n - k - 1)) / (k + 2);
  }
  return sum;
}

/** E L(w + e), e ~ N(0, Sigma). */
export const powerSumMean = ({ terms }: PowerSum, w: Vector, sigma: Matrix): number =>
  terms.reduce((sum, { c, a, b, n }) => sum + c * normalPowerMean(dot(a, w) + b, form(a, sigma, a), n), 0);

/** L_{i..l} Sigma_{ij} Sigma_{kl}..., the derivative of order 2 m contracted with m copies of Sigma. */
export const powerSumContraction = ({ terms }: PowerSum, w: Vector, sigma: Matrix, m: number): number =>
  terms.reduce((sum, { c, a, b, n }) => {
    let factor = c;
    for (let k = 0; k < 2 * m; k++) factor *= n - k;
    return factor === 0 ? sum : sum + factor * (dot(a, w) + b) ** (n - 2 * m) * form(a, sigma, a) ** m;
  }, 0);
