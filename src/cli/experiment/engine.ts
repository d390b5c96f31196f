/** @file The engine of all runs of an experiment, and why that one. */
import type { TrainEngine } from '../../train/config.js';
import { engineOfRun } from '../../train/engine-choice.js';
import type { Experiment } from '../../train/experiment/experiment.js';
import { readEngine } from '../engine-flag.js';
import { UsageError } from '../exit.js';

export interface Engine {
  readonly engine: TrainEngine;
  /** For people: `the default`, or the times measured. */
  readonly engineWhy: string;
}

/**
 * The engine asked for, else the one that the runs there began with, else the default; `auto` is measured
 * here.
 * @param here - whether the runs are done on this machine: an engine asked for must then be to be had
 */
export async function engineFor(
  { name, doubles }: Experiment,
  text: string | undefined,
  before: Engine | undefined,
  here: boolean,
): Promise<Engine> {
  const asked = readEngine('experiment', text);
  if (doubles) {
    if (asked !== undefined && asked !== 'auto' && asked !== 'float64')
      throw new UsageError(
        `experiment: --engine of ${name} must be float64, as it computes in doubles only, got '${asked}'`,
      );
    return { engine: 'float64', engineWhy: 'this experiment computes in doubles' };
  }
  if (before !== undefined && (asked === undefined || asked === 'auto' || asked === before.engine))
    return before;
  if (asked === undefined) return { engine: 'onnx-cpu', engineWhy: 'the default' };
  if (asked !== 'auto' && !here) return { engine: asked, engineWhy: 'as asked' };
  const { engine, engineWhy } = await engineOfRun(asked, undefined, 'experiment');
  return { engine, engineWhy: engineWhy === undefined ? 'as asked' : `the fastest: ${engineWhy}` };
}
