/**
 * @file VGR-23: a second model of a deterministic autoencoder's informative latents generates the data,
 * where all is linear and Gaussian.
 */
import { GAMMA_VAE_RULES } from '../../../../src/core/objectives/gamma-vae/gamma-vae.js';
import { energy } from '../../../../src/studies/energy.js';
import { type LinearOptimum, linearVaeMinimum } from '../../../../src/theory/closed/linear-vae.js';
import { check, claim, conditional, mat, quad, wrong } from '../../../kit.js';
import { GAMMA_WRONG } from '../../../subjects/energy/gamma-controls.js';
import * as linear from '../../../subjects/energy/linear-cases.js';
import { at, autoencoder, type Case, carried, cases, diagonalOf, moments } from './cases.js';

const SUBJECT = {
  gamma: GAMMA_VAE_RULES,
  /** The latents that are kept, by their variances over the data. */
  informative: (variances: mat.Vector): number[] =>
    [...variances.keys()].filter(k => variances[k]! > 2 ** -40 * Math.max(...variances)),
  /** The second moments of what the second model samples: z -> Vz, with observation noise. */
  sampled: (weight: mat.Matrix, gamma: number): number[][] =>
    mat.combine(1, mat.multiply(weight, mat.transpose(weight)), gamma, mat.identity(weight.length)),
  /** The second moments of a VAE's codes: of its means, and its posteriors' variances. */
  aggregated: (means: mat.Matrix, variances: mat.Vector): number[][] =>
    mat.combine(1, means, 1, mat.diagonal(variances)),
  /** How the least energy of a second model grows with log gamma as it vanishes, for codes of a rank. */
  slope: (latent: number, rank: number) => latent - rank,
};
type Subject = typeof SUBJECT;

/** The codes in the latents that are kept, as data of their own, and the decoder of these latents. */
function secondStage(c: Case, { informative }: Subject) {
  const { encoder, decoder } = autoencoder(c);
  const codes = moments(linear.dataOf(c.c).map(x => mat.apply(encoder, x)));
  const kept = informative(diagonalOf(codes));
  const { values, vectors } = mat.symmetricEigen(at(codes, kept));
  const descending = [...values.keys()].sort((i, j) => values[j]! - values[i]!);
  const stage: linear.LinearCase = {
    values: descending.map(i => values[i]!),
    vectors: descending.map(i => vectors[i]!),
    latent: kept.length,
    share: c.c.share,
    rotation: mat.identity(kept.length),
  };
  const shown = decoder.map(row => kept.map(k => row[k]!));
  return { stage, decoder: shown, gamma: c.c.share * Math.min(...stage.values) };
}

/** Codes of condition 16 at most, and their inverse. */
const sizeOf = ({ c, unused }: Case): number => 256 * (mat.sum(c.values) + mat.dot(unused, unused));

const generated = check.equals<Case, Subject>({
  says: 'for any invertible code of r latents, the others 0, the second VAE with as many latents as are kept samples codes that decode to the second moments of the data, at every gamma up to its least eigenvalue: for Gaussian data the samples are distributed as the data',
  given: cases,
  runs: 60,
  measure: (c, rules) => {
    const { stage, decoder, gamma } = secondStage(c, rules);
    const { weight } = linear.optimumOf(stage, gamma);
    const actual = carried(decoder, rules.sampled(weight, gamma)).flat();
    return { actual, expected: moments(linear.dataOf(c.c)).flat(), scale: sizeOf(c) };
  },
});

const best = check.equals<Case, Subject>({
  says: 'that second VAE is as good as any density: its energy, as trained, is that of the Gaussian with the moments of the codes, sum log lambda + r, whatever gamma is',
  given: cases,
  runs: 20,
  measure: (c, rules) => {
    const { stage, gamma } = secondStage(c, rules);
    const optimum: LinearOptimum = linear.optimumOf(stage, gamma);
    const found = energy(
      rules.gamma,
      linear.netOf(stage),
      linear.valuesOf(stage, optimum, gamma),
      quad.sigmaPoints(stage.latent),
    );
    const expected = mat.sum(stage.values.map(value => Math.log(value) + 1));
    return { actual: found.loss, expected, scale: linear.sizeOf(stage, gamma) };
  },
});

const unbounded = check.equals<Case, Subject>({
  says: 'with the uninformative latents kept it has no optimum: its least energy falls by kappa - r with each unit of log gamma, and not at all without them',
  given: cases,
  runs: 40,
  measure: (c, rules) => {
    const { values } = secondStage(c, rules).stage;
    const slopeOf = (of: mat.Vector): number => {
      const gamma = c.c.share * Math.min(...values);
      const low = linearVaeMinimum({ values: of, latent: of.length }, gamma / 2);
      return (linearVaeMinimum({ values: of, latent: of.length }, gamma) - low) / Math.LN2;
    };
    const [r, all] = [values.length, c.c.latent];
    return check.agree(
      {
        kept: [slopeOf([...values, ...mat.zeros(all - r)]), rules.slope(all, linear.rankOf(c.c))],
        discarded: [slopeOf(values), rules.slope(r, linear.rankOf(c.c))],
      },
      256,
    );
  },
});

const stochastic = check.equals<Case, Subject>({
  says: "for the linear VAE in the autoencoder's place, whose codes are sampled, the second model finds the prior: means and posterior variances make the codes of all latents N(0, I), so that the samples are the first model's, with the uninformative latents kept or not",
  given: cases,
  runs: 40,
  measure: ({ c }, rules) => {
    const { weight, encoder, variances } = linear.optimumOf(c, linear.gammaOf(c));
    const means = moments(linear.dataOf(c).map(x => mat.apply(encoder, x)));
    const codes = rules.aggregated(means, variances);
    const kept = [...variances.keys()].filter(k => variances[k]! < 1);
    const shown = weight.map(row => kept.map(k => row[k]!));
    const samples = carried(weight, mat.identity(c.latent)).flat();
    return check.agree({
      codes: [codes.flat(), mat.identity(c.latent).flat(), 64],
      kept: [carried(weight, codes).flat(), samples, sizeOfData(c)],
      discarded: [carried(shown, at(codes, kept)).flat(), samples, sizeOfData(c)],
    });
  },
});

const sizeOfData = ({ values }: linear.LinearCase): number => 64 * mat.sum(values);

const prior = check.violates<Case, Subject>({
  says: 'without the second model a deterministic autoencoder generates other data, even without the uninformative latents: codes of N(0, I) decode to other moments',
  given: cases.filter(
    ({ code }) => mat.norm(mat.combine(1, code, -1, mat.identity(code.length)).flat()) > 0.1,
  ),
  runs: 40,
  measure: (c, rules) => {
    const { decoder } = secondStage(c, rules);
    const wanted = moments(linear.dataOf(c.c));
    const off = mat.norm(
      mat.combine(1, carried(decoder, mat.identity(decoder[0]!.length)), -1, wanted).flat(),
    );
    return { claimed: 0, actual: off, by: off, scale: sizeOf(c) };
  },
});

export default claim({
  id: 'VGR-23',
  paper: 'vgr',
  source: 'Dai, Wenliang & Wipf 2021, section 2.2, on generating with a deterministic autoencoder',
  tex: {
    printed:
      '\\text{discard the uninformative dimensions, then fit a second model to the codes: } x = g(u),\\ u \\sim p_2 \\text{ matches the training distribution}',
    asRead: true,
    corrected:
      'W\\bigl(VV^\\top + \\gamma I_r\\bigr)W^\\top = \\Sigma \\quad (\\gamma \\le \\lambda_r), \\qquad \\min \\mathcal L_2 = (\\kappa - r)\\log\\gamma + \\mathrm{const} \\text{ with all } \\kappa \\text{ latents}',
  },
  says: 'In the linear Gaussian model the two stages of Dai & Wipf make a deterministic autoencoder generate the data exactly, once its uninformative latents are discarded: with them the second density has no optimum, and without a second stage the samples are others. A linear VAE at its optimum needs none of it.',
  verdict: conditional(
    'networks are linear and data Gaussian on a subspace; for others the second model has to be able to fit the codes',
  ),
  findings: [
    {
      class: 'sharpened',
      title: 'Why the uninformative dimensions have to be discarded first',
      quote: 'this would simply involve first discarding the uninformative dimensions',
      place: 'section 2.2',
      says: 'Their codes are constant in a deterministic autoencoder, so that a second VAE on all kappa latents has no optimum: its energy falls as (kappa - r) log gamma. On the r informative ones every gamma up to the least eigenvalue of the codes is optimal, and the samples have the moments of the data. For a linear VAE the codes are N(0, I) already, and nothing needs to be discarded.',
    },
  ],
  objectives: ['gamma-vae'],
  subject: SUBJECT,
  checks: { generated, best, unbounded, stochastic, prior },
  mutants: {
    ...wrong.formula(SUBJECT, 'informative', {
      firstLatents: [
        'the first latents, as many as are informative',
        variances => [...SUBJECT.informative(variances).keys()],
      ],
      oneTooFew: [
        'one informative latent discarded too',
        variances => SUBJECT.informative(variances).slice(1),
      ],
    }),
    ...wrong.formula(SUBJECT, 'sampled', {
      meansOnly: ["without the second model's noise", weight => mat.multiply(weight, mat.transpose(weight))],
      priorForSecond: ['the prior in place of the second model', weight => mat.identity(weight.length)],
      noiseTwice: [
        'its noise twice',
        (weight, gamma) => mat.combine(1, SUBJECT.sampled(weight, gamma), gamma, mat.identity(weight.length)),
      ],
    }),
    ...wrong.formula(SUBJECT, 'aggregated', {
      varianceForgotten: ["without the posteriors' variances", means => [...means.map(row => [...row])]],
      varianceOnly: ["the posteriors' variances only", (_, variances) => mat.diagonal(variances)],
    }),
    ...wrong.formula(SUBJECT, 'slope', {
      everyLatent: ['the normaliser of all latents, without the KL', latent => latent],
      bounded: ['no slope', () => 0],
    }),
    ...wrong.rules(SUBJECT, 'gamma', GAMMA_WRONG, [
      'gammaIsDeviation',
      'halfPrecision',
      'normaliserMissing',
      'klOnce',
      'noNoise',
    ]),
  },
});
