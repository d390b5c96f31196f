/** @file KP-16: piecewise linear decoders. Exact away from the kinks, but not on them, nor on average over the data. */
import { check, claim, draw, fc, type OrderCase, refuted } from '../../../kit.js';
import { MUTANTS, SUBJECT, type Subject } from './controls.js';
import {
  averageEffect,
  eluGap,
  frozen,
  type KinkCase,
  kinkCases,
  objective,
  onKink,
  regularised,
  slopeAt,
  trained,
} from './kinks.js';

interface PointCase {
  readonly c: KinkCase;
  /** Where the code lies, from the kink. */
  readonly offset: number;
  readonly std: number;
  readonly beta: number;
}

const anyKink = fc.oneof(kinkCases('zero'), kinkCases('some'));
const betas = draw.logUniform({ min: 2 ** -20, max: 1 });

/** Rounding: the first hidden unit is 32 away from its kink. */
const SIZE = 2 ** 8;

const closed = check.equals<PointCase, Subject>({
  says: 'the beta-VAE of a ReLU decoder, averaged on either side of its kink, has its closed form',
  given: {
    arbitrary: draw.record<PointCase>({
      c: anyKink,
      offset: draw.dyadic({ min: -1, max: 1, bits: 6 }),
      std: draw.logUniform({ min: 2 ** -6, max: 1 }),
      beta: betas,
    }),
  },
  runs: 30,
  measure: ({ c, offset, std, beta }, rules) => ({
    actual: trained(rules, c, c.kink + offset, std, beta),
    expected: objective(c, c.kink + offset, std, beta),
    scale: SIZE,
  }),
});

const away = check.equals<PointCase, Subject>({
  says: 'eight standard deviations or more from the kink the beta-VAE at eq. (11) equals GRAE to rounding',
  given: {
    arbitrary: draw.record<PointCase>({
      c: anyKink,
      offset: draw.dyadic({ min: 8, max: 16, bits: 3 }),
      std: fc.constantFrom(-1, 1),
      beta: draw.logUniform({ min: 2 ** -20, max: 2 ** -8 }),
    }),
  },
  runs: 30,
  measure: ({ c, offset, std: side, beta }, rules) => {
    const std = frozen(slopeAt(c, c.kink + side), beta);
    const h = c.kink + side * offset * std;
    return {
      actual: trained(rules, c, h, std, beta),
      expected: regularised(rules, c, h, beta),
      scale: 2 ** 4,
    };
  },
});

/** The best standard deviation on the kink: the root of (2a + beta) s^2 - b s - beta. */
function bestOnKink(c: KinkCase, beta: number): number {
  const { a, b } = onKink(c);
  return (b + Math.sqrt(b * b + 4 * beta * (2 * a + beta))) / (2 * (2 * a + beta));
}

const gapOnKink = (rules: Subject, c: KinkCase, beta: number): number =>
  trained(rules, c, c.kink, bestOnKink(c, beta), beta) - regularised(rules, c, c.kink, beta);

const best = check.bound<PointCase, Subject>({
  says: 'on the kink no other variance does better than the one that is called the best',
  given: {
    arbitrary: draw.record<PointCase>({
      c: anyKink,
      offset: fc.constant(0),
      std: draw.logUniform({ min: 1 / 4, max: 4 }),
      beta: betas,
    }),
  },
  runs: 20,
  measure: ({ c, std: factor, beta }, rules) => ({
    lower: trained(rules, c, c.kink, bestOnKink(c, beta), beta),
    upper: trained(rules, c, c.kink, factor * bestOnKink(c, beta), beta),
    scale: SIZE,
  }),
});

/** The case of the figures: slopes 1 and 2.5, residual 0.3. */
const FIGURE: KinkCase = { slope: 1, bend: 1.5, kink: 0.5, residual: 0.3 };

const TINY = 2 ** -30;

const limit = check.within<KinkCase, Subject>({
  says: 'on a kink with a residual on its convex side the best variance does not shrink with beta, and the beta-VAE stays (r c)^2 / (2 pi (J-^2 + J+^2)) below GRAE (at beta = 2^-30, to 1e-4)',
  given: { arbitrary: kinkCases('some'), examples: [FIGURE] },
  tolerance: 1e-4,
  runs: 20,
  measure: (c, rules) => {
    const { a, b } = onKink(c);
    return [
      { what: 'gap', actual: gapOnKink(rules, c, TINY), expected: rules.limit(c) },
      { what: 'standard deviation', actual: bestOnKink(c, TINY), expected: b / (2 * a) },
    ];
  },
});

const printed = check.violates<KinkCase, Subject>({
  says: 'so the approximation is not exact there: for slopes 1 and 2.5 and residual 0.3 the beta-VAE is 0.00444 below GRAE as beta -> 0',
  given: check.only([FIGURE, { ...FIGURE, residual: 1 }, { ...FIGURE, slope: 2, bend: 0.5 }]),
  margin: 2 ** 32,
  measure: (c, rules) =>
    [2 ** -10, 2 ** -20, TINY].map(beta => {
      const claimed = regularised(rules, c, c.kink, beta);
      const actual = trained(rules, c, c.kink, bestOnKink(c, beta), beta);
      return { claimed, actual, by: claimed - actual, scale: 1 };
    }),
});

const nearby = check.violates<PointCase, Subject>({
  says: 'nor in an interval around the kink: from 0.01 on either side a variance that does not shrink is better than that of eq. (11), whatever beta',
  given: check.only([
    { c: FIGURE, offset: 0.01, std: 0.05, beta: TINY },
    { c: FIGURE, offset: -0.01, std: 0.05, beta: TINY },
    { c: FIGURE, offset: -0.02, std: 0.05, beta: TINY },
  ]),
  margin: 2 ** 32,
  measure: ({ c, offset, std, beta }, rules) => {
    const h = c.kink + offset;
    const claimed = trained(rules, c, h, frozen(slopeAt(c, h), beta), beta);
    const actual = trained(rules, c, h, std, beta);
    return { claimed, actual, by: claimed - actual, scale: 1 };
  },
});

const overBeta = (
  top: number,
  rungs: number,
  constant: number,
  gap: (beta: number) => number,
  scale: (beta: number) => number,
): OrderCase => ({
  constant,
  ladder: check.ladder(
    Array.from({ length: rungs }, (_, k) => top * 2 ** -k),
    beta => ({ residual: gap(beta), scale: scale(beta) }),
  ),
});

const kinkWithoutResidual = check.order<KinkCase, Subject>({
  says: 'on a kink without a residual the gap is of order beta, log((J-^2 + J+^2) / 2 J^2) / 2 with the slope J that the network uses there',
  given: { arbitrary: kinkCases('zero') },
  order: 1,
  runs: 8,
  measure: (c, rules) =>
    overBeta(
      2 ** -4,
      8,
      rules.withoutResidual(c),
      beta => gapOnKink(rules, c, beta),
      beta => 2 ** 4 * beta + 2 ** 6 * Math.sqrt(beta),
    ),
});

/** In the root of beta: the width of the posteriors is what matters. */
const inRoot = (constant: number, top: number, gap: (beta: number) => number): OrderCase =>
  overBeta(
    top,
    9,
    constant,
    root => gap(root ** 2),
    root => root ** 2,
  );

const averaged = check.order<KinkCase, Subject>({
  says: 'averaged over codes N(0, 1), at eq. (11), the gap is of order beta, as for smooth decoders: -r c p(k) (1/J-^2 + 1/J+^2) / 4 (order 2 in the root of beta)',
  given: { arbitrary: kinkCases('some'), examples: [FIGURE] },
  order: 2,
  runs: 10,
  measure: (c, rules) => inRoot(rules.average(c), 2 ** -5, beta => averageEffect(c, beta)),
});

const averagedWithout = check.order<KinkCase, Subject>({
  says: 'and of order beta^(3/2) without a residual, where smooth decoders have order 2 (order 3 in the root of beta)',
  given: { arbitrary: kinkCases('zero').filter(c => Math.abs(SUBJECT.averageWithout(c)) > 2 ** -6) },
  order: 3,
  runs: 10,
  measure: (c, rules) => inRoot(rules.averageWithout(c), 2 ** -6, beta => averageEffect(c, beta)),
});

const eluCases = (residual: 'zero' | 'some'): fc.Arbitrary<KinkCase> =>
  kinkCases(residual).map(c => ({ ...c, bend: 0 }));

const elu = check.order<KinkCase, Subject>({
  says: 'an ELU at its joint with a residual: order beta, -r / 4v (order 2 in the root of beta)',
  given: { arbitrary: eluCases('some') },
  order: 2,
  runs: 8,
  measure: (c, rules) => inRoot(rules.elu(c).first, 2 ** -4, beta => eluGap(rules, c, beta)),
});

const eluWithout = check.order<KinkCase, Subject>({
  says: 'without: order beta^(3/2), -sqrt(2 / pi) / 2v (order 3 in the root of beta)',
  given: { arbitrary: eluCases('zero') },
  order: 3,
  runs: 8,
  measure: (c, rules) => inRoot(rules.elu(c).without, 2 ** -4, beta => eluGap(rules, c, beta)),
});

export default claim({
  id: 'KP-16',
  paper: 'kumar-poole',
  source: 'Kumar & Poole 2020, section 4, after eq. (6)',
  tex: {
    printed:
      '\\nabla_z^2 g = 0 \\text{ for piecewise linear } g: \\text{ eq. (6) is exact, and the approximation better for ReLU than for ELU}',
    corrected:
      '\\mathbb E_h\\bigl[F_\\beta(h, \\Sigma_{(11)}) - \\mathrm{GRAE}\\bigr] = -\\tfrac14 r c\\, p(k)\\bigl(J_-^{-2} + J_+^{-2}\\bigr)\\beta + O(\\beta^{3/2}); \\qquad \\min_\\Sigma F_\\beta - \\mathrm{GRAE} \\to -\\frac{(rc)^2}{2\\pi(J_-^2 + J_+^2)} \\text{ on a kink}',
  },
  says: 'Away from the kinks the approximation is exact to rounding, as the authors say; but the curvature of a piecewise linear decoder sits in its kinks, and averaged over the data it counts at the same order beta as that of a smooth one. On a kink with a residual, and in an interval around it, the best posterior does not become narrow at all, and the gap does not vanish as beta -> 0.',
  verdict: refuted({
    counterexample:
      'g(z) = z + 1.5 max(z - k, 0), code on the kink, x = g + 0.3: the beta-VAE with the best variance stays 0.00444 below GRAE as beta -> 0',
    corrected:
      'exact up to exp(-d^2 / 2 s^2) at a distance d of the kink, s^2 the variance of eq. (11); on average over codes of order beta with a residual and beta^(3/2) without',
  }),
  objectives: ['beta-vae', 'grae'],
  subject: SUBJECT,
  checks: {
    closed,
    away,
    best,
    limit,
    printed,
    nearby,
    kinkWithoutResidual,
    averaged,
    averagedWithout,
    elu,
    eluWithout,
  },
  mutants: MUTANTS,
});
