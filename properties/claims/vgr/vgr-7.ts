/** @file VGR-7: with a learned gamma, a KL weight above d/r makes the sparse solution impossible. */
import fc from 'fast-check';
import { bound } from '../../../src/claims/checks/bound.js';
import { equals } from '../../../src/claims/checks/equals.js';
import { only } from '../../../src/claims/checks/given.js';
import { claim, mutant } from '../../../src/claims/claim.js';
import { conditional } from '../../../src/claims/verdict.js';
import { GAMMA_VAE_RULES, type GammaVaeRules } from '../../../src/core/objectives/gamma-vae/gamma-vae.js';
import { LOG_GAMMA } from '../../../src/core/objectives/gamma-vae/gamma-vae-learned.js';
import { type Energy, energy } from '../../../src/studies/energy.js';
import {
  activeLatents,
  type LinearModel,
  optimalTau,
  profiledMinimum,
  profiledSlope,
} from '../../../src/theory/closed/linear-vae.js';
import { sigmaPoints } from '../../../src/theory/numerics/gauss-hermite.js';
import { identity } from '../../../src/theory/numerics/matrix.js';
import { logUniform } from '../../arbitraries/numbers.js';
import { plainRecord } from '../../arbitraries/record.js';
import { gammaControls } from '../../subjects/energy/gamma-controls.js';
import {
  type LinearCase,
  linearCaseOf,
  netOf,
  optimumOf,
  rankOf,
  sizeOf,
  valuesOf,
} from '../../subjects/energy/linear-cases.js';

interface Subject {
  readonly gamma: GammaVaeRules;
  /** The largest beta with which everything is reconstructed. */
  readonly threshold: (d: number, rank: number, latent: number) => number;
  /** beta gamma at the best gamma. */
  readonly tau: (model: LinearModel, beta: number) => number;
}

interface Case {
  readonly c: LinearCase;
  /** beta over d / r. */
  readonly load: number;
}

const betaOf = ({ c, load }: Case): number => (load * c.values.length) / rankOf(c);

/** Core's energy at the best networks for gamma = tau / beta. */
function at(c: LinearCase, rules: GammaVaeRules, beta: number, tau: number): Energy {
  const values = valuesOf(c, optimumOf(c, tau), tau / beta, beta);
  return energy(rules, netOf(c), values, sigmaPoints(c.latent));
}

/** The size of the terms. */
function scaleAt(c: LinearCase, beta: number, tau: number): number {
  const total = c.values.reduce((a, b) => a + b, 0);
  const logs = c.values.length * (2 + Math.abs(Math.log(tau)) + Math.abs(Math.log(beta)));
  return logs + (1 + beta) * (sizeOf(c, tau) + total / tau);
}

/** Data entries, rank and latents: fewer latents than the rank and more than data entries among them. */
const SIZES = [
  [4, 1, 2],
  [6, 3, 4],
  [5, 2, 2],
  [4, 4, 2],
  [5, 3, 2],
  [2, 2, 3],
] as const;

const casesOf = (sizes: readonly (readonly [number, number, number])[], loads: [number, number]) =>
  plainRecord({
    c: fc.oneof(...sizes.map(size => linearCaseOf(size, logUniform({ min: 1e-3, max: 2 })))),
    load: logUniform({ min: loads[0], max: loads[1] }),
  });

const profile = equals<Case, Subject>({
  says: 'minimised over all but gamma the energy is beta L_1(beta gamma) + d log gamma - beta d log(beta gamma), of slope d - E/gamma in log gamma',
  given: { arbitrary: casesOf(SIZES, [1 / 8, 8]) },
  runs: 40,
  measure: (of, { gamma: rules }) => {
    const { c } = of;
    const [beta, tau] = [betaOf(of), c.share * c.values[0]!];
    const found = at(c, rules, beta, tau);
    const scale = scaleAt(c, beta, tau);
    return [
      { what: 'minimum', actual: found.loss, expected: profiledMinimum(c, beta, tau / beta), scale },
      {
        what: 'slope',
        actual: found.gradient(LOG_GAMMA),
        expected: [profiledSlope(c, beta, tau / beta)],
        scale,
      },
    ];
  },
});

/** Two latents for four eigenvalues, both of them in use. */
const TOO_FEW: LinearCase = {
  values: [4, 2, 1, 0.5],
  vectors: identity(4),
  latent: 2,
  share: 0.5,
  rotation: identity(2),
};

const least = bound<Case, Subject>({
  says: 'where there is a best gamma its tau solves sum min(1, lambda/tau) = d/beta, sums over latents in use and the rest: no slope there, no smaller energy elsewhere',
  given: { arbitrary: casesOf(SIZES, [1.0625, 8]), examples: [{ c: TOO_FEW, load: 1.0625 }] },
  runs: 40,
  measure: (of, { gamma: rules, tau: solve }) => {
    const { c } = of;
    const beta = betaOf(of);
    const tau = solve(c, beta);
    const best = at(c, rules, beta, tau);
    const scale = scaleAt(c, beta, tau);
    const elsewhere = c.share * c.values[0]!;
    return [
      { what: 'no slope', lower: Math.abs(best.gradient(LOG_GAMMA)[0]!), upper: 0, scale },
      {
        what: 'minimum',
        lower: best.loss,
        upper: at(c, rules, beta, elsewhere).loss,
        scale: scale + scaleAt(c, beta, elsewhere),
      },
    ];
  },
});

/** Latents for the whole rank. */
const ENOUGH = SIZES.filter(([, rank, latent]) => rank <= latent);

const threshold = equals<Case, Subject>({
  says: 'for small gamma the slope is d - beta r: the energy falls without bound as gamma goes to 0 for beta < d/r, is flat at d/r, and rises for beta > d/r',
  given: {
    arbitrary: fc
      .tuple(casesOf(ENOUGH, [1, 1]), fc.constantFrom(0.99, 1, 1.01))
      .map(([of, load]) => ({ ...of, load })),
  },
  runs: 30,
  measure: (of, { gamma: rules, threshold: largest }) => {
    const { c } = of;
    const [d, rank] = [c.values.length, rankOf(c)];
    const limit = largest(d, rank, c.latent);
    const beta = of.load * limit;
    const tau = 0.25 * c.values[rank - 1]!;
    const slope = at(c, rules, beta, tau).gradient(LOG_GAMMA)[0]!;
    return [
      { what: 'slope', actual: slope, expected: d * (1 - of.load), scale: scaleAt(c, beta, tau) },
      {
        what: 'falls or rises',
        actual: Math.sign(Math.round(1e6 * slope)),
        expected: Math.sign(1 - of.load),
        scale: 1,
      },
    ];
  },
});

const broken = bound<Case, Subject>({
  says: 'above d/r the best solution uses fewer than r latents and leaves an error of d tau*/beta > 0',
  given: { arbitrary: casesOf(ENOUGH, [1.0625, 8]) },
  runs: 30,
  measure: (of, { gamma: rules, tau: solve }) => {
    const { c } = of;
    const beta = betaOf(of);
    const tau = solve(c, beta);
    const least = c.values[rankOf(c) - 1]!;
    const error = at(c, rules, beta, tau).reconstruction;
    return [
      { what: 'latents', lower: activeLatents(c, tau) + 1, upper: rankOf(c) },
      { what: 'tau above the least eigenvalue', lower: least, upper: tau },
      {
        what: 'error',
        lower: Math.abs(error - (c.values.length * tau) / beta),
        upper: 0,
        scale: error * (1 + scaleAt(c, beta, tau)),
      },
      { what: 'error not below what is dropped', lower: least, upper: error, scale: error + sizeOf(c, tau) },
    ];
  },
});

interface Row {
  readonly beta: number;
  readonly tau: number;
  /** Latents in use. */
  readonly used: number;
}

/** Rank 3 in 10 entries. */
const TABLE: readonly [Row, ...Row[]] = [
  { beta: 3.3, tau: 0, used: 3 },
  { beta: 3.4, tau: 0.6375, used: 2 },
  { beta: 4, tau: 1.2, used: 2 },
  { beta: 4.9, tau: (2.1 * 4.9) / 5.1, used: 1 },
  { beta: 6, tau: 3.15, used: 1 },
  { beta: 9.9, tau: 6.039, used: 0 },
  { beta: 11, tau: 6.71, used: 0 },
];

const EXAMPLE: LinearCase = {
  values: [4, 1.5, 0.6, 0, 0, 0, 0, 0, 0, 0],
  vectors: identity(10),
  latent: 4,
  share: 1,
  rotation: identity(4),
};

const table = equals<Row, Subject>({
  says: 'for eigenvalues 4, 1.5, 0.6 in 10 entries latents are lost one after the other from beta = 10/3 on: 3, 2, 2, 1, 1, 0, 0 of them left at beta = 3.3, 3.4, 4, 4.9, 6, 9.9, 11',
  given: only(TABLE),
  measure: ({ beta, tau, used }, { gamma: rules, tau: solve }) => {
    const found = solve(EXAMPLE, beta);
    const slope = tau === 0 ? 0 : at(EXAMPLE, rules, beta, tau).gradient(LOG_GAMMA)[0]!;
    return [
      { what: 'tau', actual: found, expected: tau, scale: 1 + tau },
      { what: 'slope at tau', actual: slope, expected: 0, scale: 10 * scaleAt(EXAMPLE, beta, tau || 1) },
      { what: 'latents', actual: activeLatents(EXAMPLE, found), expected: used },
    ];
  },
});

const withThreshold =
  (largest: Subject['threshold']) =>
  (s: Subject): Subject => ({ ...s, threshold: largest });
const withTau =
  (tau: Subject['tau']) =>
  (s: Subject): Subject => ({ ...s, tau });

const SUBJECT: Subject = {
  gamma: GAMMA_VAE_RULES,
  threshold: (d, rank) => d / rank,
  tau: optimalTau,
};

export default claim({
  id: 'VGR-7',
  paper: 'vgr',
  source: 'Dai, Wenliang & Wipf 2021, section 2.3 (b)',
  tex: {
    printed:
      '\\beta > d/r \\;\\Rightarrow\\; \\text{an optimal sparse representation is generally impossible}',
    corrected:
      '\\sum_{i\\le\\kappa}\\min\\Bigl(1, \\frac{\\lambda_i}{\\tau^*}\\Bigr) + \\sum_{i>\\kappa}\\frac{\\lambda_i}{\\tau^*} = \\frac d\\beta, \\qquad \\tau^* = \\beta\\gamma^*',
  },
  says: 'In the linear model with a learned decoder variance d/r is the sharp threshold: below it the energy is unbounded and reconstruction perfect, above it the optimum has beta gamma above the least eigenvalue, fewer than r active latents and a positive error.',
  verdict: conditional(
    'the decoder is linear; there impossible means impossible, for other decoders nothing was checked',
  ),
  objectives: ['gamma-vae', 'gamma-vae-learned'],
  subject: SUBJECT,
  checks: { profile, least, threshold, broken, table },
  mutants: {
    inverseThreshold: mutant<Subject>(
      'r / d',
      withThreshold((d, rank) => rank / d),
    ),
    latentsForRank: mutant<Subject>(
      'd / kappa',
      withThreshold((d, _, latent) => d / latent),
    ),
    complement: mutant<Subject>(
      '(d - r) / r',
      withThreshold((d, rank) => (d - rank) / rank),
    ),
    betaDropped: mutant<Subject>(
      'the tau of beta = 1',
      withTau(model => optimalTau(model, 1)),
    ),
    latentsUnlimited: mutant<Subject>(
      'as many latents as data entries',
      withTau(({ values }, beta) => optimalTau({ values, latent: values.length }, beta)),
    ),
    gammaForTau: mutant<Subject>(
      'gamma* for beta gamma*',
      withTau((model, beta) => optimalTau(model, beta) / beta),
    ),
    betaIgnored: mutant<Subject>('2 KL whatever beta is', s => ({
      ...s,
      gamma: { ...s.gamma, weight: () => 2 },
    })),
    ...gammaControls<Subject>(
      'normaliserMissing',
      'normaliserOfOneEntry',
      'halfPrecision',
      'klOnce',
      'noNoise',
    ),
  },
});
