/**
 * @file What the figures of SAMBA train: networks and lengths by scale, objectives and optimisers by
 * convention.
 */
import type { ObjectiveSpec } from '../../src/core/objectives/list.js';
import { parseConfig, type TrainConfig } from '../../src/train/config.js';
import type { Convention, Scale, Setting } from '../../src/train/experiment/experiment.js';

export type Model = 'vae' | 'samba' | 'rae';

/** The variances of figures 2 and 3. */
export const ALPHA2 = [1e-6, 1e-4, 1e-2, 1] as const;

/** The released code's coefficient of the KL divergence. */
const KL_COEFFICIENT = 0.1;

/**
 * The objective of an arm for d latents. The equations (2), (3), (10): squared errors and the whole KL
 * divergence, RAE with lambda = alpha sqrt(d). The released code: means over all entries, which spreads the
 * KL coefficient over the latents; its RAE has one norm over the batch and the unsquared norm of all codes.
 */
export function objectiveFor(
  convention: Convention,
  model: Model,
  alpha2: number | 'learned',
  d: number,
  klCoeff = KL_COEFFICIENT,
): ObjectiveSpec {
  const variance = alpha2 === 'learned' ? alpha2 : { fixed: alpha2 };
  const rae = (): number => {
    if (alpha2 !== 'learned') return alpha2;
    throw new Error('samba: the RAE has no variance to learn - give alpha^2');
  };
  if (convention === 'paper') {
    const [rec, beta] = ['sum', 1] as const;
    return model === 'rae'
      ? { name: 'rae-loss-gradient', rec, beta, lambda: Math.sqrt(rae() * d) }
      : { name: model, rec, beta, variance };
  }
  switch (model) {
    case 'vae':
      return { name: 'vae', rec: 'mean', beta: klCoeff / d, variance };
    case 'samba':
      return alpha2 === 'learned'
        ? { name: 'vae-sam-samba-learned', klCoeff }
        : { name: 'vae-sam-samba', klCoeff, alpha2 };
    case 'rae':
      return { name: 'vae-sam-rae', klCoeff, alpha2: rae() };
  }
}

/** Steps of an epoch of 40,000 training records in batches of 256. */
const EPOCH = 156;
const VALIDATE_EVERY_EPOCHS = 15;

/**
 * Validations in the published histories, one every 15 epochs. They end with the shortest run of a sweep, the
 * runs went on: what the authors measured is known after these, and ours end there (golden/published).
 */
export const VALIDATIONS = { fig2: 33, fig3: 15, fig4: 16 } as const;

export type FigureName = keyof typeof VALIDATIONS;

export const epochsOfPaper = (figure: FigureName): number => VALIDATE_EVERY_EPOCHS * VALIDATIONS[figure];

interface Size {
  readonly net: object;
  readonly latent: number;
  readonly batchSize: number;
  readonly length: (figure: FigureName) => object;
  readonly validation: object;
  /**
   * Learning rate by convention: 1e-4 in both; larger where there are few steps, so that something is learnt.
   */
  readonly rate: Readonly<Record<Convention, number>>;
  readonly checkpointEvery: number;
}

const SIZES: Readonly<Record<Scale, Size>> = {
  smoke: {
    net: { kind: 'conv', channels: [8, 16, 32], activation: 'elu' },
    latent: 32,
    batchSize: 32,
    length: () => ({ steps: 200 }),
    validation: { fraction: 0.2, limit: 256, every: 50 },
    rate: { paper: 2e-3, 'released-code': 0.1 },
    checkpointEvery: 50,
  },
  small: {
    net: { kind: 'resnet18', width: 16, activation: 'relu' },
    latent: 64,
    batchSize: 64,
    length: () => ({ epochs: 3 }),
    validation: { fraction: 0.2, limit: 1024 },
    rate: { paper: 1e-3, 'released-code': 0.1 },
    checkpointEvery: 25,
  },
  paper: {
    net: { kind: 'resnet18', width: 64, activation: 'relu' },
    latent: 256,
    batchSize: 256,
    length: figure => ({ epochs: epochsOfPaper(figure) }),
    validation: { fraction: 0.2, every: VALIDATE_EVERY_EPOCHS * EPOCH },
    rate: { paper: 1e-4, 'released-code': 1e-4 },
    checkpointEvery: EPOCH,
  },
};

/** The configuration of one run. */
export function configFor(
  { scale, convention, data, engine }: Setting,
  figure: FigureName,
  model: Model,
  alpha2: number | 'learned',
  seed: number,
): TrainConfig {
  const { net, latent, batchSize, length, validation, rate, checkpointEvery } = SIZES[scale];
  return parseConfig(
    {
      objective: objectiveFor(convention, model, alpha2, latent),
      net: { ...net, latent },
      data,
      optimiser: { name: convention === 'paper' ? 'adam' : 'sgd', rate: rate[convention] },
      batchSize,
      ...length(figure),
      validation,
      checkpointEvery,
      seed,
      engine,
    },
    'experiments/samba',
  );
}
