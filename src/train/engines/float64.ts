/** @file Stages by the float64 interpreter, on which the claims are checked: exact and slow. */
import { setImmediate } from 'node:timers/promises';
import { compileFloat64 } from '../../engine/float64/compile.js';
import { graphOf } from '../graphs.js';
import { type Holder, pick, split } from './holder.js';

const doubles = (all: Readonly<Record<string, ArrayLike<number>>>): Record<string, Float64Array> =>
  Object.fromEntries(Object.entries(all).map(([name, values]) => [name, Float64Array.from(values)]));

export function holdFloat64(start: Readonly<Record<string, ArrayLike<number>>>): Holder {
  let current = doubles(start);
  return {
    async open(stage) {
      const program = compileFloat64(graphOf(stage));
      const reads = Object.keys(stage.specs).filter(name => Object.hasOwn(current, name));
      return async inputs => {
        await setImmediate(); // a run keeps this thread busy: a signal is heard between two of them
        const [next, others] = split(program.run({ ...pick(current, reads), ...doubles(inputs) }), current);
        current = { ...current, ...next };
        return others;
      };
    },
    held: () => ({ ...current }),
    hold(values) {
      current = { ...current, ...doubles(values) };
    },
    async close() {},
  };
}
