/** @file VGR-7: with a learned gamma, a KL weight above d/r makes the sparse solution impossible. */
import { GAMMA_VAE_RULES, type GammaVaeRules } from '../../../src/core/objectives/gamma-vae/gamma-vae.js';
import { LOG_GAMMA } from '../../../src/core/objectives/gamma-vae/gamma-vae-learned.js';
import { type Energy, energy } from '../../../src/studies/energy.js';
import * as linearVae from '../../../src/theory/closed/linear-vae.js';
import { KEPT_COST } from '../../../src/theory/closed/ppca.js';
import { check, claim, conditional, draw, fc, mat, quad, wrong } from '../../kit.js';
import { GAMMA_WRONG } from '../../subjects/energy/gamma-controls.js';
import * as linear from '../../subjects/energy/linear-cases.js';

const SUBJECT = {
  gamma: GAMMA_VAE_RULES,
  /** The largest beta with which everything is reconstructed. */
  threshold: (d: number, rank: number, _latent: number) => d / rank,
  /** beta gamma at the best gamma. */
  tau: linearVae.optimalTau,
};
type Subject = typeof SUBJECT;

/** Core's energy at the best networks for gamma = tau / beta. */
function at(c: linear.LinearCase, rules: GammaVaeRules, beta: number, tau: number): Energy {
  const values = linear.valuesOf(c, linear.optimumOf(c, tau), tau / beta, beta);
  return energy(rules, linear.netOf(c), values, quad.sigmaPoints(c.latent));
}

/** The size of the terms. */
function scaleAt(c: linear.LinearCase, beta: number, tau: number): number {
  const total = mat.sum(c.values);
  const logs = c.values.length * (2 + Math.abs(Math.log(tau)) + Math.abs(Math.log(beta)));
  return logs + (1 + beta) * (linear.sizeOf(c, tau) + total / tau);
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

const casesOf = (sizes: readonly (typeof SIZES)[number][], min: number, max = min) =>
  linear.loaded(
    fc.oneof(...sizes.map(size => linear.linearCaseOf(size, draw.logUniform({ min: 1e-3, max: 2 })))),
    min,
    max,
  );

const profile = check.equals<linear.Loaded, Subject>({
  says: 'minimised over all but gamma the energy is beta L_1(beta gamma) + d log gamma - beta d log(beta gamma), of slope d - E/gamma in log gamma',
  given: casesOf(SIZES, 1 / 8, 8),
  runs: 40,
  measure: ({ c, load }, { gamma: rules }) => {
    const [beta, tau] = [linear.betaOf(c, load), c.share * c.values[0]!];
    const found = at(c, rules, beta, tau);
    const scale = scaleAt(c, beta, tau);
    return check.agree(
      {
        minimum: [found.loss, linearVae.profiledMinimum(c, beta, tau / beta)],
        slope: [found.gradient(LOG_GAMMA), [linearVae.profiledSlope(c, beta, tau / beta)]],
      },
      scale,
    );
  },
});

/** Two latents for four eigenvalues, both of them in use. */
const TOO_FEW: linear.LinearCase = {
  values: [4, 2, 1, 0.5],
  vectors: mat.identity(4),
  latent: 2,
  share: 0.5,
  rotation: mat.identity(2),
};

const least = check.bound<linear.Loaded, Subject>({
  says: 'where there is a best gamma its tau solves sum min(1, lambda/tau) = d/beta, sums over latents in use and the rest: no slope there, no smaller energy elsewhere',
  given: { arbitrary: casesOf(SIZES, 1.0625, 8), examples: [{ c: TOO_FEW, load: 1.0625 }] },
  runs: 40,
  measure: ({ c, load }, { gamma: rules, tau: solve }) => {
    const beta = linear.betaOf(c, load);
    const tau = solve(c, beta);
    const best = at(c, rules, beta, tau);
    const scale = scaleAt(c, beta, tau);
    const elsewhere = c.share * c.values[0]!;
    return check.below({
      'no slope': [Math.abs(best.gradient(LOG_GAMMA)[0]!), 0, scale],
      minimum: [best.loss, at(c, rules, beta, elsewhere).loss, scale + scaleAt(c, beta, elsewhere)],
    });
  },
});

/** Latents for the whole rank. */
const ENOUGH = SIZES.filter(([, rank, latent]) => rank <= latent);

const threshold = check.equals<linear.Loaded, Subject>({
  says: 'for small gamma the slope is d - beta r: the energy falls without bound as gamma goes to 0 for beta < d/r, is flat at d/r, and rises for beta > d/r',
  given: fc
    .tuple(casesOf(ENOUGH, 1, 1), fc.constantFrom(0.99, 1, 1.01))
    .map(([{ c }, load]) => ({ c, load })),
  runs: 30,
  measure: ({ c, load }, { gamma: rules, threshold: largest }) => {
    const [d, rank] = [c.values.length, linear.rankOf(c)];
    const limit = largest(d, rank, c.latent);
    const beta = load * limit;
    const tau = 0.25 * c.values[rank - 1]!;
    const slope = at(c, rules, beta, tau).gradient(LOG_GAMMA)[0]!;
    return check.agree({
      slope: [slope, d * (1 - load), scaleAt(c, beta, tau)],
      'falls or rises': [Math.sign(Math.round(1e6 * slope)), Math.sign(1 - load), 1],
    });
  },
});

const broken = check.bound<linear.Loaded, Subject>({
  says: 'above d/r the best solution uses fewer than r latents and leaves an error of d tau*/beta > 0',
  given: casesOf(ENOUGH, 1.0625, 8),
  runs: 30,
  measure: ({ c, load }, { gamma: rules, tau: solve }) => {
    const beta = linear.betaOf(c, load);
    const tau = solve(c, beta);
    const least = c.values[linear.rankOf(c) - 1]!;
    const error = at(c, rules, beta, tau).reconstruction;
    return check.below({
      latents: [linearVae.activeLatents(c, tau) + 1, linear.rankOf(c)],
      'tau above the least eigenvalue': [least, tau],
      error: check.apart(error, (c.values.length * tau) / beta, error * (1 + scaleAt(c, beta, tau))),
      'error not below what is dropped': [least, error, error + linear.sizeOf(c, tau)],
    });
  },
});

/** beta, tau and the latents in use. */
const TABLE = [
  [3.3, 0, 3],
  [3.4, 0.6375, 2],
  [4, 1.2, 2],
  [4.9, (2.1 * 4.9) / 5.1, 1],
  [6, 3.15, 1],
  [9.9, 6.039, 0],
  [11, 6.71, 0],
] as const;

const table = check.equals({
  says: 'for eigenvalues 4, 1.5, 0.6 in 10 entries latents are lost one after the other from beta = 10/3 on: 3, 2, 2, 1, 1, 0, 0 of them left at beta = 3.3, 3.4, 4, 4.9, 6, 9.9, 11',
  given: check.only<(typeof TABLE)[number]>(TABLE),
  measure: ([beta, tau, used], { gamma: rules, tau: solve }: Subject) => {
    const found = solve(linear.EXAMPLE, beta);
    const slope = tau === 0 ? 0 : at(linear.EXAMPLE, rules, beta, tau).gradient(LOG_GAMMA)[0]!;
    return check.agree({
      tau: [found, tau, 1 + tau],
      'slope at tau': [slope, 0, 10 * scaleAt(linear.EXAMPLE, beta, tau || 1)],
      latents: [linearVae.activeLatents(linear.EXAMPLE, found), used],
    });
  },
});

export default claim({
  id: 'VGR-7',
  paper: 'vgr',
  source: 'Dai, Wenliang & Wipf 2021, section 2.3, second statement',
  formulas: [linearVae.PROFILED_MINIMUM, KEPT_COST],
  tex: {
    printed:
      '\\beta > d/r: \\text{ optimal sparse representations will generally be impossible to achieve even while learning } \\gamma',
    corrected:
      '\\sum_{i\\le\\kappa}\\min\\Bigl(1, \\frac{\\lambda_i}{\\tau^*}\\Bigr) + \\sum_{i>\\kappa}\\frac{\\lambda_i}{\\tau^*} = \\frac d\\beta, \\qquad \\tau^* = \\beta\\gamma^*',
  },
  says: 'In the linear model with a learned decoder variance d/r is the sharp threshold: below it the energy is unbounded and reconstruction perfect, above it the optimum has beta gamma above the least eigenvalue, fewer than r active latents and a positive error.',
  verdict: conditional(
    'the decoder is linear; there impossible means impossible, for other decoders nothing was checked',
  ),
  findings: [
    {
      class: 'sharpened',
      title:
        'Above d/r an optimal sparse representation is impossible in the linear model, not only generally',
      quote:
        'then optimal sparse representations will generally be impossible to achieve even while learning',
      place: 'section 2.3',
      says: 'd/r is a sharp threshold there: above it the best gamma leaves an error of d tau/beta > 0 and fewer than r latents. For other decoders nothing was checked.',
    },
  ],
  objectives: ['gamma-vae', 'gamma-vae-learned'],
  subject: SUBJECT,
  checks: { profile, least, threshold, broken, table },
  mutants: {
    ...wrong.formula(SUBJECT, 'threshold', {
      inverseThreshold: ['r / d', (d, rank) => rank / d],
      latentsForRank: ['d / kappa', (d, _, latent) => d / latent],
      complement: ['(d - r) / r', (d, rank) => (d - rank) / rank],
    }),
    ...wrong.formula(SUBJECT, 'tau', {
      betaDropped: ['the tau of beta = 1', model => linearVae.optimalTau(model, 1)],
      latentsUnlimited: [
        'as many latents as data entries',
        ({ values }, beta) => linearVae.optimalTau({ values, latent: values.length }, beta),
      ],
      gammaForTau: ['gamma* for beta gamma*', (model, beta) => linearVae.optimalTau(model, beta) / beta],
    }),
    ...wrong.rules(SUBJECT, 'gamma', { betaIgnored: ['2 KL whatever beta is', { weight: () => 2 }] }),
    ...wrong.rules(SUBJECT, 'gamma', GAMMA_WRONG),
  },
});
