/**
 * @file A first look: VAE, SAMBA and RAE on the same small network, tied as in the SAMBA paper; what
 * `flatcheck start` trains.
 */
import type { ObjectiveSpec } from '../core/objectives/list.js';
import { parseConfig, type TrainConfig } from '../train/config.js';

const ALPHA2 = 1e-2;
const LATENT = 32;
const BETA = 1e-3;

/** SAMBA's radius sqrt(d) alpha is the RAE's weight lambda (Reizinger & Huszár 2023, section 3.1). */
export const OBJECTIVES = [
  { name: 'vae', rec: 'mean', beta: BETA, variance: { fixed: ALPHA2 } },
  { name: 'samba', rec: 'mean', beta: BETA, variance: { fixed: ALPHA2 } },
  { name: 'rae-loss-gradient', rec: 'mean', beta: BETA, lambda: Math.sqrt(ALPHA2 * LATENT) },
] as const;

/** Long enough for the validation loss to fall clearly. */
export const STEPS = 200;

/** The run of one objective on 32x32 images: CIFAR-10, or generated ones. */
export function firstLook(
  objective: ObjectiveSpec,
  data: 'cifar10' | 'generated',
  seed: number,
  steps: number,
): TrainConfig {
  const config = {
    objective,
    net: { kind: 'conv', channels: [8, 16, 32], latent: LATENT, activation: 'elu', output: 'sigmoid' },
    data: data === 'generated' ? { kind: data, count: 2000 } : { kind: data },
    optimiser: { name: 'adam', rate: 2e-3 },
    batchSize: 64,
    steps,
    validation: { fraction: 0.1, every: 40 },
    logEvery: 10,
    checkpointEvery: 100,
    seed,
  };
  return parseConfig(config, 'start');
}
