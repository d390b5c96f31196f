/** @file The surroundings of a computed run, in memory; it can be stopped and gone on with. */

import type { State } from '../../src/studies/stepper.js';
import type { ComputeContext, Computed } from '../../src/train/experiment/experiment.js';

export interface Surroundings extends ComputeContext {
  /** What was saved last. */
  saved(): State | undefined;
}

/** @param stopAfter - abort at the first report of so many steps done or more */
export function surroundings(
  seed: number,
  { from, stopAfter = Infinity, dataFolder }: { from?: State; stopAfter?: number; dataFolder?: string } = {},
): Surroundings {
  const controller = new AbortController();
  let state = from;
  return {
    seed,
    signal: controller.signal,
    dataFolder,
    threads: 1,
    restore: () => state,
    save: given => {
      // as a file would
      state = structuredClone(given);
    },
    progress: done => {
      if (done >= stopAfter) controller.abort();
    },
    saved: () => state,
  };
}

type Compute = (context: ComputeContext) => Promise<Computed>;

/**
 * What a run gives that is stopped as soon as it looks up, again and again, until it is done or has been
 * stopped so often; and how often it was.
 */
export async function interrupted(compute: Compute, seed: number, dataFolder?: string, most = Infinity) {
  let from: State | undefined;
  for (let stops = 0; ; stops++) {
    const context = surroundings(seed, {
      ...(stops < most && { stopAfter: 0 }),
      ...(from && { from }),
      ...(dataFolder !== undefined && { dataFolder }),
    });
    try {
      return { stops, computed: await compute(context) };
    } catch (error) {
      if (error !== context.signal.reason) throw error;
      from = context.saved();
    }
  }
}
