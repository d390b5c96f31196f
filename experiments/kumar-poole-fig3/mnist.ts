/** @file The runs of figure 3 on MNIST: the convolutional beta-VAE of Kumar & Poole 2020, appendix D. */
import { parseConfig, type TrainConfig } from '../../src/train/config.js';
import type { Scale, Setting } from '../../src/train/experiment/experiment.js';

interface Size {
  readonly width: number;
  readonly latent: number;
  readonly betas: readonly number[];
  /** Latents in a block of the posterior's covariance. */
  readonly blocks: readonly number[];
  readonly batchSize: number;
  readonly steps: number;
  /** Records that the objectives are compared on. */
  readonly heldOut: number;
}

/** The paper gives neither batch size nor learning rate; of the betas it says "a wide range". */
export const MNIST_SIZES: Readonly<Record<Scale, Size>> = {
  smoke: {
    width: 1 / 32,
    latent: 6,
    betas: [0.03, 1],
    blocks: [1],
    batchSize: 32,
    steps: 60,
    heldOut: 100,
  },
  small: {
    width: 1 / 8,
    latent: 12,
    betas: [0.03, 0.3, 3],
    blocks: [1, 2],
    batchSize: 64,
    steps: 2000,
    heldOut: 500,
  },
  paper: {
    width: 1,
    latent: 12,
    betas: [0.01, 0.03, 0.1, 0.3, 1, 3],
    blocks: [1, 2, 3],
    batchSize: 128,
    steps: 20_000,
    heldOut: 5000,
  },
};

export function mnistConfig(
  { scale, data, engine }: Setting,
  beta: number,
  block: number,
  seed: number,
): TrainConfig {
  const { width, latent, batchSize, steps, heldOut } = MNIST_SIZES[scale];
  return parseConfig(
    {
      objective: { name: 'beta-vae', beta, variance: 'learned' },
      net: { kind: 'kumar-poole-mnist', width, latent, posterior: 'cholesky', block },
      data,
      optimiser: { name: 'adam', rate: 1e-3 },
      batchSize,
      steps,
      validation: { fraction: 0.1, limit: heldOut, every: Math.ceil(steps / 10) },
      seed,
      engine,
    },
    'experiments/kumar-poole-fig3',
  );
}
