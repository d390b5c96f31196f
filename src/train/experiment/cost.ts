/** @file What a training run costs on this machine: a few steps measured now, with made-up pixels. */

import { fill, stream } from '../../claims/random.js';
import { median } from '../../claims/statistics.js';
import { noiseShape } from '../../core/objectives/objective.js';
import { sizeOf } from '../../engine/graph/shapes.js';
import type { TrainConfig, TrainEngine } from '../config.js';
import { firstCarried } from '../first.js';
import { carriedShapes, type Measures } from '../graphs.js';
import { type Model, modelOf } from '../model.js';
import { openRunner } from '../open-runner.js';
import type { Batch } from '../runner.js';

export interface Cost {
  readonly parameters: number;
  /** Bytes of a checkpoint. */
  readonly checkpoint: number;
  readonly secondsPerStep: number;
  /** Of a validation with all measures, per record. */
  readonly secondsPerValidated: number;
  /** The whole batch, or two smaller ones: times of the whole one lie on the straight line through theirs. */
  readonly measuredBatches: readonly number[];
  /** Steps that were timed, after one to warm up. */
  readonly steps: number;
}

/** Seconds: a step that would take longer is measured on smaller batches. */
export const LONGEST = 8;
const SMALL = 8;
const STEPS = 2;

/** Measures a configuration on images of the given shape. */
export async function costOf(
  config: TrainConfig,
  shape: readonly [number, number, number],
  { engine, threads, measures }: { engine: TrainEngine; threads: number; measures: Measures },
): Promise<Cost> {
  const model = modelOf(config, shape);
  const sizes = (shapes: Readonly<Record<string, readonly number[]>>): number =>
    Object.values(shapes).reduce((sum, one) => sum + sizeOf(one), 0);
  const time = (batch: number) => timed(model, config.seed, batch, { engine, threads, measures });
  const whole = config.batchSize;
  const small = Math.min(whole, SMALL);
  const first = await time(small);
  // as large as the time allows, but large enough to tell the cost of a record from that of the parameters
  const allowed = Math.floor((small * LONGEST) / Math.max(first.step, first.validation));
  const large = Math.min(whole, Math.max(4 * small, allowed));
  const second = large > small ? await time(large) : first;
  const wholeOf = (part: 'step' | 'validation'): number => {
    if (large === whole) return second[part];
    const slope = (second[part] - first[part]) / (large - small);
    // on a busy machine the larger batch may come out as the faster one: then in proportion, which is too
    // long rather than too short
    const perRecord = slope > 0 ? slope : second[part] / large;
    return second[part] + perRecord * (whole - large);
  };
  return {
    parameters: sizes(model.net.shapes),
    checkpoint: 4 * sizes(carriedShapes(model)),
    secondsPerStep: wholeOf('step'),
    secondsPerValidated: wholeOf('validation') / whole,
    measuredBatches: large === whole ? [whole] : [small, large],
    steps: STEPS,
  };
}

async function timed(
  model: Model,
  seed: number,
  batchSize: number,
  options: { engine: TrainEngine; threads: number; measures: Measures },
): Promise<{ readonly step: number; readonly validation: number }> {
  const runner = await openRunner(model, firstCarried(model, seed), { ...options, batchSize });
  const { net, objective } = model;
  const batch: Batch = {
    x: fill(new Float32Array(batchSize * sizeOf(net.data)), 'uniform', stream(seed, 'pixels')),
    ...(objective.usesNoise && {
      noise: fill(
        new Float32Array(batchSize * sizeOf(noiseShape(objective, net))),
        'normal',
        stream(seed, 'noise'),
      ),
    }),
  };
  const seconds = async (work: () => Promise<unknown>): Promise<number> => {
    await work();
    const all: number[] = [];
    for (let i = 0; i < STEPS; i++) {
      const began = performance.now();
      await work();
      all.push((performance.now() - began) / 1000);
    }
    return median(all);
  };
  try {
    return {
      step: await seconds(() => runner.step(batch, 1e-6)),
      validation: await seconds(() => runner.evaluate(batch)),
    };
  } finally {
    await runner.close();
  }
}
