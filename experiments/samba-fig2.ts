/** @file Figure 2 of SAMBA (Reizinger & Huszár 2023): VAE and SAMBA with a fixed variance. */
import type { Experiment } from '../src/train/experiment/experiment.js';
import { ALPHA2 } from './samba/configs.js';
import { grid, SHARED, seedsOf } from './samba/experiment.js';
import { overAlpha } from './samba/figures.js';
import { publishedOf, publishedValues } from './samba/published.js';
import { FIGURE_2 } from './samba/statements.js';

const MODELS = ['vae', 'samba'] as const;

const fig2: Experiment = {
  ...SHARED,
  name: 'samba-fig2',
  source: 'Reizinger & Huszár 2023, figure 2',
  says: 'Smoothness of the decoder and validation loss of VAE and SAMBA over the fixed variance of the encoder.',
  seeds: seedsOf(false),
  plan: setting =>
    grid(
      setting,
      'fig2',
      ALPHA2.flatMap(alpha2 => MODELS.map(model => ({ model, alpha2 }))),
    ),
  figures: (runs, setting) => overAlpha('fig2', MODELS, runs, publishedValues(MODELS, setting)),
  statements: FIGURE_2,
  published: setting => publishedValues(MODELS, setting),
  publishedRuns: () => publishedOf(MODELS),
};

export default fig2;
