/** @file Figure 3 of SAMBA (Reizinger & Huszár 2023): the RAE with lambda = alpha sqrt(d) beside SAMBA. */
import type { Experiment } from '../src/train/experiment/experiment.js';
import { ALPHA2 } from './samba/configs.js';
import { grid, SHARED, seedsOf } from './samba/experiment.js';
import { overAlpha } from './samba/figures.js';
import { publishedOf, publishedValues } from './samba/published.js';
import { FIGURE_3 } from './samba/statements.js';

const MODELS = ['rae', 'samba'] as const;

const fig3: Experiment = {
  ...SHARED,
  name: 'samba-fig3',
  source: 'Reizinger & Huszár 2023, figure 3',
  says: 'Smoothness of the decoder and reconstruction of an RAE with lambda = alpha sqrt(d) and of SAMBA, over alpha^2.',
  seeds: seedsOf(false),
  plan: setting =>
    grid(
      setting,
      'fig3',
      ALPHA2.flatMap(alpha2 => MODELS.map(model => ({ model, alpha2 }))),
    ),
  figures: (runs, setting) => overAlpha('fig3', MODELS, runs, publishedValues(MODELS, setting)),
  statements: FIGURE_3,
  published: setting => publishedValues(MODELS, setting),
  publishedRuns: () => publishedOf(MODELS),
};

export default fig3;
