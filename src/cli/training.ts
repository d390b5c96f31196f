/** @file Running `train` from the command line: certificate, progress, interruption. */
import type { TrainConfig } from '../train/config.js';
import { interruption } from '../train/interrupt.js';
import type { TrainResult } from '../train/result.js';
import { train } from '../train/train.js';
import { progressOn } from './progress.js';
import type { Registry } from './registry.js';
import { timeLeft } from './time-left.js';
import { requirementFor } from './verify/certify.js';
import { runInfo } from './verify/verify.js';

export interface TrainingOptions {
  readonly folder: string;
  readonly dataFolder?: string | undefined;
  readonly registry: Registry;
  readonly unverified: boolean;
}

/** Trains with a progress line and notes on stderr; Ctrl-C stops with a checkpoint, and says how to go on. */
export async function trainWithProgress(config: TrainConfig, options: TrainingOptions): Promise<TrainResult> {
  const name = config.objective.name;
  const progress = progressOn();
  const { signal, dispose } = interruption();
  const { code, commit, versions, integrity } = runInfo(config.seed, options.registry);
  try {
    const result = await train(config, {
      folder: options.folder,
      ...(options.dataFolder !== undefined && { dataFolder: options.dataFolder }),
      certificate: options.unverified ? 'unverified' : await requirementFor(name, options.registry),
      source: { codeDigest: code, commit, versions, integrity },
      signal,
      onProgress: ({ step, steps, epoch, epochs, loss, secondsPerStep }) =>
        progress.show(
          `${name}: step ${step}/${steps}, epoch ${epoch}/${epochs}, loss ${loss.toPrecision(5)}, ${timeLeft((steps - step) * secondsPerStep)} left`,
        ),
      onNote: note => {
        progress.clear();
        console.error(`${name}: ${note}`);
      },
    });
    progress.clear();
    if (result.status === 'interrupted')
      console.error(
        `${name}: interrupted at step ${result.step} of ${result.steps}, with a checkpoint in ${options.folder} - run the same command to go on`,
      );
    return result;
  } finally {
    progress.clear();
    dispose();
  }
}
