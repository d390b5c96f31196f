/** @file VGR-12: an unbounded slope is not enough: the penalty must be near a logarithm, and gamma tiny. */
import { GAMMA_VAE_RULES, type GammaVaeRules } from '../../../src/core/objectives/gamma-vae/gamma-vae.js';
import { SPARSE_REPRESENTATION_RULES } from '../../../src/core/objectives/sparse/sparse-representation.js';
import { energy } from '../../../src/studies/energy.js';
import { check, claim, conditional, fc, type mat, quad, wrong } from '../../kit.js';
import { ARC_SIZES, type ArcCase, arcsOf, momentsOf, type Side, sidesOf } from '../../subjects/energy/arc.js';
import * as charges from '../../subjects/energy/charges.js';
import { GAMMA_WRONG } from '../../subjects/energy/gamma-controls.js';
import { PENALTY_WRONG, sparse } from '../../subjects/energy/sparse.js';

/** eps^2 and the mean squares u0 (the latent of A), a and b (those of B over eps^2). */
const momentsFor = (c: ArcCase) => ({ squared: c.epsilon ** 2, ...momentsOf(c) });
type Moments = ReturnType<typeof momentsFor>;

const SUBJECT = {
  sparse: SPARSE_REPRESENTATION_RULES,
  gamma: GAMMA_VAE_RULES,
  /** The largest delta for which h = log(u + delta) prefers A. */
  largestShift: ({ squared, u0, a, b }: Moments) => (squared ** 2 * a * b) / (u0 - squared),
  /** Whether h = u^p prefers A. */
  powerPrefersA: (p: number, { squared, u0, a, b }: Moments) => u0 ** p < squared ** p * (a ** p + b ** p),
  /** The logarithm of the largest gamma for which the VAE prefers A, the stretch M given. */
  logCrossing: ({ squared, u0 }: Moments, stretch: number) =>
    squared - u0 - Math.log(squared) + 2 * Math.log(stretch),
};
type Subject = typeof SUBJECT;

/** d (L_A - L_B) as core has it: negative where A, with fewer latents, is preferred. */
function preference(c: ArcCase, rules: Subject['sparse'], h: charges.Charge): number {
  const { a, b } = sidesOf(c);
  const loss = ({ net, values }: Side): number => sparse(rules, net, values, charges.identity, h).loss;
  return c.size[2] * (loss(a) - loss(b));
}

/** u0 of several units, eps^2 below 1/4. */
const arcs = arcsOf(ARC_SIZES, { min: 0.05, max: 0.5 }, { min: 2, max: 10 });

const shifted = check.equals<ArcCase, Subject>({
  says: 'h = log(u + delta) prefers the sparse solution if and only if delta < eps^4 a b / (u0 - eps^2): the sign changes between 0.99 and 1.01 of it',
  given: arcs,
  runs: 40,
  measure: (c, { sparse: rules, largestShift }) => {
    const moments = momentsFor(c);
    const limit = largestShift(moments);
    const scale = 4 * c.size[1] * (1 + Math.abs(Math.log(limit)) + moments.u0);
    const at = (factor: number): number => preference(c, rules, charges.logOf(factor * limit));
    return check.agree({
      tie: [at(1), 0, scale],
      'sign below': [Math.sign(at(0.99)), -1],
      'sign above': [Math.sign(at(1.01)), 1],
    });
  },
});

const notSufficient = check.violates<ArcCase, Subject>({
  says: 'h = sqrt, of unbounded slope at 0, prefers the solution with one latent too many wherever u0 > eps^2 (sqrt a + sqrt b)^2, here always',
  given: arcs,
  runs: 40,
  measure: (c, { sparse: rules }) => {
    const { u0 } = momentsFor(c);
    const by = preference(c, rules, charges.root);
    return { claimed: 0, actual: by, by, scale: Math.sqrt(u0) + c.size[1] };
  },
});

const POWERS = [0.02, 0.05, 0.1, 0.25, 0.5, 0.75];

const powers = check.equals<ArcCase & { p: number }, Subject>({
  says: 'h = u^p prefers the sparse solution if and only if u0^p < eps^2p (a^p + b^p)',
  given: fc
    .tuple(arcs, fc.constantFrom(...POWERS))
    .map(([c, p]) => ({ ...c, p }))
    .filter(c => {
      const { u0, a, b, squared } = momentsFor(c);
      return Math.abs((u0 / squared) ** c.p / (a ** c.p + b ** c.p) - 1) > 1e-6;
    }),
  runs: 60,
  measure: (c, { sparse: rules, powerPrefersA }) => ({
    actual: Math.sign(preference(c, rules, charges.powerOf(c.p))),
    expected: powerPrefersA(c.p, momentsFor(c)) ? -1 : 1,
  }),
});

/** Rank 1, two latents, three data entries. */
const PLAIN = ARC_SIZES[0]!;

/** Points for a Gaussian in the first latent; the second is ignored. */
const FIRST: readonly quad.WeightedPoint[] = quad.gaussHermite(24).nodes.map((x, i) => ({
  point: [x, 0],
  weight: quad.gaussHermite(24).weights[i]!,
}));

/** The posterior variance that is best for A: the fixed point of 1/s = 1 + eps^2/(M^2 gamma) exp(-s/2M^2). */
function arcVariance({ epsilon, stretch }: ArcCase, gamma: number): number {
  const precision = (epsilon / stretch) ** 2 / gamma;
  let s = 1 / (1 + precision);
  for (let i = 0; i < 100; i++) s = 1 / (1 + precision * Math.exp(-s / (2 * stretch ** 2)));
  return s;
}

/** L_A - L_B of the VAE, both with the best variances. */
function vaePreference(c: ArcCase, rules: GammaVaeRules, gamma: number): number {
  const { a, b } = sidesOf(c);
  const loss = ({ net, values }: Side, points: readonly quad.WeightedPoint[], variances: mat.Vector) => {
    const logvar = c.angles.flatMap(() => variances.map(Math.log));
    return energy(rules, net, { params: { ...values.params, logvar }, x: values.x, gamma }, points).loss;
  };
  const copied = gamma / (1 + gamma);
  return loss(a, FIRST, [arcVariance(c, gamma), 1]) - loss(b, quad.sigmaPoints(2), [copied, copied]);
}

const vae = check.order<ArcCase, Subject>({
  says: "the VAE's own energies differ by log gamma + 2 log(eps/M) + u0 - eps^2 up to ((M^2 - 1/4)/eps^2 - 2) gamma: the sparse solution wins, but only below a gamma*",
  given: arcsOf([PLAIN], { min: 0.25, max: 1 }, { min: 0.5, max: 4 }),
  order: 1,
  runs: 8,
  measure: (c, { gamma: rules, logCrossing }) => {
    const moments = momentsFor(c);
    const size = moments.squared / (1 + c.stretch ** 2);
    return {
      ladder: check.ladder(check.dyadic(size, 5, 14), gamma => ({
        residual: vaePreference(c, rules, gamma) - (Math.log(gamma) - logCrossing(moments, c.stretch)),
        scale: 8 * (4 + Math.abs(Math.log(gamma)) + moments.u0) + 8 / Math.sqrt(gamma),
      })),
      constant: (c.stretch ** 2 - 0.25) / moments.squared - 2,
    };
  },
});

const crossing = check.within<ArcCase, Subject>({
  says: 'gamma* is exp(-u0 + eps^2) (M/eps)^2 within 1 %: 1e-5 and less for M = 6',
  given: arcsOf([PLAIN], { min: 0.5, max: 1 }, { min: 6, max: 7 }).filter(
    c => momentsOf(c).u0 > 18 && momentsOf(c).u0 < 30,
  ),
  tolerance: 0.01,
  runs: 6,
  measure: (c, { gamma: rules, logCrossing }) => {
    let [low, high] = [-40, -2];
    for (let i = 0; i < 40; i++) {
      const middle = (low + high) / 2;
      if (vaePreference(c, rules, Math.exp(middle)) < 0) low = middle;
      else high = middle;
    }
    return { actual: Math.exp(low), expected: Math.exp(logCrossing(momentsFor(c), c.stretch)) };
  },
});

const LONG: ArcCase = { size: PLAIN, epsilon: 0.5, stretch: 100, angles: [0.5, 0.75, 1, 1], others: [] };

const invisible = check.bound<ArcCase, Subject>({
  says: 'for M = 100 gamma* is below 1e-324, the smallest number of a double: no computation in doubles can show the VAE preferring the sparse solution there',
  given: check.only([LONG]),
  measure: (c, { logCrossing }) => ({
    lower: logCrossing(momentsFor(c), c.stretch),
    upper: Math.log(Number.MIN_VALUE),
  }),
});

export default claim({
  id: 'VGR-12',
  paper: 'vgr',
  source: 'Dai, Wenliang & Wipf 2021, theorem 4 and the discussion after it',
  tex: {
    printed: '\\text{a necessary, albeit not sufficient condition, for optimal sparsity}',
    corrected:
      'h = \\log(u + \\delta): \\ \\delta < \\frac{\\varepsilon^4 ab}{u_0 - \\varepsilon^2}; \\qquad \\text{VAE}: \\ \\gamma < \\gamma^* \\approx \\frac{M^2}{\\varepsilon^2}\\,e^{\\varepsilon^2 - u_0}',
  },
  says: 'An unbounded slope is necessary but not sufficient: on the family of theorem 4 a square root still prefers the wrong solution and a shifted logarithm needs a shift below an explicit delta*; the VAE prefers the right one only below a gamma* that is exponentially small in the energy u0 of the latent.',
  verdict: conditional(
    'the penalty is close enough to a logarithm (delta < delta*, p small), for the VAE gamma < gamma* ~ (M/eps)^2 exp(-u0)',
  ),
  findings: [
    {
      class: 'caveat',
      title: 'An unbounded slope is necessary and not sufficient',
      quote: 'This can be viewed as a necessary, albeit not sufficient condition, for optimal sparsity',
      place: 'section 3.2, below theorem 4',
      says: 'How far it is from sufficient, on the family of theorem 4: a square root prefers one latent too many, log(u + delta) needs delta < eps^4 ab/(u0 - eps^2), and the VAE prefers the sparse solution only below gamma* = (M/eps)^2 exp(eps^2 - u0), to first order, which for large codes no double can hold.',
    },
  ],
  objectives: ['sparse-representation', 'gamma-vae'],
  subject: SUBJECT,
  checks: { shifted, notSufficient, powers, vae, crossing, invisible },
  mutants: {
    ...wrong.formula(SUBJECT, 'largestShift', {
      shiftWithoutProduct: ['delta* = eps^4 / (u0 - eps^2)', ({ squared: e, u0 }) => e ** 2 / (u0 - e)],
      shiftWithoutArc: ['delta* = eps^4 a b / u0', ({ squared, u0, a, b }) => (squared ** 2 * a * b) / u0],
    }),
    ...wrong.formula(SUBJECT, 'powerPrefersA', {
      anyPower: ['every power below 1 is enough', () => true],
      noPower: ['no power is enough', () => false],
    }),
    ...wrong.formula(SUBJECT, 'logCrossing', {
      energyDropped: [
        'gamma* without exp(-u0)',
        (moments, stretch) => SUBJECT.logCrossing(moments, stretch) + moments.u0,
      ],
      stretchInverted: [
        '(eps/M)^2 for (M/eps)^2',
        ({ squared, u0 }, stretch) => squared - u0 + Math.log(squared) - 2 * Math.log(stretch),
      ],
    }),
    ...wrong.rules(SUBJECT, 'sparse', PENALTY_WRONG, ['rowsForColumns', 'normForSquare', 'samplesForgotten']),
    ...wrong.rules(SUBJECT, 'gamma', GAMMA_WRONG, [
      'gammaIsDeviation',
      'halfPrecision',
      'klOnce',
      'logDeviation',
      'noNoise',
      'varianceForDeviation',
    ]),
  },
});
