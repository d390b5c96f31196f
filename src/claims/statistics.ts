/**
 * @file Small statistics: summaries, the normal and Student distributions, Holm's adjustment, a log-log fit.
 */
import { normalQuantile } from './normal-quantile.js';

/** NaN for no values. */
export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  const first = sum / values.length;
  // one correction step removes the rounding of the sum
  let rest = 0;
  for (let i = 0; i < values.length; i++) rest += values[i]! - first;
  return first + rest / values.length;
}

/** Sample standard deviation (n - 1); NaN for fewer than two values. */
export function standardDeviation(values: ArrayLike<number>): number {
  const centre = mean(values);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i]! - centre) ** 2;
  return Math.sqrt(sum / (values.length - 1));
}

/** NaN for no values. */
export function median(values: ArrayLike<number>): number {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

const normalDensity = (x: number): number => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);

/** P(Z > x) / density(x) by its continued fraction x + 1/(x + 2/(x + ...)); for x >= 2. */
function millsRatio(x: number): number {
  let tail = x;
  for (let n = 200; n >= 1; n--) tail = x + n / tail;
  return 1 / tail;
}

/** P(Z <= x), to 1e-13 relative in both tails. */
export function normalCdf(x: number): number {
  if (Number.isNaN(x)) return Number.NaN;
  if (x <= -2) return normalDensity(x) * millsRatio(-x);
  if (x >= 2) return 1 - normalDensity(x) * millsRatio(x);
  let term = x;
  let sum = x;
  for (let n = 3; Math.abs(term) > 1e-18; n += 2) {
    term *= (x * x) / n;
    sum += term;
  }
  return 0.5 + normalDensity(x) * sum;
}

const LANCZOS = [
  0.9999999999998099, 676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406,
  12.507343278686905, -0.13857109526572012, 0.000009984369578019572, 1.5056327351493116e-7,
];

/** ln Gamma(x) for x >= 1/2 (Lanczos, g = 7, n = 9). */
function logGamma(x: number): number {
  const y = x - 1;
  const sum = LANCZOS.reduce((total, c, i) => (i === 0 ? c : total + c / (y + i)), 0);
  const t = y + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (y + 0.5) * Math.log(t) - t + Math.log(sum);
}

/** The continued fraction of the incomplete beta function (modified Lentz), for x < (a + 1) / (a + b + 2). */
function betaFraction(x: number, a: number, b: number): number {
  const tiny = 1e-300;
  let c = 1;
  let d = 1 / (1 - ((a + b) * x) / (a + 1));
  let value = d;
  for (let m = 1; m < 10_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    let change = 1;
    for (const step of [even, odd]) {
      d = 1 / (1 + step * d || tiny);
      c = 1 + step / c || tiny;
      change = d * c;
      value *= change;
    }
    if (Math.abs(change - 1) < 1e-16) break;
  }
  return value;
}

/** P(T > t) for t >= 0. */
function studentTail(t: number, freedom: number): number {
  const [a, b] = [freedom / 2, 0.5];
  const x = freedom / (freedom + t * t);
  const y = (t * t) / (freedom + t * t);
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log(y));
  const beta =
    x < (a + 1) / (a + b + 2) ? (front * betaFraction(x, a, b)) / a : 1 - (front * betaFraction(y, b, a)) / b;
  return beta / 2;
}

/** P(T <= t) of Student's distribution. */
export function studentCdf(t: number, freedom: number): number {
  if (t === 0) return 0.5;
  const tail = studentTail(Math.abs(t), freedom);
  return t < 0 ? tail : 1 - tail;
}

/**
 * t with P(T <= t) = p. Ask for p below 1/2 and flip the sign where 1 - p is small.
 * @throws RangeError unless 0 < p < 1 and freedom >= 1
 */
export function studentQuantile(p: number, freedom: number): number {
  if (!(p > 0 && p < 1)) throw new RangeError(`studentQuantile: p must be in (0, 1), got ${p}`);
  if (!(freedom >= 1)) throw new RangeError(`studentQuantile: freedom must be at least 1, got ${freedom}`);
  if (p === 0.5) return 0;
  const tail = Math.min(p, 1 - p);
  let low = 0;
  // the tails of Student's distribution are heavier than the normal's
  let high = -normalQuantile(tail);
  while (studentTail(high, freedom) > tail) {
    low = high;
    high *= 2;
  }
  for (let i = 0; i < 200 && high - low > Number.EPSILON * high; i++) {
    const middle = (low + high) / 2;
    if (studentTail(middle, freedom) > tail) low = middle;
    else high = middle;
  }
  const t = (low + high) / 2;
  return p < 0.5 ? -t : t;
}

/** Holm's adjusted p-values, in the order given: reject those at or below the family's error rate. */
export function holm(p: readonly number[]): number[] {
  const order = p.map((_, i) => i).sort((i, j) => p[i]! - p[j]!);
  const adjusted = new Array<number>(p.length);
  let running = 0;
  order.forEach((index, rank) => {
    running = Math.max(running, Math.min(1, (p.length - rank) * p[index]!));
    adjusted[index] = running;
  });
  return adjusted;
}

/**
 * Least squares of log y = slope * log x + log constant.
 * @throws RangeError for fewer than two points or values that are not positive
 */
export function logLogFit(x: ArrayLike<number>, y: ArrayLike<number>): { slope: number; constant: number } {
  if (x.length < 2 || x.length !== y.length)
    throw new RangeError(`logLogFit: x and y must be two or more pairs, got ${x.length} and ${y.length}`);
  const logs = (values: ArrayLike<number>): Float64Array => Float64Array.from(values, Math.log);
  const [u, v] = [logs(x), logs(y)];
  if (![...u, ...v].every(Number.isFinite))
    throw new RangeError('logLogFit: values must be positive and finite');
  const [mu, mv] = [mean(u), mean(v)];
  let top = 0;
  let bottom = 0;
  for (let i = 0; i < u.length; i++) {
    top += (u[i]! - mu) * (v[i]! - mv);
    bottom += (u[i]! - mu) ** 2;
  }
  const slope = top / bottom;
  return { slope, constant: Math.exp(mv - slope * mu) };
}
