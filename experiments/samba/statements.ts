/** @file What the paper says of figures 2-4, as statements that runs support, contradict or leave open. */

import {
  below,
  judge,
  judgeWithin,
  monotone,
  type Part,
  varianceBelow,
  withinFactor,
} from '../../src/claims/experiment/judge.js';
import type { Arm, Judgement, RunRecord, Statement } from '../../src/claims/experiment/model.js';
import { pooled, ratioOf, type Sample, sampleOf } from '../../src/claims/experiment/sample.js';
import { ALPHA2, type Model } from './configs.js';
import type { QuantityName } from './quantities.js';

type Runs = readonly RunRecord[];

/**
 * Smoothness as the paper's statements mean it, and so that stretching the latent space does not change it.
 */
const SMOOTHNESS = [
  { suffix: 'as-plotted', quantity: 'plottedSmoothness', by: 'as plotted' },
  { suffix: 'invariant', quantity: 'plottedInvariant', by: 'as plotted, times rms(mu)' },
  { suffix: 'jacobian', quantity: 'decoderJacobianInvariant', by: 'by the decoder Jacobian times rms(mu)' },
] as const;

const SECTION_4 = 'Reizinger & Huszár 2023, section 4';

const at = (runs: Runs, model: Model, alpha2: number, quantity: QuantityName): Sample =>
  sampleOf(runs, { model, alpha2 }, quantity);

type PartsOf = (runs: Runs, quantity: QuantityName, margin: number) => readonly Part[];

/** A statement for each way of measuring smoothness; within a margin of ours where the paper gives none. */
const bySmoothness = (
  id: string,
  says: string,
  source: string,
  parts: PartsOf,
  margin?: number,
): Statement[] =>
  SMOOTHNESS.map(({ suffix, quantity, by }) => ({
    id: `${id}-${suffix}`,
    says: `${says}; smoothness ${by}.`,
    source,
    judge: (runs: Runs): Judgement =>
      margin === undefined
        ? judge(parts(runs, quantity, 1))
        : judgeWithin({ margin, none: 1 }, factor => parts(runs, quantity, factor)),
  }));

const ofParts = (
  id: string,
  says: string,
  source: string,
  parts: (runs: Runs) => readonly Part[],
): Statement => ({ id, says, source, judge: runs => judge(parts(runs)) });

const withMargin = (
  id: string,
  says: string,
  source: string,
  margin: number,
  parts: (runs: Runs, factor: number) => readonly Part[],
): Statement => ({
  id,
  says,
  source,
  judge: runs => judgeWithin({ margin, none: 1 }, factor => parts(runs, factor)),
});

/** The variances of which figure 2's statements are. */
const UP_TO_001 = ALPHA2.filter(alpha2 => alpha2 <= 1e-2);

/** More than this much is not "practically insignificant". */
const INSIGNIFICANT = 1.05;

/** What is left of the plotted number where alpha^2 grows, of each seed: smaller the further it falls. */
const fall = (runs: Runs, model: Model, from: number, to: number): Sample =>
  ratioOf(
    `${model}, from alpha2 ${from} to ${to}`,
    at(runs, model, to, 'plottedSmoothness'),
    at(runs, model, from, 'plottedSmoothness'),
  );

/** "the same computational load", "comparable" losses: within this factor. */
const SAME = 1.1;

/** "comparable" smoothness: within this factor, a fifth of what lies between the ends of figure 2. */
const COMPARABLE = 1.5;

export const FIGURE_2: readonly Statement[] = [
  ...bySmoothness(
    'smoother-than-vae',
    'For alpha^2 <= 1e-2 SAMBA is smoother than the VAE',
    `${SECTION_4}, figure 2`,
    (runs, quantity) =>
      UP_TO_001.map(alpha2 =>
        below(at(runs, 'samba', alpha2, quantity), at(runs, 'vae', alpha2, quantity), { scale: 'log' }),
      ),
  ),
  withMargin(
    'insignificant-loss',
    '... at a practically insignificant increase of the validation loss: not more than 5 %, which is our margin.',
    `${SECTION_4}, figure 2`,
    INSIGNIFICANT,
    (runs, factor) =>
      UP_TO_001.map(alpha2 =>
        below(at(runs, 'samba', alpha2, 'loss'), at(runs, 'vae', alpha2, 'loss'), { factor }),
      ),
  ),
  ofParts(
    'higher-loss',
    'The overall loss is higher in those cases for both models: at every alpha^2 <= 1e-2 than at 1.',
    `${SECTION_4}, figure 2`,
    runs =>
      (['samba', 'vae'] as const).flatMap(model =>
        UP_TO_001.map(alpha2 => below(at(runs, model, 1, 'loss'), at(runs, model, alpha2, 'loss'))),
      ),
  ),
  ofParts(
    'abrupt-for-vae',
    'The smoothness term decreases abruptly for alpha^2 = 1e-2 only for the VAE: from 1e-4 on it falls further than for SAMBA, as plotted.',
    `${SECTION_4}, figure 2`,
    runs => [below(fall(runs, 'vae', 1e-4, 1e-2), fall(runs, 'samba', 1e-4, 1e-2), { scale: 'log' })],
  ),
];

/** Seconds a step of a model at every alpha. */
const seconds = (runs: Runs, model: Model): Sample =>
  pooled(
    model,
    ALPHA2.map(alpha2 => at(runs, model, alpha2, 'secondsPerStep')),
  );

export const FIGURE_3: readonly Statement[] = [
  ...(['rae', 'samba'] as const).flatMap(model =>
    bySmoothness(
      `alpha-smooths-${model}`,
      `As alpha grows the latent space of ${model === 'rae' ? 'the RAE' : 'SAMBA'} gets smoother`,
      `${SECTION_4}, figure 3`,
      (runs, quantity) =>
        monotone(
          ALPHA2.map(alpha2 => at(runs, model, alpha2, quantity)),
          'falling',
          { scale: 'log' },
        ),
    ),
  ),
  ...bySmoothness(
    'smoother-than-rae',
    'SAMBA is smoother than the RAE at every alpha',
    `${SECTION_4}, figure 3`,
    (runs, quantity) =>
      ALPHA2.map(alpha2 =>
        below(at(runs, 'samba', alpha2, quantity), at(runs, 'rae', alpha2, quantity), { scale: 'log' }),
      ),
  ),
  ofParts(
    'steadier-reconstruction',
    "SAMBA's reconstruction loss at the mean code has a lower variance over the runs than the RAE's, at every alpha.",
    `${SECTION_4}, figure 3`,
    runs =>
      ALPHA2.map(alpha2 =>
        varianceBelow(at(runs, 'samba', alpha2, 'errorAtMean'), at(runs, 'rae', alpha2, 'errorAtMean')),
      ),
  ),
  withMargin(
    'same-cost',
    'SAMBA and the RAE with its gradient penalty cost the same: within a factor of 1.1 in seconds a step, which is our margin.',
    SECTION_4,
    SAME,
    (runs, factor) => [withinFactor(seconds(runs, 'samba'), seconds(runs, 'rae'), { scale: 'log', factor })],
  ),
];

const learned = (runs: Runs, model: Model, quantity: QuantityName): Sample =>
  sampleOf(runs, { model } satisfies Arm, quantity);

const FIGURE_4_SOURCE = 'Reizinger & Huszár 2023, appendix B, figure 4';

export const FIGURE_4: readonly Statement[] = [
  ...bySmoothness(
    'learned-comparable-smoothness',
    'With a learned variance SAMBA is as smooth as the VAE, within a factor of 1.5, which is our margin',
    FIGURE_4_SOURCE,
    (runs, quantity, factor) => [
      withinFactor(learned(runs, 'samba', quantity), learned(runs, 'vae', quantity), {
        scale: 'log',
        factor,
      }),
    ],
    COMPARABLE,
  ),
  // the caption: "evaluated at the mean, i.e., without the SAM step for a fair comparison"; the losses are
  // different objectives
  withMargin(
    'learned-comparable-reconstruction',
    'With a learned variance SAMBA reconstructs as the VAE does at the mean code, within a factor of 1.1, which is our margin.',
    `${FIGURE_4_SOURCE}, right`,
    SAME,
    (runs, factor) => [
      withinFactor(learned(runs, 'samba', 'errorAtMean'), learned(runs, 'vae', 'errorAtMean'), { factor }),
    ],
  ),
];
