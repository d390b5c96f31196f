/**
 * @file The records of a run: which are trained on, which are kept for validation, and in what order they
 * come.
 */

import { stream } from '../claims/random.js';
import { openCifar } from '../formats/cifar.js';
import { openMnist } from '../formats/idx.js';
import { type Images, imageBatch } from '../formats/images.js';
import { InputError, UnavailableError } from '../formats/input-error.js';
import type { DataConfig, TrainConfig } from './config.js';
import { generatedImages } from './generated.js';

export interface TrainingData {
  readonly images: Images;
  /** Made up, so that no number of the run says anything about real images. */
  readonly generated: boolean;
  readonly stepsPerEpoch: number;
  /** Number of records trained on and kept for validation. */
  readonly counts: { readonly training: number; readonly validation: number };
  /**
   * The batch of a step (counted from 0): each epoch a new order, whole batches only. Float32 [B, ...data].
   */
  training(step: number): Float32Array;
  /** The validation records from `start` on, in a fixed order. */
  validation(start: number, count: number): Float32Array;
}

/** Height, width and channels of the images that a configuration names, without reading any. */
export function imageShape(config: DataConfig): Images['shape'] {
  if (config.kind === 'generated') return [config.size, config.size, 3];
  return config.kind === 'mnist' ? [28, 28, 1] : [32, 32, 3];
}

/** The images that a configuration names; `folder` is used where it does not say where they are. */
export function openImages(config: DataConfig, seed: number, folder?: string): Images {
  if (config.kind === 'generated') return generatedImages(config.count, config.size, seed);
  const place = config.folder ?? folder;
  if (place === undefined)
    throw new UnavailableError(
      `train: data.folder must say where the ${config.kind} files are, got nothing - ` +
        `run: flatcheck data get ${config.kind}, or use data of kind "generated" to try things out`,
    );
  const limit = config.limit === undefined ? {} : { limit: config.limit };
  return config.kind === 'mnist'
    ? openMnist(place, 'train', config.limit)
    : openCifar(place, { kind: config.kind, split: 'train', ...limit });
}

/** Opens, splits and orders the records of a run; everything follows from the configuration. */
export function openData(config: TrainConfig, folder?: string): TrainingData {
  const { batchSize, seed } = config;
  const images = openImages(config.data, seed, folder);
  const kept = Math.round(images.count * config.validation.fraction);
  const split = permutation(images.count, seed, 'split');
  const training = split.subarray(kept);
  const held = split.subarray(0, Math.min(kept, config.validation.limit ?? kept));
  const stepsPerEpoch = Math.floor(training.length / batchSize);
  if (stepsPerEpoch === 0)
    throw new InputError(
      `train: batchSize must be at most the ${training.length} records trained on, got ${batchSize} (${images.name})`,
    );
  let epoch = -1;
  let order = training;
  return {
    images,
    generated: config.data.kind === 'generated',
    stepsPerEpoch,
    counts: { training: training.length, validation: held.length },
    training(step) {
      const wanted = Math.floor(step / stepsPerEpoch);
      if (wanted !== epoch) {
        order = permutation(training.length, seed, 'shuffle', wanted).map(i => training[i]!);
        epoch = wanted;
      }
      const start = (step % stepsPerEpoch) * batchSize;
      return imageBatch(images, order.subarray(start, start + batchSize));
    },
    validation: (start, count) => imageBatch(images, held.subarray(start, start + count)),
  };
}

/** 0 ... count-1 in an order drawn from the seed and the labels (Fisher and Yates). */
export function permutation(
  count: number,
  seed: number,
  ...labels: readonly (string | number)[]
): Uint32Array {
  const random = stream(seed, ...labels);
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(random.uniform() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
