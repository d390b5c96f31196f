/** @file The norm of a standard Gaussian vector in d dimensions (the chi distribution). */
import { lgamma } from 'mathjs';

/** E |eta|^k = 2^(k/2) Gamma((d+k)/2) / Gamma(d/2). */
export const chiMoment = (d: number, k: number): number =>
  2 ** (k / 2) * Math.exp(lgamma((d + k) / 2) - lgamma(d / 2));

const TINY = 1e-300;

/** x^a e^-x / Gamma(a) */
const kernel = (a: number, x: number): number => Math.exp(a * Math.log(x) - x - lgamma(a));

/** The regularised incomplete gamma function P(a, x) by its series; good for x < a + 1. */
function lowerSeries(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  for (let n = 1; term > sum * 2 ** -54; n++) {
    term *= x / (a + n);
    sum += term;
  }
  return sum * kernel(a, x);
}

/** Q(a, x) = 1 - P(a, x) by Lentz's continued fraction; good for x >= a + 1. */
function upperFraction(a: number, x: number): number {
  let b = x + 1 - a;
  let c = 1 / TINY;
  let d = 1 / b;
  let h = d;
  for (let n = 1; n < 10_000; n++) {
    const an = -n * (n - a);
    b += 2;
    d = 1 / (an * d + b || TINY);
    c = b + an / c || TINY;
    h *= d * c;
    if (Math.abs(d * c - 1) < 2 ** -52) break;
  }
  return h * kernel(a, x);
}

/** Q(a, x), the upper regularised incomplete gamma function. */
export const upperGamma = (a: number, x: number): number =>
  x <= 0 ? 1 : x < a + 1 ? 1 - lowerSeries(a, x) : upperFraction(a, x);

/** P(|eta| > r): how much of the Gaussian lies outside the ball of radius r. */
export const massOutside = (d: number, r: number): number => upperGamma(d / 2, (r * r) / 2);

/** E (|eta| - r)_+, the mean excess over the ball of radius r. */
export const meanExcess = (d: number, r: number): number =>
  chiMoment(d, 1) * upperGamma((d + 1) / 2, (r * r) / 2) - r * massOutside(d, r);
