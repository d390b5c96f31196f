/** @file What the three figures share. */

import type { Arm } from '../../src/claims/experiment/model.js';
import { FITTED, PRIOR } from '../../src/studies/latents.js';
import type { Convention, Experiment, Scale, Setting } from '../../src/train/experiment/experiment.js';
import { configFor, type FigureName, type Model } from './configs.js';
import { derive, MEASURES, measureTrained, QUANTITIES } from './quantities.js';

/** The authors' seeds; a fifth of them is enough to see a spread at small scales. */
const SEEDS = [42, 64, 982, 5748, 23567] as const;

/** Figure 4 has five more. */
const MORE_SEEDS = [89, 1996, 654, 35684, 87645] as const;

const FEW = 2;

export const seedsOf =
  (more: boolean) =>
  (scale: Scale, _convention: Convention): readonly number[] =>
    scale === 'paper' ? [...SEEDS, ...(more ? MORE_SEEDS : [])] : SEEDS.slice(0, FEW);

/** Every seed of every arm. */
export const grid = (
  setting: Setting,
  figure: FigureName,
  arms: readonly { readonly model: Model; readonly alpha2: number | 'learned' }[],
): ReturnType<Experiment['plan']> =>
  arms.flatMap(({ model, alpha2 }) =>
    setting.seeds.map(seed => {
      const arm: Arm = alpha2 === 'learned' ? { model } : { model, alpha2 };
      return { arm, seed, job: { kind: 'train', config: configFor(setting, figure, model, alpha2, seed) } };
    }),
  );

export const SHARED = {
  data: 'cifar10',
  conventions: ['paper', 'released-code'],
  measures: () => MEASURES,
  measureTrained,
  derive,
  samplesFrom: ({ model }: Arm) => (model === 'rae' ? FITTED : PRIOR),
  quantities: QUANTITIES,
  main: ['loss', 'errorAtMean', 'plottedSmoothness', 'plottedInvariant', 'decoderJacobianInvariant'],
} as const satisfies Partial<Experiment>;
