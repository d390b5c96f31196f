/** @file Figure 4 of SAMBA (Reizinger & Huszár 2023, appendix B): VAE and SAMBA with a learned variance. */
import type { Experiment } from '../src/train/experiment/experiment.js';
import { grid, SHARED, seedsOf } from './samba/experiment.js';
import { overSteps } from './samba/figures.js';
import { publishedOf, publishedValues } from './samba/published.js';
import { FIGURE_4 } from './samba/statements.js';

const MODELS = ['vae', 'samba'] as const;

const fig4: Experiment = {
  ...SHARED,
  name: 'samba-fig4',
  source: 'Reizinger & Huszár 2023, appendix B, figure 4',
  says: 'Smoothness of the decoder and validation loss of VAE and SAMBA where the encoder learns its variance.',
  seeds: seedsOf(true),
  plan: setting =>
    grid(
      setting,
      'fig4',
      MODELS.map(model => ({ model, alpha2: 'learned' })),
    ),
  figures: runs => overSteps('fig4', MODELS, runs),
  statements: FIGURE_4,
  published: setting => publishedValues(MODELS, setting, true),
  publishedRuns: () => publishedOf(MODELS, true),
};

export default fig4;
