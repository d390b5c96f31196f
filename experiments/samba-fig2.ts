/** @file Figure 2 of SAMBA (Reizinger & Huszár 2023): VAE and SAMBA with a fixed variance. */
import type { Experiment } from '../src/train/experiment/experiment.js';
import { ALPHA2, configFor } from './samba/configs.js';

const fig2: Experiment = {
  name: 'samba-fig2',
  source: 'Reizinger & Huszár 2023, figure 2',
  says: 'Smoothness of the decoder and validation loss of VAE and SAMBA over the fixed variance of the encoder.',
  data: 'cifar10',
  conventions: ['paper', 'released-code'],
  seeds: scale => (scale === 'paper' ? [42, 64, 982, 5748, 23567] : [42, 64]),
  plan: setting =>
    ALPHA2.flatMap(alpha2 =>
      (['vae', 'samba'] as const).flatMap(model =>
        setting.seeds.map(seed => ({
          arm: { model, alpha2 },
          seed,
          job: { kind: 'train', config: configFor(setting, model, alpha2, seed) } as const,
        })),
      ),
    ),
  quantities: {
    loss: { label: 'validation loss', says: 'The objective on the validation records.', scale: 'linear' },
  },
  figures: () => [],
  statements: [],
};

export default fig2;
