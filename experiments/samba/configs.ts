/** @file What the figures of SAMBA train: networks and lengths by scale, objectives and optimisers by convention. */
import type { ObjectiveSpec } from '../../src/core/objectives/table.js';
import { parseConfig, type TrainConfig } from '../../src/train/config.js';
import type { Convention, Scale, Setting } from '../../src/train/experiment/experiment.js';

export type Model = 'vae' | 'samba' | 'rae';

/** The variances of figures 2 and 3. */
export const ALPHA2 = [1, 1e-2, 1e-4, 1e-6] as const;

/** The released code's coefficient of the KL divergence. */
export const KL_COEFFICIENT = 0.1;

/**
 * The objective of an arm for d latents. The equations: squared errors and the whole KL divergence, RAE with lambda =
 * alpha sqrt(d). The released code: means over all entries, the KL coefficient spread over the latents; its RAE has one
 * norm over the batch.
 */
export function objectiveFor(
  convention: Convention,
  model: Model,
  alpha2: number,
  d: number,
  klCoeff = KL_COEFFICIENT,
): ObjectiveSpec {
  const variance = { fixed: alpha2 };
  if (convention === 'paper') {
    const [rec, beta] = ['sum', 1] as const;
    return model === 'rae'
      ? { name: 'rae-loss-gradient', rec, beta, lambda: Math.sqrt(alpha2 * d) }
      : { name: model, rec, beta, variance };
  }
  switch (model) {
    case 'vae':
      return { name: 'vae', rec: 'mean', beta: klCoeff / d, variance };
    case 'samba':
      return { name: 'vae-sam-samba', klCoeff, alpha2 };
    case 'rae':
      return { name: 'vae-sam-rae', klCoeff, alpha2 };
  }
}

interface Size {
  readonly net: object;
  readonly latent: number;
  readonly batchSize: number;
  readonly length: object;
  readonly validation: object;
}

const SIZES: Readonly<Record<Scale, Size>> = {
  smoke: {
    net: { kind: 'conv', channels: [8, 16, 32], activation: 'softplus' },
    latent: 32,
    batchSize: 64,
    length: { steps: 120 },
    validation: { fraction: 0.2, limit: 512, every: 40 },
  },
  small: {
    net: { kind: 'resnet18', width: 16, activation: 'relu' },
    latent: 64,
    batchSize: 64,
    length: { epochs: 3 },
    validation: { fraction: 0.2, limit: 1024 },
  },
  paper: {
    net: { kind: 'resnet18', width: 64, activation: 'relu' },
    latent: 256,
    batchSize: 256,
    length: { epochs: 495 },
    validation: { fraction: 0.2 },
  },
};

/** The configuration of one run. */
export function configFor(setting: Setting, model: Model, alpha2: number, seed: number): TrainConfig {
  const { scale, convention, data, engine } = setting;
  const { net, latent, batchSize, length, validation } = SIZES[scale];
  return parseConfig(
    {
      objective: objectiveFor(convention, model, alpha2, latent),
      net: { ...net, latent },
      data,
      optimiser: { name: convention === 'paper' ? 'adam' : 'sgd', rate: scale === 'paper' ? 1e-4 : 1e-3 },
      batchSize,
      ...length,
      validation,
      seed,
      engine,
    },
    'experiments/samba',
  );
}
