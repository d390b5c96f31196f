/** @file VGR-5: minimising over the networks and over gamma in turn multiplies gamma by beta r / d. */
import * as tf from '@tensorflow/tfjs';
import { GAMMA_VAE_RULES } from '../../../src/core/objectives/gamma-vae/gamma-vae.js';
import { GAMMA_VAE_CLOSED_RULES } from '../../../src/core/objectives/gamma-vae/gamma-vae-closed.js';
import { LOG_GAMMA } from '../../../src/core/objectives/gamma-vae/gamma-vae-learned.js';
import { closedEnergy, energy } from '../../../src/studies/energy.js';
import { optimalTau } from '../../../src/theory/closed/linear-vae.js';
import { check, claim, exact, fc, quad, wrong } from '../../kit.js';
import { GAMMA_WRONG } from '../../subjects/energy/gamma-controls.js';
import * as linear from '../../subjects/energy/linear-cases.js';

const SUBJECT = {
  gamma: GAMMA_VAE_RULES,
  closed: GAMMA_VAE_CLOSED_RULES,
  ratio: (beta: number, rank: number, d: number, _latent: number) => (beta * rank) / d,
};
type Subject = typeof SUBJECT;

/** The best networks for gamma. */
const bestFor = (c: linear.LinearCase, beta: number, gamma: number) =>
  linear.valuesOf(c, linear.optimumOf(c, beta * gamma), gamma, beta);

/** One round: the best networks for gamma, then the best gamma for these. */
function next(c: linear.LinearCase, beta: number, gamma: number, { closed }: Subject): number {
  const noises = quad.sigmaPoints(c.latent).map(({ point }) => point);
  return closedEnergy(closed, linear.netOf(c), bestFor(c, beta, gamma), noises).gamma;
}

const contraction = check.equals<linear.Loaded, Subject>({
  says: 'gamma is multiplied by beta r / d each time as long as beta gamma is below the least eigenvalue: it shrinks geometrically where beta < d/r, stays at beta = d/r and grows above',
  given: {
    arbitrary: linear.loaded(linear.linearCases, 1 / 16, 4),
    examples: fc.sample(linear.linearCases, { seed: 1, numRuns: 2 }).map(c => ({ c, load: 1 })),
  },
  runs: 32,
  measure: ({ c, load }, subject) => {
    const [beta, rank] = [linear.betaOf(c, load), linear.rankOf(c)];
    const d = c.values.length;
    const least = c.values[rank - 1]!;
    // Three rounds, all of them below the least eigenvalue.
    let gamma = (c.share * least) / (beta * Math.max(1, load) ** 3);
    return [1, 2, 3].map(round => {
      const actual = next(c, beta, gamma, subject) / gamma;
      const scale = (actual * linear.sizeOf(c, beta * gamma)) / rank;
      gamma *= actual;
      return {
        what: `round ${round}`,
        actual,
        expected: subject.ratio(beta, rank, d, c.latent),
        scale,
      };
    });
  },
});

const alternation = check.equals<linear.Loaded, Subject>({
  says: 'both steps are exact minimisations: no gradient in networks and variances before, none in log gamma after',
  given: linear.loaded(linear.linearCases, 1 / 16, 4),
  runs: 16,
  measure: ({ c, load }, subject) => {
    const beta = linear.betaOf(c, load);
    const gamma = (c.share * c.values[linear.rankOf(c) - 1]!) / beta;
    const values = bestFor(c, beta, gamma);
    const points = quad.sigmaPoints(c.latent);
    const before = energy(subject.gamma, linear.netOf(c), values, points);
    const steep =
      linear.sizeOf(c, beta * gamma, beta) * (1 + Math.sqrt(c.values[0]! / (beta * gamma))) * (1 + beta);
    const still = linear.stationary(before, ['mu.weight', 'logvar.bias', 'decoder.0.weight'], steep);
    const updated = next(c, beta, gamma, subject);
    const after = energy(subject.gamma, linear.netOf(c), { ...values, gamma: updated }, points);
    const slope = linear.sizeOf(c, updated, beta);
    return [...still, { what: 'log gamma', actual: after.gradient(LOG_GAMMA), expected: [0], scale: slope }];
  },
});

const saturation = check.bound<linear.Loaded, Subject>({
  says: 'above d/r it grows until latents are switched off, towards the tau*/beta of VGR-7: 0.3 and 0.525 for beta = 4 and 6 in the example',
  given: {
    arbitrary: linear.loaded(linear.linearCases, 1.125, 8),
    examples: [1.2, 1.8].map(load => ({ c: linear.EXAMPLE, load })),
  },
  runs: 16,
  measure: ({ c, load }, subject) => {
    const beta = linear.betaOf(c, load);
    const fixed = optimalTau(c, beta) / beta;
    const scale = linear.sizeOf(c, beta * fixed);
    const [below, above] = [fixed / 2, fixed * 2];
    const [up, down] = [next(c, beta, below, subject), next(c, beta, above, subject)];
    const stay = next(c, beta, fixed, subject);
    return check.below(
      {
        'from below it grows': [below, up],
        'not too far': [up, fixed],
        'from above it shrinks': [down, above],
        'not too far down': [fixed, down],
        stays: check.apart(stay, fixed, scale),
      },
      scale,
    );
  },
});

export default claim({
  id: 'VGR-5',
  paper: 'vgr',
  source: 'Dai, Wenliang & Wipf 2021, eq. (6) with section 2.3, derived',
  tex: {
    printed: '\\gamma^* = \\tfrac1{dn}\\sum_i\\mathbb E_q\\|x_i - \\mu_x\\|^2, \\qquad \\gamma \\to 0',
    asRead: true,
    corrected:
      '\\gamma_{t+1} = \\frac{\\beta r}{d}\\,\\gamma_t \\quad \\text{while } \\beta\\gamma_t < \\lambda_r',
  },
  says: 'In the linear model, minimising in turn over the networks and over gamma multiplies gamma by exactly beta r / d, so that it goes to zero geometrically if and only if beta < d/r.',
  verdict: exact(),
  objectives: ['gamma-vae', 'gamma-vae-closed', 'gamma-vae-learned'],
  subject: SUBJECT,
  checks: { contraction, alternation, saturation },
  mutants: {
    ...wrong.formula(SUBJECT, 'ratio', {
      latentsForRank: ['kappa for r', (beta, _, d, latent) => (beta * latent) / d],
      betaDropped: ['r / d', (_, rank, d) => rank / d],
      complement: ['beta (d - r) / d', (beta, rank, d) => (beta * (d - rank)) / d],
    }),
    ...wrong.rules(SUBJECT, 'closed', {
      entriesForgotten: ['eq. (6) without 1/d', { estimate: errors => tf.mean(errors) }],
      samplesForgotten: [
        'eq. (6) without 1/n',
        { estimate: (errors, entries) => tf.div(tf.sum(errors), entries) },
      ],
    }),
    ...wrong.rules(SUBJECT, 'gamma', GAMMA_WRONG),
  },
});
