/**
 * @file UJV-25 (Theorem 1, appendix D): how many priors the proof needs, eqs. (58)-(59), and their union
 * bound, (62)-(63).
 */
import { check, claim, draw, exact, mat, stream, wrong } from '../../kit.js';

const SUBJECT = {
  /**
   * At most so many balls of radius r, by the logarithm, cover a ball of diameter `width` in p dimensions.
   */
  most: (p: number, width: number, r: number) => p * Math.log(1 + width / r),
  /** At least so many, by volume. */
  least: (p: number, width: number, r: number) => p * Math.log(width / (2 * r)),
  /**
   * The radius of a ball within every ellipsoid (mu - mu_i)' Sigma^-1 (mu - mu_i) <= r^2, Sigma >= 1/limit.
   */
  inner: (r: number, limit: number) => r / Math.sqrt(limit),
  /** By what factor neighbouring prior variances differ where each covers relative deviations up to c. */
  ratio: (c: number) => (1 + c) / (1 - c),
  /** delta of each pair of s and t ellipsoids. */
  share: (delta: number, s: number, t: number) => delta / (s * t),
};
type Subject = typeof SUBJECT;

const SAMPLES = 1000;

/**
 * Points of the ball of diameter `width`, each further than r from those before: what they leave is within r
 * of one.
 */
function separated(p: number, width: number, r: number, seed: number): number {
  const random = stream(seed, 'points');
  const kept: number[][] = [];
  for (let i = 0; i < SAMPLES; i++) {
    const point = Array.from({ length: p }, () => (random.uniform() - 1 / 2) * width);
    if (mat.norm(point) > width / 2) continue;
    if (kept.every(other => mat.norm(mat.subtract(point, other)) > r)) kept.push(point);
  }
  return kept.length;
}

const means = check.bound({
  says: 'a ball of diameter M is covered by at most (1 + M/r)^p balls of radius r, and no fewer than (M/2r)^p: log t is p times a number between',
  given: {
    arbitrary: draw.record({
      p: draw.dyadic({ min: 1, max: 3, bits: 0 }),
      spacing: draw.logUniform({ min: 1 / 8, max: 1 / 2 }),
      seed: draw.dyadic({ min: 1, max: 1000, bits: 0 }),
    }),
    examples: [
      { p: 1, spacing: 1 / 64, seed: 1 },
      { p: 2, spacing: 1 / 8, seed: 1 },
    ],
  },
  runs: 12,
  measure: ({ p, spacing, seed }, s: Subject) => {
    const found = Math.log(separated(p, 1, spacing, seed));
    return check.below({ most: [found, s.most(p, 1, spacing)], least: [s.least(p, 1, spacing), found] }, p);
  },
});

const ellipsoids = check.bound({
  says: 'every ellipsoid of the proof holds a ball of radius r / sqrt(Lambda), so that the count is that of such balls: Lambda enters log t per dimension, not p',
  given: draw.oneof([1, 2, 5], p =>
    draw.record({
      limit: draw.logUniform({ min: 1, max: 16 }),
      shares: draw.vector(p, draw.dyadic({ min: -1, max: 1, bits: 4 })),
      direction: draw.unitVector(p),
      r: draw.logUniform({ min: 1 / 16, max: 4 }),
    }),
  ),
  runs: 40,
  measure: ({ limit, shares, direction, r }, s: Subject) => {
    const variances = shares.map(share => limit ** share);
    const point = mat.scale(s.inner(r, limit), direction);
    return { lower: mat.norm(point.map((x, i) => x / Math.sqrt(variances[i]!))), upper: r, scale: r };
  },
});

const variances = check.bound({
  says: 'variances between 1/Lambda and Lambda are within a relative deviation c of one of log(Lambda^2) / log((1 + c)/(1 - c)) prior variances a dimension: log s is p times a number',
  given: draw.record({
    limit: draw.logUniform({ min: 1.25, max: 64 }),
    c: draw.dyadic({ min: 1 / 64, max: 60 / 64, bits: 6 }),
    place: draw.dyadic({ min: -1, max: 1, bits: 8 }),
  }),
  runs: 60,
  measure: ({ limit, c, place }, s: Subject) => {
    const step = Math.log(s.ratio(c));
    const count = Math.ceil((2 * Math.log(limit)) / Math.log((1 + c) / (1 - c)));
    const variance = limit ** place;
    // each covers from (1 - c) to (1 + c) of itself
    const priors = Array.from({ length: count }, (_, k) => Math.exp(k * step) / limit / (1 - c));
    return { lower: Math.min(...priors.map(prior => Math.abs(variance / prior - 1))), upper: c, scale: 1 };
  },
});

const union = check.equals({
  says: 'with delta_ij = delta / (s t) the union bound holds at delta, and log 1/delta_ij = log 1/delta + log s + log t, as in eq. (66)',
  given: draw.record({
    delta: draw.logUniform({ min: 1e-6, max: 1 / 2 }),
    s: draw.dyadic({ min: 1, max: 1000, bits: 0 }),
    t: draw.dyadic({ min: 1, max: 1000, bits: 0 }),
  }),
  runs: 40,
  measure: ({ delta, s: pairs, t }, s: Subject) =>
    check.agree({
      total: [pairs * t * s.share(delta, pairs, t), delta],
      penalty: [-Math.log(s.share(delta, pairs, t)), Math.log(pairs) + Math.log(t) - Math.log(delta), 32],
    }),
});

export default claim({
  id: 'UJV-25',
  paper: 'ujvary',
  source: 'Ujváry et al. 2022, appendix D, eqs. (58)-(59), (62)-(63)',
  tex: {
    asRead: true,
    printed:
      't = O(M^p/r^p),\\ \\log t = O(p), \\qquad s = O\\bigl((\\Lambda-\\tfrac1\\Lambda)^p/(2c)^p\\bigr),\\ \\log s = O(p), \\qquad \\delta_{i,j} = \\frac\\delta{st}',
    corrected:
      '\\log t \\le p\\log\\Bigl(1+\\frac{M\\sqrt\\Lambda}r\\Bigr), \\qquad \\log s \\le p\\log\\Bigl\\lceil\\frac{2\\log\\Lambda}{\\log\\frac{1+c}{1-c}}\\Bigr\\rceil',
  },
  says: 'The proof of the PAC-Bayes theorem needs log t <= p log(1 + M sqrt(Lambda)/r) means and log s <= p log(ceil(2 log Lambda / log((1 + c)/(1 - c)))) variances: both are of order p, and the union bound adds them to log 1/delta.',
  verdict: exact(),
  findings: [
    {
      class: 'sharpened',
      title: 'The numbers of priors in the proof of theorem 1, with the constants that log t = O(p) hides',
      quote: 'so log(t) = O(p)',
      place: 'appendix D, steps 1 and 2',
      says: 'The volume of an ellipsoid carries the root of its covariance and that of a cell of relative deviations its variances: they put √Λ beside M/r, and a logarithm of Λ in place of Λ - 1/Λ. Both stay constants per dimension, so that log t and log s are of order p.',
    },
  ],
  subject: SUBJECT,
  checks: { means, ellipsoids, variances, union },
  mutants: {
    ...wrong.formula(SUBJECT, 'most', {
      halfWidth: ['(1 + M/2r)^p', (p, width, r) => p * Math.log(1 + width / (2 * r))],
      dimensionDropped: ['p - 1 for p', (p, width, r) => (p - 1) * Math.log(1 + width / r)],
    }),
    ...wrong.formula(SUBJECT, 'least', {
      radiusForWidth: ['(M/r)^p at least', (p, width, r) => p * Math.log(width / r)],
    }),
    ...wrong.formula(SUBJECT, 'inner', {
      limitDropped: ['the radius r', r => r],
      limitForRoot: ['r sqrt(Lambda)', (r, limit) => r * Math.sqrt(limit)],
    }),
    ...wrong.formula(SUBJECT, 'ratio', {
      tooWide: ['(1 + 2c)/(1 - c)', c => (1 + 2 * c) / (1 - c)],
      oneSided: ['1 + c', c => 1 + c],
    }),
    ...wrong.formula(SUBJECT, 'share', {
      meansOnly: ['delta / t', (delta, _s, t) => delta / t],
      sum: ['delta / (s + t)', (delta, s, t) => delta / (s + t)],
    }),
  },
});
