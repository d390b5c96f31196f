/** @file UJV-22 (Theorem 1, appendix D): the chain of the PAC-Bayes bound, step by step. */

import { klOfCovariances } from '../../../../src/theory/closed/gaussian.js';
import { check, claim, conditional, draw, mat, mutant } from '../../../kit.js';
import { BALL, CIFAR, type Size, TAIL_ULPS } from './ball.js';
import { divergenceOf, gapMoment, PAC_BAYES_RULES, type PacBayesRules } from './pac-bayes.js';

const logDeterminant = check.violates<number, PacBayesRules>({
  says: 'the bound sum log(1 + c_k) <= p c on the log determinant is false in the direction that counts: half the variance costs 0.69, not 0.5, a dimension, and so is the trace bound with the ratio the other way round',
  given: check.only<number>([0.25, 0.5, 0.75]),
  measure: c => [
    { what: 'log determinant', claimed: c, actual: -Math.log(1 - c), by: -Math.log(1 - c) - c, scale: c },
    { what: 'trace', claimed: 1 + c, actual: 1 / (1 - c), by: 1 / (1 - c) - (1 + c), scale: 1 + c },
  ],
});

interface GridCase {
  readonly c: number;
  /** Where in [-c, c] each relative deviation lies, as a share of c. */
  readonly shares: readonly number[];
  readonly shift: readonly number[];
}

/** Up to here -log(1 - c) <= 3 c; for ratios the other way round, 1/(1 - c) - 1 + log(1 - c) <= 2 c. */
const LIMITS = [0.94, 0.738] as const;

const gridCases = draw.record({
  c: draw.dyadic({ min: 1 / 64, max: 60 / 64, bits: 6 }),
  shares: draw.vector(4, draw.dyadic({ min: -1, max: 1, bits: 3 })),
  shift: draw.vector(4, draw.normal()),
});

const extreme = (c: number): GridCase => ({ c, shares: [-1, -1, -1, -1], shift: [0, 0, 0, 0] });

/** Variances as the prior's, and a shift. */
const moved: GridCase = { c: 1 / 64, shares: [0, 0, 0, 0], shift: [2, 0, 0, 0] };

/** Posterior over prior variance, and the other way round. */
const ratiosOf = ({ c, shares }: GridCase, inverted: boolean): number[] =>
  shares.map(share => (inverted ? 1 / (1 + c * share) : 1 + c * share));

const divergence = check.bound<GridCase, PacBayesRules>({
  says: 'the divergence from the nearest prior is at most p c + r^2/2 all the same, for a spacing c up to 0.94 (or 0.738 with the ratio the other way round)',
  given: { arbitrary: gridCases, examples: [extreme(0.5), extreme(0.9375), moved] },
  measure: (c, rules) => {
    const r = Math.hypot(...c.shift);
    const kinds = [false, true].filter(inverted => c.c <= LIMITS[inverted ? 1 : 0]);
    return kinds.map(inverted => ({
      what: inverted ? 'inverted' : 'direct',
      lower: divergenceOf(rules, ratiosOf(c, inverted), c.shift),
      upper: rules.divergence(c.shares.length, c.c, r),
    }));
  },
});

const wideSpacing = check.violates<number, PacBayesRules>({
  says: 'for a wider spacing it is not',
  given: check.only<number>([0.945, 0.96, 0.99]),
  measure: (c, rules) => {
    const [claimed, actual] = [
      rules.divergence(4, c, 0),
      divergenceOf(rules, ratiosOf(extreme(c), false), []),
    ];
    return { claimed, actual, by: actual - claimed, scale: claimed };
  },
});

const sharper = check.bound<GridCase, PacBayesRules>({
  says: 'a dimension costs c^2 / (4 (1 - c)) at most, of second order in the spacing: p c is far too much',
  given: { arbitrary: gridCases, examples: [extreme(1 / 64)] },
  measure: (c, rules) => ({
    lower: divergenceOf(rules, ratiosOf(c, false), []),
    upper: (c.shares.length * c.c ** 2) / (4 * (1 - c.c)),
    scale: c.shares.length,
  }),
});

const gaussian = check.equals<GridCase, PacBayesRules>({
  says: 'that is the divergence between Gaussians of these variances',
  given: gridCases,
  runs: 40,
  measure: (c, rules) => ({
    actual: divergenceOf(rules, ratiosOf(c, false), []),
    expected: klOfCovariances(mat.diagonal(ratiosOf(c, false)), mat.diagonal(c.shares.map(() => 1))),
    scale: c.shares.length,
  }),
});

interface LossCase {
  readonly n: number;
  readonly q: number;
}

const moment = check.bound<LossCase, PacBayesRules>({
  says: 'the moment behind eq. (60), E exp(2 (n - 1) gap^2) <= n, holds for losses in [0, 1], by enumeration',
  given: {
    arbitrary: draw.record({
      n: draw.logUniform({ min: 2, max: 512 }).map(Math.round),
      q: draw.dyadic({ min: 1 / 64, max: 63 / 64, bits: 6 }),
    }),
    examples: [
      { n: 2, q: 0.5 },
      { n: 2, q: 63 / 64 },
      { n: 512, q: 0.5 },
    ],
  },
  runs: 60,
  ulps: TAIL_ULPS,
  measure: ({ n, q }, rules) => ({ lower: gapMoment(rules, n, q), upper: n }),
});

const unscaled = check.violates<LossCase, PacBayesRules>({
  says: 'for losses in [0, 2] it does not: they must be divided by Lmax first',
  given: check.only<LossCase>([
    { n: 64, q: 0.5 },
    { n: 512, q: 0.5 },
  ]),
  measure: ({ n, q }, rules) => {
    const actual = gapMoment(rules, n, q, 2);
    return { claimed: n, actual, by: actual - n, scale: actual };
  },
});

const vacuous = check.violates<Size & { c: number }, PacBayesRules>({
  says: 'for the networks of the paper the bound says nothing: the term p c alone makes sqrt(p c / (2 n)) = 13 where no loss exceeds 1',
  given: check.only([{ p: 3.6e7, n: CIFAR, c: 0.5 }]),
  measure: ({ p, n, c }, rules) => {
    const actual = Math.sqrt(rules.divergence(p, c, 0) / (2 * n));
    return { claimed: 1, actual, by: actual - 13, scale: actual };
  },
});

const changed = (says: string, change: Partial<PacBayesRules>) =>
  mutant<PacBayesRules>(says, rules => ({ ...rules, ...change }));

export default claim({
  id: 'UJV-22',
  paper: 'ujvary',
  source: 'Ujváry et al. 2022, Theorem 1, appendix D, eqs. (60)-(71)',
  tex: {
    asRead: true,
    printed:
      '\\mathbb E_\\varepsilon L_D \\le \\max_{\\varepsilon^\\top\\Sigma^{-1}\\varepsilon\\le\\gamma^2} L_S(\\mu+\\varepsilon) + \\tfrac{L_{\\max}}{\\sqrt n} + \\ldots, \\qquad \\gamma = p\\bigl(1+\\sqrt{\\tfrac{\\log n}p}\\bigr), \\qquad \\log\\tfrac{|\\Sigma_j|}{|\\Sigma_0|} \\le pc',
    corrected:
      '\\gamma = \\sqrt p + \\sqrt{\\log n}, \\qquad 0 \\le L \\le L_{\\max}, \\qquad \\mathrm{KL} \\le pc + \\tfrac{r^2}2 \\text{ for } -\\log(1-c) \\le 3c,\\text{ in fact } \\le \\tfrac{p c^2}{4(1-c)} + \\tfrac{r^2}2',
  },
  says: 'The chain of the PAC-Bayes theorem holds for losses in [0, Lmax] divided by Lmax, a spacing of the priors up to 0.94, and the radius sqrt(p) + sqrt(log n) of the main text; the bound on the log determinant on the way is false but the divergence it serves is within its bound; for the networks of the paper the theorem is vacuous.',
  verdict: conditional(
    'losses in [0, Lmax] divided by Lmax, a relative spacing c of the prior variances with -log(1 - c) <= 3 c, and gamma = sqrt(p) + sqrt(log n)',
  ),
  findings: [
    {
      class: 'error',
      title: 'A bound on the log determinant in the proof of theorem 1 is false, and what it serves is true',
      quote: 'From our assumptions [...] Thus we get',
      place: 'appendix D, before eq. (65)',
      says: 'The log determinant is bounded by Σ log(1 + c) ≤ pc; in the direction that counts, a prior variance larger than the posterior’s, it is -log(1 - c) > c a dimension, and so with the trace where the ratio is the other way round. The divergence is within pc + r²/2 all the same for a spacing c up to 0.94 (0.738 the other way round), in fact within pc²/(4(1 - c)) + r²/2.',
    },
    {
      class: 'misprint',
      title: 'The radius of theorem 1 in the appendix lacks a root',
      quote: 'γ = p(1 + √(log n/p))',
      place: 'appendix D, theorem 1',
      asRead: true,
      says: 'As far as it can be read. The theorem in section 5.1 and eq. (67) have √p(1 + √(log n/p)), which is what the proof gives.',
    },
    {
      class: 'sharpened',
      title: 'What the theorem asks of the loss, and that it says nothing for the networks of the paper',
      quote: 'a bound on the generalization error of VariationalSAM',
      place: 'section 5.1',
      says: 'Losses must lie in [0, Lmax] and be divided by Lmax: eq. (69) drops a factor that matters for negative losses, the moment behind eq. (60) is that of losses in [0, 1]. For 3.6e7 parameters and 50000 images the term pc alone makes the bound 13 where no loss exceeds 1.',
    },
  ],
  subject: PAC_BAYES_RULES,
  checks: {
    ...BALL,
    logDeterminant,
    divergence,
    wideSpacing,
    sharper,
    gaussian,
    moment,
    unscaled,
    vacuous,
  },
  mutants: {
    radiusRoot: changed('the radius sqrt(p)', { radius: Math.sqrt }),
    radiusHalfLog: changed('sqrt(p) + sqrt(log n) / 2', {
      radius: (p, n) => Math.sqrt(p) + Math.sqrt(Math.log(n)) / 2,
    }),
    radiusPythagoras: changed('sqrt(p + log n)', { radius: (p, n) => Math.sqrt(p + Math.log(n)) }),
    radiusPrinted: changed('p (1 + sqrt(log n / p)), as the appendix reads', {
      radius: (p, n) => p * (1 + Math.sqrt(Math.log(n) / p)),
    }),
    tailSquared: changed('1/n for 1/sqrt(n)', { tail: n => 1 / n }),
    largestDropped: changed('the mean bounded by the worst case on the ball alone', { mean: worst => worst }),
    factorDropped: changed('eq. (69): without the factor 1 - 1/sqrt(n)', {
      mean: (worst, largest, n) => worst + largest / Math.sqrt(n),
    }),
    massOverN: changed('Lmax/n for Lmax/sqrt(n)', {
      mean: (worst, largest, n) => (1 - 1 / n) * worst + largest / n,
    }),
    halfSpacing: changed('p c / 2', { divergence: (p, c, r) => (p * c) / 2 + r ** 2 / 2 }),
    shiftQuartered: changed('r^2 / 4', { divergence: (p, c, r) => p * c + r ** 2 / 4 }),
    shiftUnsquared: changed('r / 2', { divergence: (p, c, r) => p * c + r / 2 }),
    costDoubled: changed('the divergence without its 1/2', { cost: t => t - Math.log1p(t) }),
    costReversed: changed('the logarithm with the wrong sign', { cost: t => (t + Math.log1p(t)) / 2 }),
    exponentDoubled: changed('exp(4 (n - 1) gap^2)', { exponent: (n, gap) => 4 * (n - 1) * gap ** 2 }),
    exponentLinear: changed('exp(2 (n - 1) gap)', { exponent: (n, gap) => 2 * (n - 1) * gap }),
  },
});
