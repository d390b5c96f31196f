/** @file Steps by the float64 interpreter, on which the claims are checked: exact and slow. */
import { setImmediate } from 'node:timers/promises';
import { compileFloat64 } from '../engine/float64/compile.js';
import { sizeOf } from '../engine/graph.js';
import type { Arrays, Float64Program } from '../engine/program.js';
import { carriedShapes, evaluatedShapes, evaluation, graphOf, trainingStepOf } from './graphs.js';
import type { Model } from './model.js';
import type { Batch, Carried, Numbers, Runner, RunnerOptions } from './runner.js';

const doubles = (all: Readonly<Record<string, ArrayLike<number>>>): Record<string, Float64Array> =>
  Object.fromEntries(Object.entries(all).map(([name, values]) => [name, Float64Array.from(values)]));

export function openFloat64Runner(
  model: Model,
  start: Carried,
  { batchSize, measures }: RunnerOptions,
): Runner {
  const program = compileFloat64(graphOf(trainingStepOf(model, batchSize)));
  const names = Object.keys(carriedShapes(model));
  let current: Arrays = doubles(start);
  const evaluations = new Map<number, Float64Program>();
  const evaluationFor = (size: number): Float64Program => {
    const made = evaluations.get(size) ?? compileFloat64(graphOf(evaluation(model, size, measures)));
    evaluations.set(size, made);
    return made;
  };
  const pick = (all: Arrays, wanted: readonly string[]): Record<string, Float64Array> =>
    Object.fromEntries(wanted.map(name => [name, all[name]!]));
  return {
    async step(batch, rate) {
      await setImmediate(); // the step keeps this thread busy: a signal is heard between two of them
      const outputs = program.run({ ...current, ...doublesOf(batch), rate: Float64Array.of(rate) });
      current = pick(outputs, names);
      return numbersOf(outputs, current);
    },
    async evaluate(batch) {
      await setImmediate();
      const made = evaluationFor(batch.x.length / sizeOf(model.net.data));
      const network = pick(current, Object.keys(evaluatedShapes(model)));
      return numbersOf(made.run({ ...network, ...doublesOf(batch) }), {});
    },
    carried: () => ({ ...current }),
    async close() {},
  };
}

const doublesOf = ({ x, noise }: Batch): Arrays => doubles({ x, ...(noise && { noise }) });

/** The scalar outputs; `without` are the others. */
const numbersOf = (outputs: Arrays, without: object): Numbers =>
  Object.fromEntries(
    Object.entries(outputs)
      .filter(([name]) => !Object.hasOwn(without, name))
      .map(([name, values]) => [name, values[0]!]),
  );
