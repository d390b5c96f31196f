/** @file The steps of a run and its evaluations on an engine. */
import { sizeOf } from '../engine/graph/graph.js';
import { bySize, type Outputs } from './engines/holder.js';
import { openHolder } from './engines/open.js';
import { carriedShapes, evaluation, trainingStepOf } from './graphs.js';
import type { Model } from './model.js';
import type { Batch, Carried, Numbers, Runner, RunnerOptions } from './runner.js';

/**
 * Makes the step ready to run, from the given parameters and state; throws when the engine does not run here.
 */
export async function openRunner(
  model: Model,
  start: Carried,
  { batchSize, measures, ...options }: RunnerOptions,
): Promise<Runner> {
  const holder = await openHolder(start, carriedShapes(model), options);
  const step = await holder.open(trainingStepOf(model, batchSize));
  const evaluationOf = bySize(holder, size => evaluation(model, size, measures));
  return {
    async step(batch, rate) {
      return numbersOf(await step({ ...inputsOf(batch), rate: Float64Array.of(rate) }));
    },
    async evaluate(batch) {
      const run = await evaluationOf(batch.x.length / sizeOf(model.net.data));
      return numbersOf(await run(inputsOf(batch)));
    },
    carried: () => holder.held(),
    close: () => holder.close(),
  };
}

const inputsOf = ({ x, noise }: Batch): Record<string, Float32Array> => ({ x, ...(noise && { noise }) });

/** Of scalars. */
const numbersOf = (outputs: Outputs): Numbers =>
  Object.fromEntries(Object.entries(outputs).map(([name, values]) => [name, values[0]!]));
