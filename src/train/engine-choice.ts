/** @file The engine of a run: the one it began with, the one asked for, or the fastest here. */
import type { EngineName } from '../engine/engines/measure.js';
import { engineStatus } from '../engine/engines.js';
import { fastestEngine } from '../engine/fastest.js';
import { UnavailableError } from '../formats/input-error.js';
import type { EngineChoice, TrainEngine } from './config.js';

export interface RunEngine {
  readonly engine: TrainEngine;
  /** Why `auto` came to this one. */
  readonly engineWhy?: string;
}

/** Starting one of these in this process could end it: a process of its own tries first. */
export const NATIVE_GPU: readonly EngineName[] = ['webgpu', 'cuda', 'tfjs-node-gpu'];

/**
 * @param before - what the run has been using, when it is resumed
 * @throws UnavailableError when the engine asked for does not run on this machine
 */
export async function engineOfRun(
  choice: EngineChoice,
  before: RunEngine | undefined,
  command = 'train',
): Promise<RunEngine> {
  if (choice === 'auto' && before === undefined) {
    const { engine, why } = await fastestEngine();
    return { engine, engineWhy: why };
  }
  const engine = choice === 'auto' ? before!.engine : choice;
  if (NATIVE_GPU.includes(engine)) {
    const status = await engineStatus(engine);
    if (!status.available) throw notHere(engine, status.why, command);
  }
  return { engine };
}

export const notHere = (engine: TrainEngine, why: string, command = 'train'): UnavailableError =>
  new UnavailableError(
    `${command}: engine ${engine} must run on this machine, got: ${why} - flatcheck doctor tells what is missing`,
  );
