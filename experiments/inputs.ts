/** @file Reading the inputs of a computed run. */
import type { Inputs } from '../src/train/experiment/experiment.js';

const wrong = (name: string, rule: string, got: unknown): Error =>
  new Error(`experiment: input "${name}" must be ${rule}, got ${JSON.stringify(got)} - plan the runs again`);

export function numberIn(inputs: Inputs, name: string): number {
  const found = inputs[name];
  if (typeof found !== 'number') throw wrong(name, 'a number', found);
  return found;
}

/** One of the given words. */
export function wordIn<W extends string>(inputs: Inputs, name: string, words: readonly W[]): W {
  const found = words.find(word => word === inputs[name]);
  if (found === undefined) throw wrong(name, `one of ${words.join(', ')}`, inputs[name]);
  return found;
}
