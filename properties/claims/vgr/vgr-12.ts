/** @file VGR-12: an unbounded slope is not enough; how near to a logarithm the penalty must be, and how small gamma. */
import fc from 'fast-check';
import { bound } from '../../../src/claims/checks/bound.js';
import { equals } from '../../../src/claims/checks/equals.js';
import { only } from '../../../src/claims/checks/given.js';
import { order } from '../../../src/claims/checks/order.js';
import { violates } from '../../../src/claims/checks/violates.js';
import { within } from '../../../src/claims/checks/within.js';
import { claim, mutant } from '../../../src/claims/claim.js';
import { dyadic, ladder } from '../../../src/claims/order/case.js';
import { conditional } from '../../../src/claims/verdict.js';
import { GAMMA_VAE_RULES, type GammaVaeRules } from '../../../src/core/objectives/gamma-vae/gamma-vae.js';
import {
  SPARSE_REPRESENTATION_RULES,
  type SparseRepresentationRules,
} from '../../../src/core/objectives/sparse/sparse-representation.js';
import { energy } from '../../../src/studies/energy.js';
import { gaussHermite, sigmaPoints, type WeightedPoint } from '../../../src/theory/numerics/gauss-hermite.js';
import { ARC_SIZES, type ArcCase, arcsOf, momentsOf, type Side, sidesOf } from '../../subjects/energy/arc.js';
import { gammaControls } from '../../subjects/energy/gamma-controls.js';
import {
  type Charge,
  identity,
  logOf,
  powerOf,
  root,
  sparse,
  sparseControls,
} from '../../subjects/energy/sparse.js';

interface Moments {
  readonly squared: number;
  readonly u0: number;
  readonly a: number;
  readonly b: number;
}

interface Subject {
  readonly sparse: SparseRepresentationRules;
  readonly gamma: GammaVaeRules;
  /** The largest delta for which h = log(u + delta) prefers A. */
  readonly largestShift: (of: Moments) => number;
  /** Whether h = u^p prefers A. */
  readonly powerPrefersA: (p: number, of: Moments) => boolean;
  /** The logarithm of the largest gamma for which the VAE prefers A, the stretch M given. */
  readonly logCrossing: (of: Moments, stretch: number) => number;
}

const SUBJECT: Subject = {
  sparse: SPARSE_REPRESENTATION_RULES,
  gamma: GAMMA_VAE_RULES,
  largestShift: ({ squared, u0, a, b }) => (squared ** 2 * a * b) / (u0 - squared),
  powerPrefersA: (p, { squared, u0, a, b }) => u0 ** p < squared ** p * (a ** p + b ** p),
  logCrossing: ({ squared, u0 }, stretch) => squared - u0 - Math.log(squared) + 2 * Math.log(stretch),
};

const momentsFor = (c: ArcCase): Moments => ({ squared: c.epsilon ** 2, ...momentsOf(c) });

/** d (L_A - L_B) as core has it: negative where A, with fewer latents, is preferred. */
function preference(c: ArcCase, rules: SparseRepresentationRules, h: Charge): number {
  const { a, b } = sidesOf(c);
  const loss = ({ net, values }: Side): number => sparse(rules, net, values, identity, h).loss;
  return c.size[2] * (loss(a) - loss(b));
}

/** u0 of several units, eps^2 below 1/4. */
const arcs = arcsOf(ARC_SIZES, { min: 0.05, max: 0.5 }, { min: 2, max: 10 });

const shifted = equals<ArcCase, Subject>({
  says: 'h = log(u + delta) prefers the sparse solution if and only if delta < eps^4 a b / (u0 - eps^2): the sign changes between 0.99 and 1.01 of it',
  given: { arbitrary: arcs },
  runs: 40,
  measure: (c, { sparse: rules, largestShift }) => {
    const of = momentsFor(c);
    const limit = largestShift(of);
    const scale = 4 * c.size[1] * (1 + Math.abs(Math.log(limit)) + of.u0);
    const at = (factor: number): number => preference(c, rules, logOf(factor * limit));
    return [
      { what: 'tie', actual: at(1), expected: 0, scale },
      { what: 'sign below', actual: Math.sign(at(0.99)), expected: -1 },
      { what: 'sign above', actual: Math.sign(at(1.01)), expected: 1 },
    ];
  },
});

const notSufficient = violates<ArcCase, Subject>({
  says: 'h = sqrt, of unbounded slope at 0, prefers the solution with one latent too many wherever u0 > eps^2 (sqrt a + sqrt b)^2, here always',
  given: { arbitrary: arcs },
  runs: 40,
  measure: (c, { sparse: rules }) => {
    const { u0 } = momentsFor(c);
    const by = preference(c, rules, root);
    return { claimed: 0, actual: by, by, scale: Math.sqrt(u0) + c.size[1] };
  },
});

const POWERS = [0.02, 0.05, 0.1, 0.25, 0.5, 0.75];

const powers = equals<ArcCase & { p: number }, Subject>({
  says: 'h = u^p prefers the sparse solution if and only if u0^p < eps^2p (a^p + b^p)',
  given: {
    arbitrary: fc
      .tuple(arcs, fc.constantFrom(...POWERS))
      .map(([c, p]) => ({ ...c, p }))
      .filter(c => {
        const { u0, a, b, squared } = momentsFor(c);
        return Math.abs((u0 / squared) ** c.p / (a ** c.p + b ** c.p) - 1) > 1e-6;
      }),
  },
  runs: 60,
  measure: (c, { sparse: rules, powerPrefersA }) => ({
    actual: Math.sign(preference(c, rules, powerOf(c.p))),
    expected: powerPrefersA(c.p, momentsFor(c)) ? -1 : 1,
  }),
});

/** Rank 1, two latents, three data entries. */
const PLAIN = ARC_SIZES[0]!;

/** Points for a Gaussian in the first latent; the second is ignored. */
const FIRST: readonly WeightedPoint[] = gaussHermite(24).nodes.map((x, i) => ({
  point: [x, 0],
  weight: gaussHermite(24).weights[i]!,
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
  const loss = ({ net, values }: Side, points: readonly WeightedPoint[], variances: readonly number[]) => {
    const logvar = c.angles.flatMap(() => variances.map(Math.log));
    return energy(rules, net, { params: { ...values.params, logvar }, x: values.x, gamma }, points).loss;
  };
  const copied = gamma / (1 + gamma);
  return loss(a, FIRST, [arcVariance(c, gamma), 1]) - loss(b, sigmaPoints(2), [copied, copied]);
}

const vae = order<ArcCase, Subject>({
  says: "the VAE's own energies differ by log gamma + 2 log(eps/M) + u0 - eps^2 up to ((M^2 - 1/4)/eps^2 - 2) gamma: the sparse solution wins, but only below a gamma*",
  given: { arbitrary: arcsOf([PLAIN], { min: 0.25, max: 1 }, { min: 0.5, max: 4 }) },
  order: 1,
  runs: 8,
  measure: (c, { gamma: rules, logCrossing }) => {
    const of = momentsFor(c);
    const size = of.squared / (1 + c.stretch ** 2);
    return {
      ladder: ladder(dyadic(size, 5, 14), gamma => ({
        residual: vaePreference(c, rules, gamma) - (Math.log(gamma) - logCrossing(of, c.stretch)),
        scale: 8 * (4 + Math.abs(Math.log(gamma)) + of.u0) + 8 / Math.sqrt(gamma),
      })),
      constant: (c.stretch ** 2 - 0.25) / of.squared - 2,
    };
  },
});

const crossing = within<ArcCase, Subject>({
  says: 'gamma* is exp(-u0 + eps^2) (M/eps)^2 within 1 %: 1e-5 and less for M = 6',
  given: {
    arbitrary: arcsOf([PLAIN], { min: 0.5, max: 1 }, { min: 6, max: 7 }).filter(
      c => momentsOf(c).u0 > 18 && momentsOf(c).u0 < 30,
    ),
  },
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

const invisible = bound<ArcCase, Subject>({
  says: 'for M = 100 gamma* is below 1e-324, the smallest number of a double: no computation in doubles can show the VAE preferring the sparse solution there',
  given: only([LONG]),
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
    printed:
      'g, h \\text{ of unbounded slope at } 0 \\text{ are needed; VAE global minima achieve it as } \\gamma \\to 0',
    corrected:
      'h = \\log(u + \\delta): \\ \\delta < \\frac{\\varepsilon^4 ab}{u_0 - \\varepsilon^2}; \\qquad \\text{VAE}: \\ \\gamma < \\gamma^* \\approx \\frac{M^2}{\\varepsilon^2}\\,e^{\\varepsilon^2 - u_0}',
  },
  says: 'An unbounded slope is necessary but not sufficient: on the family of theorem 4 a square root still prefers the wrong solution and a shifted logarithm needs a shift below an explicit delta*; the VAE prefers the right one only below a gamma* that is exponentially small in the energy u0 of the latent.',
  verdict: conditional(
    'the penalty is close enough to a logarithm (delta < delta*, p small), for the VAE gamma < gamma* ~ (M/eps)^2 exp(-u0)',
  ),
  objectives: ['sparse-representation', 'gamma-vae'],
  subject: SUBJECT,
  checks: { shifted, notSufficient, powers, vae, crossing, invisible },
  mutants: {
    shiftWithoutProduct: mutant<Subject>('delta* = eps^4 / (u0 - eps^2)', s => ({
      ...s,
      largestShift: ({ squared, u0 }) => squared ** 2 / (u0 - squared),
    })),
    shiftWithoutArc: mutant<Subject>('delta* = eps^4 a b / u0', s => ({
      ...s,
      largestShift: ({ squared, u0, a, b }) => (squared ** 2 * a * b) / u0,
    })),
    anyPower: mutant<Subject>('every power below 1 is enough', s => ({ ...s, powerPrefersA: () => true })),
    noPower: mutant<Subject>('no power is enough', s => ({ ...s, powerPrefersA: () => false })),
    energyDropped: mutant<Subject>('gamma* without exp(-u0)', s => ({
      ...s,
      logCrossing: (of, stretch) => SUBJECT.logCrossing(of, stretch) + of.u0,
    })),
    stretchInverted: mutant<Subject>('(eps/M)^2 for (M/eps)^2', s => ({
      ...s,
      logCrossing: ({ squared, u0 }, stretch) => squared - u0 + Math.log(squared) - 2 * Math.log(stretch),
    })),
    ...sparseControls<Subject>('rowsForColumns', 'normForSquare', 'samplesForgotten'),
    ...gammaControls<Subject>('klOnce', 'halfPrecision', 'noNoise', 'logDeviation'),
  },
});
