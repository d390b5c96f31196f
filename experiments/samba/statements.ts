/** @file What the paper says of figures 2-4, as statements that runs support, contradict or leave open. */

import {
  below,
  judge,
  monotone,
  type Part,
  type Sample,
  sampleOf,
  varianceBelow,
  withinFactor,
} from '../../src/claims/experiment/judge.js';
import type { Arm, Judgement, RunRecord, Statement } from '../../src/claims/experiment/model.js';
import { ALPHA2, type Model } from './configs.js';
import { QUANTITIES, type QuantityName } from './quantities.js';

type Runs = readonly RunRecord[];

/** Smoothness as the paper's statements mean it, and so that stretching the latent space does not change it. */
const SMOOTHNESS = [
  { suffix: 'as-plotted', quantity: 'plottedSmoothness', by: 'as plotted' },
  { suffix: 'invariant', quantity: 'plottedInvariant', by: 'as plotted, times rms(mu)' },
  { suffix: 'jacobian', quantity: 'decoderJacobianInvariant', by: 'by the decoder Jacobian times rms(mu)' },
] as const;

const SECTION_4 = 'Reizinger & Huszár 2023, section 4';

const at = (runs: Runs, model: Model, alpha2: number, quantity: QuantityName): Sample =>
  sampleOf(runs, { model, alpha2 }, quantity);

/** A statement for each way of measuring smoothness. */
const bySmoothness = (
  id: string,
  says: string,
  source: string,
  parts: (runs: Runs, quantity: QuantityName) => readonly Part[],
): Statement[] =>
  SMOOTHNESS.map(({ suffix, quantity, by }) => ({
    id: `${id}-${suffix}`,
    says: `${says}; smoothness ${by}.`,
    source,
    judge: (runs: Runs): Judgement => judge(parts(runs, quantity)),
  }));

const ofParts = (
  id: string,
  says: string,
  source: string,
  parts: (runs: Runs) => readonly Part[],
): Statement => ({ id, says, source, judge: runs => judge(parts(runs)) });

/** The variances of which figure 2's statements are. */
const UP_TO_001 = ALPHA2.filter(alpha2 => alpha2 <= 1e-2);

/** More than this much is not "practically insignificant". */
const INSIGNIFICANT = 1.05;

/** "the same cost", "comparable" losses: within this factor. */
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
  ...(['loss', 'errorAtMean'] as const).map(quantity =>
    ofParts(
      quantity === 'loss' ? 'insignificant-loss' : 'insignificant-error',
      `... at a practically insignificant increase of the ${QUANTITIES[quantity].label}: not more than 5 %.`,
      `${SECTION_4}, figure 2`,
      runs =>
        UP_TO_001.map(alpha2 =>
          below(at(runs, 'samba', alpha2, quantity), at(runs, 'vae', alpha2, quantity), {
            factor: INSIGNIFICANT,
          }),
        ),
    ),
  ),
];

/** All runs of a model, whatever alpha. */
const ofModel = (runs: Runs, model: Model, quantity: QuantityName): Sample => ({
  name: model,
  values: runs
    .filter(run => run.arm.model === model && run.status === 'complete')
    .map(run => run.numbers[quantity])
    .filter(value => value !== undefined),
});

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
  ofParts(
    'same-cost',
    'SAMBA and the RAE with its gradient penalty cost the same: within a factor of 1.1 in seconds a step.',
    SECTION_4,
    runs => [
      withinFactor(ofModel(runs, 'samba', 'secondsPerStep'), ofModel(runs, 'rae', 'secondsPerStep'), {
        scale: 'log',
        factor: SAME,
      }),
    ],
  ),
];

const learned = (runs: Runs, model: Model, quantity: QuantityName): Sample =>
  sampleOf(runs, { model } satisfies Arm, quantity);

export const FIGURE_4: readonly Statement[] = [
  ...bySmoothness(
    'learned-comparable-smoothness',
    'With a learned variance SAMBA is as smooth as the VAE, within a factor of 1.5',
    'Reizinger & Huszár 2023, appendix B, figure 4',
    (runs, quantity) => [
      withinFactor(learned(runs, 'samba', quantity), learned(runs, 'vae', quantity), {
        scale: 'log',
        factor: COMPARABLE,
      }),
    ],
  ),
  ofParts(
    'learned-comparable-loss',
    'With a learned variance the loss of SAMBA is that of the VAE, within a factor of 1.1.',
    'Reizinger & Huszár 2023, appendix B, figure 4',
    runs => [withinFactor(learned(runs, 'samba', 'loss'), learned(runs, 'vae', 'loss'), { factor: SAME })],
  ),
];
