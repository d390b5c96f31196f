/**
 * @file VGR-18: posterior collapse is the minimum where gamma is too large, and no minimum where gamma is
 * learned.
 */
import { GAMMA_VAE_RULES } from '../../../src/core/objectives/gamma-vae/gamma-vae.js';
import { type Energy, energy } from '../../../src/studies/energy.js';
import type { LinearOptimum } from '../../../src/theory/closed/linear-vae.js';
import { check, claim, conditional, draw, fc, mat, quad, wrong } from '../../kit.js';
import { GAMMA_WRONG } from '../../subjects/energy/gamma-controls.js';
import * as linear from '../../subjects/energy/linear-cases.js';

const SUBJECT = {
  gamma: GAMMA_VAE_RULES,
  /** The energy of a collapsed VAE: every posterior the prior, the decoder constant. */
  collapsed: (values: mat.Vector, gamma: number) => values.length * Math.log(gamma) + mat.sum(values) / gamma,
  /** How the energy grows at collapse with the squared length of a decoder's column along an eigenvector. */
  departure: (eigenvalue: number, gamma: number) => (1 - eigenvalue / gamma) / gamma,
};
type Subject = typeof SUBJECT;

const at = (c: linear.LinearCase, { gamma: rules }: Subject, optimum: LinearOptimum, gamma: number): Energy =>
  energy(rules, linear.netOf(c), linear.valuesOf(c, optimum, gamma), quad.sigmaPoints(c.latent));

const scaleAt = (c: linear.LinearCase, gamma: number): number =>
  linear.sizeOf(c, gamma) + mat.sum(c.values) / gamma;

/** gamma over the largest eigenvalue. */
const large = draw.record({ c: linear.linearCases, factor: draw.logUniform({ min: 1, max: 16 }) });

const collapse = check.equals({
  says: 'for gamma from the largest eigenvalue on the best networks have KL = 0, all of the variance as their error, and the energy d log gamma + tr/gamma',
  given: large,
  runs: 24,
  measure: ({ c, factor }, subject: Subject) => {
    const gamma = factor * c.values[0]!;
    const found = at(c, subject, linear.optimumOf(c, gamma), gamma);
    return check.agree(
      {
        KL: [found.kl, 0],
        error: [found.reconstruction, mat.sum(c.values)],
        energy: [found.loss, subject.collapsed(c.values, gamma)],
      },
      scaleAt(c, gamma) + mat.sum(c.values),
    );
  },
});

const least = check.bound({
  says: 'no other networks do better there',
  given: large.chain(({ c, factor }) =>
    draw.record({
      c: fc.constant(c),
      factor: fc.constant(factor),
      weight: draw.vector(c.latent * c.values.length, draw.normal()),
      encoder: draw.vector(c.latent * c.values.length, draw.normal()),
      variances: draw.vector(c.latent, draw.logUniform({ min: 1 / 16, max: 4 })),
      reach: draw.logUniform({ min: 1 / 256, max: 1 }),
    }),
  ),
  runs: 32,
  measure: ({ c, factor, variances, reach, ...nudge }, subject: Subject) => {
    const gamma = factor * c.values[0]!;
    const d = c.values.length;
    const weight = c.values.map((_, m) =>
      mat.scale(reach * Math.sqrt(gamma), nudge.weight.slice(m * c.latent, (m + 1) * c.latent)),
    );
    const encoder = variances.map((_, k) =>
      mat.scale(reach / Math.sqrt(gamma), nudge.encoder.slice(k * d, (k + 1) * d)),
    );
    const other = { weight, encoder, variances: variances.map(s => s ** reach) };
    const upper = at(c, subject, other, gamma).loss;
    return { lower: subject.collapsed(c.values, gamma), upper, scale: scaleAt(c, gamma) + Math.abs(upper) };
  },
});

const departure = check.order({
  says: 'at collapse a decoder column of squared length t along an eigenvector, encoder and variance at their best, changes the energy by t (1 - lambda/gamma)/gamma: a latent is worth its cost if and only if lambda > gamma',
  given: draw
    .record({ c: linear.linearCases, factor: draw.logUniform({ min: 1 / 64, max: 16 }) })
    .filter(({ c, factor }) =>
      c.values.every(lambda => Math.abs(lambda / (factor * c.values[0]!) - 1) > 0.1),
    ),
  order: 1,
  runs: 10,
  measure: ({ c, factor }, subject: Subject) => {
    const gamma = factor * c.values[0]!;
    const k = linear.rankOf(c) - 1;
    const u = c.vectors[k]!;
    const one = { ...c, latent: 1 };
    const grown = (t: number): number => {
      const column = mat.scale(Math.sqrt(t), u);
      const encoder = [mat.scale(1 / (gamma + t), column)];
      const optimum = { weight: column.map(x => [x]), encoder, variances: [gamma / (gamma + t)] };
      return at(one, subject, optimum, gamma).loss;
    };
    return {
      ladder: check.ladder(check.dyadic(gamma, 5, 15), t => ({
        residual: grown(t) - subject.collapsed(c.values, gamma),
        scale: scaleAt(c, gamma),
      })),
      constant: subject.departure(c.values[k]!, gamma),
    };
  },
});

const learned = check.violates<linear.LinearCase, Subject>({
  says: 'with gamma learned collapse is no minimum: its best gamma is tr/d, which is below the largest eigenvalue, so that one latent already lowers the energy by lambda/gamma - 1 - log(lambda/gamma)',
  given: linear.linearCases,
  runs: 24,
  measure: (c, subject) => {
    const gamma = mat.sum(c.values) / c.values.length;
    const claimed = subject.collapsed(c.values, gamma);
    const one = { ...c, latent: 1 };
    const actual = at(one, subject, linear.optimumOf(one, gamma), gamma).loss;
    return { claimed, actual, by: claimed - actual, scale: scaleAt(c, gamma) };
  },
});

export default claim({
  id: 'VGR-18',
  paper: 'vgr',
  source: 'Dai, Wenliang & Wipf 2021, section 1, on posterior collapse, and the last paragraph of section 4',
  tex: {
    printed:
      '\\text{it may be necessary to place an upper bound on } \\gamma \\text{ to help reduce the collapse risk}',
    corrected:
      '\\mathcal L(t) - \\mathcal L(0) = \\frac t\\gamma\\Bigl(1 - \\frac\\lambda\\gamma\\Bigr) + O(t^2), \\qquad \\gamma \\ge \\lambda_1: \\text{ collapse}, \\qquad \\gamma = \\tfrac1d\\operatorname{tr}\\ (< \\lambda_1): \\text{ none}',
  },
  says: 'In the linear model posterior collapse is the global minimum if and only if gamma is at least the largest eigenvalue of the data, and a latent leaves it if and only if its eigenvalue exceeds gamma; with gamma at its best, tr/d, collapse is a saddle, so that a bound on gamma is not needed there.',
  verdict: conditional(
    'the decoder is linear; the risk that the paper warns of is one of nonlinear trainings',
  ),
  findings: [
    {
      class: 'sharpened',
      title: 'The largest gamma without collapse is the largest eigenvalue of the data, in the linear model',
      quote: 'it may be necessary to place an upper bound on [...] to help reduce the collapse risk',
      place: 'section 4, last paragraph',
      says: 'For gamma >= lambda_1 the collapsed networks are the global minimum; below it a latent along the eigenvector pays. A learned gamma is tr/d at collapse, below lambda_1 unless all eigenvalues are equal: collapse is a saddle then, and no bound is needed.',
    },
  ],
  objectives: ['gamma-vae'],
  subject: SUBJECT,
  checks: { collapse, least, departure, learned },
  mutants: {
    ...wrong.formula(SUBJECT, 'collapsed', {
      rankForEntries: [
        'r log gamma',
        (values, gamma) => values.filter(x => x > 0).length * Math.log(gamma) + mat.sum(values) / gamma,
      ],
      largestForTrace: [
        'lambda_1/gamma',
        (values, gamma) => values.length * Math.log(gamma) + values[0]! / gamma,
      ],
    }),
    ...wrong.formula(SUBJECT, 'departure', {
      alwaysCostly: ['a latent always costs t/gamma', (_, gamma) => 1 / gamma],
      alwaysWorth: ['a latent always gains', (eigenvalue, gamma) => -eigenvalue / gamma ** 2],
    }),
    ...wrong.rules(SUBJECT, 'gamma', GAMMA_WRONG, [
      'gammaIsDeviation',
      'halfPrecision',
      'normaliserMissing',
      'normaliserOfOneEntry',
      'klOnce',
      'logDeviation',
      'noNoise',
    ]),
  },
});
