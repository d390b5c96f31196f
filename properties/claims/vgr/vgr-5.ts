/** @file VGR-5: minimising over the networks and over gamma in turn multiplies gamma by beta r / d. */

import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { bound } from '../../../src/claims/checks/bound.js';
import { equals } from '../../../src/claims/checks/equals.js';
import { claim, mutant } from '../../../src/claims/claim.js';
import { exact } from '../../../src/claims/verdict.js';
import { GAMMA_VAE_RULES, type GammaVaeRules } from '../../../src/core/objectives/gamma-vae/gamma-vae.js';
import {
  GAMMA_VAE_CLOSED_RULES,
  type GammaVaeClosedRules,
} from '../../../src/core/objectives/gamma-vae/gamma-vae-closed.js';
import { LOG_GAMMA } from '../../../src/core/objectives/gamma-vae/gamma-vae-learned.js';
import { closedEnergy, energy } from '../../../src/studies/energy.js';
import { optimalTau } from '../../../src/theory/closed/linear-vae.js';
import { sigmaPoints } from '../../../src/theory/numerics/gauss-hermite.js';
import { identity } from '../../../src/theory/numerics/matrix.js';
import { logUniform } from '../../arbitraries/numbers.js';
import { plainRecord } from '../../arbitraries/record.js';
import { gammaControls } from '../../subjects/energy/gamma-controls.js';
import {
  type LinearCase,
  linearCases,
  netOf,
  optimumOf,
  rankOf,
  sizeOf,
  valuesOf,
} from '../../subjects/energy/linear-cases.js';

interface Subject {
  readonly gamma: GammaVaeRules;
  readonly closed: GammaVaeClosedRules;
  readonly ratio: (beta: number, rank: number, d: number, latent: number) => number;
}

const SUBJECT: Subject = {
  gamma: GAMMA_VAE_RULES,
  closed: GAMMA_VAE_CLOSED_RULES,
  ratio: (beta, rank, d) => (beta * rank) / d,
};

interface Case {
  readonly c: LinearCase;
  /** beta over d / r. */
  readonly load: number;
}

const betaOf = ({ c, load }: Case): number => (load * c.values.length) / rankOf(c);

/** The best networks for gamma. */
const bestFor = (c: LinearCase, beta: number, gamma: number) =>
  valuesOf(c, optimumOf(c, beta * gamma), gamma, beta);

/** One round: the best networks for gamma, then the best gamma for these. */
function next({ c }: Case, beta: number, gamma: number, { closed }: Subject): number {
  const noises = sigmaPoints(c.latent).map(({ point }) => point);
  return closedEnergy(closed, netOf(c), bestFor(c, beta, gamma), noises).gamma;
}

const cases = (low: number, high: number): fc.Arbitrary<Case> =>
  plainRecord({ c: linearCases, load: logUniform({ min: low, max: high }) });

const contraction = equals<Case, Subject>({
  says: 'gamma is multiplied by beta r / d each time as long as beta gamma is below the least eigenvalue: it shrinks geometrically where beta < d/r, stays at beta = d/r and grows above',
  given: {
    arbitrary: cases(1 / 16, 4),
    examples: fc.sample(linearCases, { seed: 1, numRuns: 2 }).map(c => ({ c, load: 1 })),
  },
  runs: 32,
  measure: (at, subject) => {
    const [beta, rank] = [betaOf(at), rankOf(at.c)];
    const d = at.c.values.length;
    const least = at.c.values[rank - 1]!;
    // Three rounds, all of them below the least eigenvalue.
    let gamma = (at.c.share * least) / (beta * Math.max(1, at.load) ** 3);
    return [1, 2, 3].map(round => {
      const actual = next(at, beta, gamma, subject) / gamma;
      const scale = (actual * sizeOf(at.c, beta * gamma)) / rank;
      gamma *= actual;
      return {
        what: `round ${round}`,
        actual,
        expected: subject.ratio(beta, rank, d, at.c.latent),
        scale,
      };
    });
  },
});

const alternation = equals<Case, Subject>({
  says: 'both steps are exact minimisations: no gradient in networks and variances before, none in log gamma after',
  given: { arbitrary: cases(1 / 16, 4) },
  runs: 16,
  measure: (at, subject) => {
    const { c } = at;
    const beta = betaOf(at);
    const gamma = (c.share * c.values[rankOf(c) - 1]!) / beta;
    const values = bestFor(c, beta, gamma);
    const points = sigmaPoints(c.latent);
    const before = energy(subject.gamma, netOf(c), values, points);
    const steep = sizeOf(c, beta * gamma, beta) * (1 + Math.sqrt(c.values[0]! / (beta * gamma))) * (1 + beta);
    const parts = ['mu.weight', 'logvar.bias', 'decoder.0.weight'].map(name => {
      const actual = before.gradient(name);
      return { what: name, actual, expected: new Float64Array(actual.length), scale: steep };
    });
    const updated = next(at, beta, gamma, subject);
    const after = energy(subject.gamma, netOf(c), { ...values, gamma: updated }, points);
    const slope = sizeOf(c, updated, beta);
    return [...parts, { what: 'log gamma', actual: after.gradient(LOG_GAMMA), expected: [0], scale: slope }];
  },
});

/** The data of the ledger's example: rank 3 in 10 entries. */
const EXAMPLE: LinearCase = {
  values: [4, 1.5, 0.6, 0, 0, 0, 0, 0, 0, 0],
  vectors: identity(10),
  latent: 4,
  share: 0.1,
  rotation: identity(4),
};

const saturation = bound<Case, Subject>({
  says: 'above d/r it grows until latents are switched off, towards the tau*/beta of VGR-7: 0.3 and 0.525 for beta = 4 and 6 in the example',
  given: {
    arbitrary: cases(1.125, 8),
    examples: [
      { c: EXAMPLE, load: 1.2 },
      { c: EXAMPLE, load: 1.8 },
    ],
  },
  runs: 16,
  measure: (at, subject) => {
    const beta = betaOf(at);
    const fixed = optimalTau(at.c, beta) / beta;
    const scale = sizeOf(at.c, beta * fixed);
    const [below, above] = [fixed / 2, fixed * 2];
    const [up, down] = [next(at, beta, below, subject), next(at, beta, above, subject)];
    const stay = next(at, beta, fixed, subject);
    return [
      { what: 'from below it grows', lower: below, upper: up, scale },
      { what: 'not too far', lower: up, upper: fixed, scale },
      { what: 'from above it shrinks', lower: down, upper: above, scale },
      { what: 'not too far down', lower: fixed, upper: down, scale },
      { what: 'stays', lower: Math.abs(stay - fixed), upper: 0, scale },
    ];
  },
});

const withRatio =
  (ratio: Subject['ratio']) =>
  (s: Subject): Subject => ({ ...s, ratio });
const withEstimate = (estimate: GammaVaeClosedRules['estimate']) => {
  const closed = { ...GAMMA_VAE_CLOSED_RULES, estimate };
  return (s: Subject): Subject => ({ ...s, closed });
};

export default claim({
  id: 'VGR-5',
  paper: 'vgr',
  source: 'Dai, Wenliang & Wipf 2021, eq. (6) with section 2.3, derived',
  tex: {
    printed: '\\gamma^* = \\tfrac1{dn}\\sum_i\\mathbb E_q\\|x_i - \\mu_x\\|^2, \\qquad \\gamma \\to 0',
    corrected:
      '\\gamma_{t+1} = \\frac{\\beta r}{d}\\,\\gamma_t \\quad \\text{while } \\beta\\gamma_t < \\lambda_r',
  },
  says: 'In the linear model, minimising in turn over the networks and over gamma multiplies gamma by exactly beta r / d, so that it goes to zero geometrically if and only if beta < d/r.',
  verdict: exact(),
  objectives: ['gamma-vae', 'gamma-vae-closed', 'gamma-vae-learned'],
  subject: SUBJECT,
  checks: { contraction, alternation, saturation },
  mutants: {
    latentsForRank: mutant<Subject>(
      'kappa for r',
      withRatio((beta, _, d, latent) => (beta * latent) / d),
    ),
    betaDropped: mutant<Subject>(
      'r / d',
      withRatio((_, rank, d) => rank / d),
    ),
    complement: mutant<Subject>(
      'beta (d - r) / d',
      withRatio((beta, rank, d) => (beta * (d - rank)) / d),
    ),
    entriesForgotten: mutant<Subject>(
      'eq. (6) without 1/d',
      withEstimate(errors => tf.mean(errors)),
    ),
    samplesForgotten: mutant<Subject>(
      'eq. (6) without 1/n',
      withEstimate((errors, entries) => tf.div(tf.sum(errors), entries)),
    ),
    ...gammaControls<Subject>(
      'normaliserMissing',
      'normaliserOfOneEntry',
      'halfPrecision',
      'klOnce',
      'noNoise',
    ),
  },
});
