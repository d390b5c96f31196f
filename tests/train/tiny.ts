/** @file A run that takes a second: made-up images of 8x8 pixels and a small dense network. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseConfig, type TrainConfig } from '../../src/train/config.js';
import type { TrainOptions } from '../../src/train/train.js';

export const TINY = {
  objective: { name: 'vae', rec: 'sum', beta: 0.1, variance: 'learned' },
  net: { kind: 'dense', hidden: [24], latent: 4, activation: 'tanh', output: 'sigmoid' },
  data: { kind: 'generated', count: 150, size: 8 },
  optimiser: { name: 'adam', rate: 3e-3 },
  batchSize: 16,
  seed: 7,
  validation: { fraction: 0.2, every: 25 },
  checkpointEvery: 8,
  logEvery: 1,
  threads: 1,
};

/** What makes of it a run of a small residual network with batch normalisation. */
export const RESNET = {
  net: { kind: 'resnet18', width: 4, latent: 4, activation: 'softplus' },
  objective: { name: 'samba', rec: 'mean', beta: 0.01, variance: { fixed: 0.01 } },
  data: { kind: 'generated', count: 40, size: 16 },
  batchSize: 4,
};

/** With 60 steps unless the changes give another length. */
export const tiny = (changes: object = {}): TrainConfig =>
  parseConfig({ ...TINY, ...('epochs' in changes ? {} : { steps: 60 }), ...changes }, 'tiny.json');

/** Stops a run after so many steps, as an interruption does. */
export function stopAfter(steps: number): Partial<TrainOptions> {
  const controller = new AbortController();
  return {
    signal: controller.signal,
    onProgress: ({ step }) => {
      if (step >= steps) controller.abort();
    },
  };
}

export const optionsFor = (folder: string, more: Partial<TrainOptions> = {}): TrainOptions => ({
  folder,
  certificate: 'unverified',
  source: { codeDigest: 'test', commit: null, versions: {} },
  ...more,
});

export const FILES = ['checkpoint.safetensors', 'metrics.jsonl', 'result.json', 'config.json'];

/** The bits of a run that must not depend on how often it was stopped. */
export const bits = (folder: string): string[] =>
  FILES.map(name => readFileSync(join(folder, name), 'base64'));
