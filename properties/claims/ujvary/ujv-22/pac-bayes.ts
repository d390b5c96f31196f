/** @file The quantities of the PAC-Bayes proof (Theorem 1, appendix D), one function a step. */

export interface PacBayesRules {
  /**
   * gamma: the radius of the ball that holds all but 1/sqrt(n) of a standard normal vector in p dimensions.
   */
  readonly radius: (p: number, n: number) => number;
  /** The mass outside it, eq. (67). */
  readonly tail: (n: number) => number;
  /** A bound of the mean loss by the worst case and by the largest loss, eq. (68). */
  readonly mean: (worst: number, largest: number, n: number) => number;
  /**
   * A bound of the divergence for variances within a factor 1 +- c of the prior's and a shift r in its units,
   * eq. (65).
   */
  readonly divergence: (p: number, c: number, r: number) => number;
  /** By how much log variances raise the divergence, for a variance ratio 1 + t. */
  readonly cost: (t: number) => number;
  /**
   * The exponent of McAllester's moment for a gap between a mean and its estimate from n losses, eq. (60).
   */
  readonly exponent: (n: number, gap: number) => number;
}

export const PAC_BAYES_RULES: PacBayesRules = {
  radius: (p, n) => Math.sqrt(p) + Math.sqrt(Math.log(n)),
  tail: n => 1 / Math.sqrt(n),
  mean: (worst, largest, n) => (1 - 1 / Math.sqrt(n)) * worst + largest / Math.sqrt(n),
  divergence: (p, c, r) => p * c + r ** 2 / 2,
  cost: t => (t - Math.log1p(t)) / 2,
  exponent: (n, gap) => 2 * (n - 1) * gap ** 2,
};

/**
 * KL(N(shift, S) || N(0, P)), both diagonal: the divergence that eq. (65) bounds. `ratios` are the variances
 * S/P, `shift` is in units of the prior's deviations.
 */
export const divergenceOf = (
  rules: Pick<PacBayesRules, 'cost'>,
  ratios: readonly number[],
  shift: readonly number[],
): number =>
  ratios.reduce((sum, ratio) => sum + rules.cost(ratio - 1), 0) +
  shift.reduce((sum, x) => sum + x * x, 0) / 2;

/**
 * E exp(exponent) of the gap between q and the mean of n Bernoulli(q) losses where q is the larger, by
 * enumeration.
 */
export function gapMoment(
  { exponent }: Pick<PacBayesRules, 'exponent'>,
  n: number,
  q: number,
  largest = 1,
): number {
  let sum = 0;
  let logProbability = n * Math.log1p(-q);
  for (let k = 0; k <= n; k++) {
    const gap = Math.max(0, largest * (q - k / n));
    sum += Math.exp(logProbability + exponent(n, gap));
    logProbability += Math.log((n - k) / (k + 1)) + Math.log(q) - Math.log1p(-q);
  }
  return sum;
}
