/** @file The norm of a standard Gaussian vector in d dimensions (the chi distribution). */

/** E |eta|^k for an integer k >= 0, by E |eta|^k = (d + k - 2) E |eta|^(k-2) and the same step in d. */
export function chiMoment(d: number, k: number): number {
  if (k === 0) return 1;
  if (k === 1) {
    // The mean sqrt(2) Gamma((d+1)/2) / Gamma(d/2), from dimensions one and two.
    let mean = d % 2 === 1 ? Math.sqrt(2 / Math.PI) : Math.sqrt(Math.PI / 2);
    for (let n = d % 2 === 1 ? 1 : 2; n < d; n += 2) mean *= (n + 1) / n;
    return mean;
  }
  return (d + k - 2) * chiMoment(d, k - 2);
}

const TINY = 1e-300;

/** The coefficients B_2k / (2k (2k - 1)) of Stirling's series. */
const STIRLING = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156];

/** log Gamma(a) to rounding; mathjs's is good to twelve digits only. */
function logGamma(a: number): number {
  let below = 1;
  let x = a;
  for (; x < 12; x++) below *= x;
  const series = STIRLING.reduceRight((sum, coefficient) => sum / x ** 2 + coefficient, 0) / x;
  return (x - 0.5) * Math.log(x) - x + Math.log(2 * Math.PI) / 2 + series - Math.log(below);
}

/** x^a e^-x / Gamma(a) */
const kernel = (a: number, x: number): number => Math.exp(a * Math.log(x) - x - logGamma(a));

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
const upperGamma = (a: number, x: number): number =>
  x <= 0 ? 1 : x < a + 1 ? 1 - lowerSeries(a, x) : upperFraction(a, x);

/** P(|eta| > r): how much of the Gaussian lies outside the ball of radius r. */
export const massOutside = (d: number, r: number): number => upperGamma(d / 2, (r * r) / 2);

/** E (|eta| - r)_+, the mean excess over the ball of radius r. */
export const meanExcess = (d: number, r: number): number =>
  chiMoment(d, 1) * upperGamma((d + 1) / 2, (r * r) / 2) - r * massOutside(d, r);

/** E (|eta| - r)_+^2. */
export const meanSquaredExcess = (d: number, r: number): number =>
  d * upperGamma((d + 2) / 2, (r * r) / 2) -
  2 * r * chiMoment(d, 1) * upperGamma((d + 1) / 2, (r * r) / 2) +
  r * r * massOutside(d, r);

const RADIAL_NODES = 4000;

/**
 * E f(|eta|) for a smooth f that grows slower than exp(r^2/2), by the trapezoidal rule in log r: geometric
 * for analytic f, because the density in log r falls off exponentially on both sides.
 */
export function radialMean(d: number, f: (r: number) => number): number {
  // In units of log(r / sqrt(d)); beyond these ends lies less than e^-40 of the mass, for growing f too.
  const left = -(40 / d + Math.sqrt(40 / d) + 0.5);
  const right = Math.sqrt(40 / d) + 1.5;
  let [sum, mass] = [0, 0];
  for (let i = 0; i <= RADIAL_NODES; i++) {
    const u = left + ((right - left) * i) / RADIAL_NODES;
    const weight = Math.exp(d * (u - Math.expm1(2 * u) / 2));
    if (weight === 0) continue;
    mass += weight;
    sum += weight * f(Math.sqrt(d) * Math.exp(u));
  }
  return sum / mass;
}
