/** @file Whether this machine can hold a run at all: asked before anything is made. */
import { totalmem } from 'node:os';
import { sizeOf } from '../engine/graph/graph.js';
import { InputError } from '../formats/input-error.js';
import type { TrainConfig } from './config.js';
import { carriedShapes } from './graphs.js';
import type { Model } from './model.js';

/** Bytes of memory here; of the container, where that is given less. */
function memoryHere(): number {
  const given = process.constrainedMemory?.() ?? 0;
  return given > 0 ? Math.min(given, totalmem()) : totalmem();
}

const inWords = (bytes: number): string => {
  const power = Math.min(5, Math.floor(Math.log2(bytes) / 10));
  const unit = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'][power]!;
  return `${(bytes / 2 ** (10 * power)).toPrecision(3)} ${unit}`;
};

/**
 * Refuses a configuration that needs more than `memory` bytes for the least that a step holds at once: what
 * is carried from step to step, before and after it, and the batch.
 */
export function checkFits(config: TrainConfig, model: Model, memory = memoryHere()): void {
  const each = config.engine === 'float64' ? 8 : 4;
  const { net } = model;
  const parameters = Object.values(net.shapes).reduce((sum, shape) => sum + sizeOf(shape), 0);
  const carried = Object.values(carriedShapes(model)).reduce((sum, shape) => sum + sizeOf(shape), 0);
  const batch = config.batchSize * (sizeOf(net.data) + net.latent);
  const bytes = each * (2 * carried + batch);
  if (bytes > memory)
    throw new InputError(
      `train: net, data and batchSize must fit into this machine's ${inWords(memory)} of memory, got at least ${inWords(bytes)}: ` +
        `2 x ${inWords(each * carried)} for ${parameters} parameters and the optimiser's state, ${inWords(each * batch)} for a batch of ` +
        `${config.batchSize} - make them smaller`,
    );
}
