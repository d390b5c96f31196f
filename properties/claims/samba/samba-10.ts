/** @file The norm of Gaussian noise in d dimensions: section 2. */
import { ULPS } from '../../../src/claims/checks/rounding.js';
import { SAMBA_RULES } from '../../../src/core/objectives/samba/samba.js';
import { chiMoment, massOutside, radialMean } from '../../../src/theory/closed/chi.js';
import { asymptotic, check, claim, draw, fill, mat, type OrderCase, type Random, wrong } from '../../kit.js';
import { isotropicStep } from '../../subjects/sam/isotropic.js';
import { wrongSamba } from '../../subjects/sam/mutants.js';

const SUBJECT = {
  /** The worst-case step that trains. */
  samba: SAMBA_RULES,
  /** The noise that trains. */
  noise: (random: Random, d: number): Float64Array => fill(new Float64Array(d), 'normal', random),
  /** E |eta| */
  mean: (d: number) => chiMoment(d, 1),
  /** E |eta| / sqrt(d) to second order in 1/d. */
  expansion: (d: number) => 1 - 1 / (4 * d) + 1 / (32 * d * d),
  /** The limit of the variance of |eta|, and its first correction in 1/d. */
  variance: [1 / 2, -1 / 8] as [number, number],
  /** P(|eta|^2 <= d) to first order. */
  inside: (d: number) => 1 / 2 + 1 / (3 * Math.sqrt(Math.PI * d)),
  /** A bound of the probability that |eta| is t away from its mean. */
  tail: (t: number) => 2 * Math.exp((-t * t) / 2),
};
type Subject = typeof SUBJECT;

/** The dimension that a ladder of doubled dimensions starts from. */
const first = draw.dyadic({ min: 4, max: 64, bits: 0 });

/** Residuals at d, 2d, 4d, ... as a ladder in 1/d; their terms have size `scale`. */
const inDimension = (
  d: number,
  rungs: number,
  residual: { at: (d: number) => number; scale: (d: number) => number },
  constant: number,
): OrderCase => ({
  ladder: check.ladder(
    Array.from({ length: rungs }, (_, k) => 1 / (d * 2 ** k)),
    step => ({ residual: residual.at(Math.round(1 / step)), scale: residual.scale(Math.round(1 / step)) }),
  ),
  constant,
});

const variance = (d: number): number => chiMoment(d, 2) - chiMoment(d, 1) ** 2;

export default claim<Subject, string, string>({
  id: 'SAMBA-10',
  paper: 'samba',
  source: 'Reizinger & Huszár 2023, section 2',
  tex: {
    printed: '\\|\\eta\\|_2 \\approx \\sqrt d,\\qquad \\eta\\sim\\mathcal N(0, I_d)',
    corrected:
      '\\mathbb E\\|\\eta\\|^2 = d,\\quad \\mathbb E\\|\\eta\\| = \\sqrt d\\left(1-\\tfrac1{4d}+O(d^{-2})\\right),\\quad \\mathrm{Var}\\|\\eta\\|\\to\\tfrac12,\\quad P(\\|\\eta\\|^2\\le d) = \\tfrac12+\\tfrac1{3\\sqrt{\\pi d}}+O(d^{-3/2})',
  },
  says: 'The norm of Gaussian noise is sqrt(d) up to a fluctuation of relative size 1/sqrt(2d); in every dimension a third to a half of the Gaussian mass lies outside of the ball of radius sqrt(d) that SAMBA maximises over.',
  verdict: asymptotic(0.5, '1/d'),
  findings: [
    {
      class: 'sharpened',
      title: 'A third to a half of the Gaussian mass lies outside the ball of radius √d',
      quote:
        'concentrates in $\\ell_2$-norm around the hypersphere with radius $\\sqrt{d}$, i.e., $\\|\\boldsymbol{\\eta}\\|_2 \\approx \\sqrt{d}$',
      place: 'section 2, MFVI SAM',
      says: 'The relative spread of |η| is 1/√(2d). Concentration does not put the mass inside: 32 % of it is outside for d = 1, and half in the limit.',
    },
  ],
  objectives: ['samba'],
  subject: SUBJECT,
  checks: {
    fluctuation: check.order({
      says: 'the standard deviation of |eta|/sqrt(d) is 1/sqrt(2d)',
      given: first,
      order: 0.5,
      measure: d =>
        inDimension(d, 8, { at: at => Math.sqrt(variance(at) / at), scale: () => 1 }, Math.SQRT1_2),
    }),
    moments: check.equals({
      says: 'E |eta| is the chi mean sqrt(2) Gamma((d+1)/2)/Gamma(d/2) and E |eta|^2 is d, by quadrature of the radial density',
      given: check.only([1, 2, 3, 10, 100, 1000]),
      ulps: 2 * ULPS.iteration,
      measure: (d, { mean }) =>
        check.agree({ first: [radialMean(d, r => r), mean(d)], second: [radialMean(d, r => r * r), d] }),
    }),
    mean: check.order({
      says: 'E |eta|/sqrt(d) is 1 - 1/(4d) + 1/(32 d^2) + 5/(128 d^3)',
      given: first,
      order: 3,
      measure: (d, { mean, expansion }) =>
        inDimension(d, 7, { at: at => mean(at) / Math.sqrt(at) - expansion(at), scale: () => 1 }, 5 / 128),
    }),
    variance: check.order({
      says: 'the variance of |eta| tends to 1/2 as 1/2 - 1/(8d)',
      given: first,
      order: 1,
      measure: (d, s) =>
        inDimension(d, 8, { at: at => variance(at) - s.variance[0], scale: at => at }, s.variance[1]),
    }),
    inside: check.order({
      says: 'the mass of the ball of radius sqrt(d) is 1/2 + 1/(3 sqrt(pi d)) + 1/(270 sqrt(pi) d^(3/2))',
      given: first,
      order: 1.5,
      measure: (d, { inside }) =>
        inDimension(
          d,
          8,
          { at: at => 1 - massOutside(at, Math.sqrt(at)) - inside(at), scale: () => 16 },
          1 / (270 * Math.sqrt(Math.PI)),
        ),
    }),
    tail: check.bound({
      says: '|eta| is t away from its mean with probability at most 2 exp(-t^2/2)',
      given: {
        arbitrary: draw.record({
          d: draw.dyadic({ min: 1, max: 400, bits: 0 }),
          t: draw.dyadic({ min: 0, max: 6, bits: 6 }),
        }),
        examples: [{ d: 1, t: 1.2 }],
      },
      measure: ({ d, t }, { tail }) => {
        const centre = chiMoment(d, 1);
        const below = t >= centre ? 0 : 1 - massOutside(d, centre - t);
        return { lower: massOutside(d, centre + t) + below, upper: tail(t), scale: 1 };
      },
    }),
    outside: check.violates({
      says: 'not all of it is in the ball: 0.317, 0.441, 0.488 and 0.498 of the mass is outside for d = 1, 10, 256 and 10^4',
      given: check.only([1, 10, 256, 10_000]),
      measure: (d, { inside }) => {
        const actual = massOutside(d, Math.sqrt(d));
        // as far from 0 as the first-order formula says, to a twentieth
        return { claimed: 0, actual, by: actual - 0.95 * (1 - inside(d)), scale: 1 };
      },
    }),
    fixed: check.equals({
      says: "SAMBA's direction has norm sqrt(d) exactly",
      given: draw.vector(16, draw.normal()).filter(g => g[0] !== 0),
      runs: 32,
      measure: (g, { samba }) =>
        [1, 2, 5, 16].map(d => {
          const direction = isotropicStep(samba, g.slice(0, d), 1);
          return { actual: mat.norm(direction), expected: Math.sqrt(d), what: `d = ${d}` };
        }),
    }),
    sampled: check.statistical({
      says: 'the noise that trains has mean norm E |eta| and falls into the ball as often as it should',
      given: check.only([1, 4, 32]),
      measure: (d, { noise, mean }, random) => {
        const norms = Float64Array.from({ length: 3000 }, () => mat.norm([...noise(random, d)]));
        const inside = norms.map(r => (r * r <= d ? 1 : 0));
        return [
          { values: norms, expected: mean(d), what: 'norm' },
          { values: inside, expected: 1 - massOutside(d, Math.sqrt(d)), what: 'inside' },
        ];
      },
    }),
  },
  mutants: {
    ...wrongSamba<Subject>('unnormalised', 'rootDimensionMissing', 'dimensionForRoot', 'largestEntryNorm'),
    ...wrong.formula(SUBJECT, 'mean', { rootForMean: ['sqrt(d) for E |eta|', Math.sqrt] }),
    ...wrong.formula(SUBJECT, 'expansion', { firstOrderOnly: ['1 - 1/(4d) only', d => 1 - 1 / (4 * d)] }),
    ...wrong.formula(SUBJECT, 'noise', {
      sphere: [
        'noise on the sphere of radius sqrt(d): fixed, as if it were SAMBA',
        (random, d) => {
          const eta = SUBJECT.noise(random, d);
          return eta.map(x => (x * Math.sqrt(d)) / mat.norm([...eta]));
        },
      ],
      shared: [
        'one number for all entries of the noise',
        (random, d) => new Float64Array(d).fill(SUBJECT.noise(random, 1)[0]!),
      ],
      uniform: [
        'uniform noise of variance one',
        (random, d) => Float64Array.from({ length: d }, () => Math.sqrt(12) * (random.uniform() - 0.5)),
      ],
    }),
    ...wrong.formula(SUBJECT, 'variance', {
      unitVariance: ['variance 1 of the norm', [1, -1 / 8]],
      varianceRising: ['a variance that comes from above', [1 / 2, 1 / 8]],
    }),
    ...wrong.formula(SUBJECT, 'inside', {
      evenly: ['half of the mass inside', () => 1 / 2],
      allInside: ['all of the mass inside', () => 1],
    }),
    ...wrong.formula(SUBJECT, 'tail', { sharperTail: ['exp(-t^2) in the tail', t => 2 * Math.exp(-t * t)] }),
  },
});
