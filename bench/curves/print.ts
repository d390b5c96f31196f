/** @file Loss curves and what they were judged by, in text. */
import type { Cell } from '../../src/formats/csv.js';
import { columns } from '../../src/report/table.js';
import { broken, FACTOR, type Step, worst } from './rule.js';
import type { Curve, Setting } from './runs.js';

export type Curves = Readonly<Record<string, Curve>>;

/** Every so many steps. */
const SHOWN = 10;
const isShown = (step: number): boolean => step === 1 || step % SHOWN === 0;

export const CSV_HEAD = ['objective', 'activation', 'seed', 'step'];

/** Every tenth step of the curves of one seed; those that are shorter leave their field empty. */
export const csvOf = ({ objective, activation, seed }: Setting, curves: Curves): Cell[][] =>
  Object.values(curves)[0]!.flatMap((_, i) =>
    isShown(i + 1)
      ? [[objective, activation, seed, i + 1, ...Object.values(curves).map(curve => curve[i])]]
      : [],
  );

/** Distances by curve and step, beside PyTorch's spread. */
export function printSteps(all: Readonly<Record<string, readonly Step[]>>): void {
  const names = Object.keys(all);
  const longest = Object.values(all).reduce((a, b) => (b.length > a.length ? b : a));
  const rows = longest
    .filter(({ step }) => step <= SHOWN || isShown(step))
    .map(({ step, spread }) => [
      String(step),
      spread.toExponential(2),
      ...names.map(name => all[name]![step - 1]?.distance.toExponential(2) ?? ''),
    ]);
  console.log(columns([['step', "PyTorch's spread", ...names], ...rows]).join('\n'));
}

/** In one line, how near a family of curves came to breaking the rule, or where it did. */
export function says(steps: readonly Step[]): string {
  const ratio = ({ distance, spread }: Step): string => (distance / spread).toFixed(2);
  const far = worst(steps);
  const beyond = broken(steps);
  const list = beyond.slice(0, SHOWN).map(at => `${at.step} (${ratio(at)})`);
  const more = beyond.length > SHOWN ? ', ...' : '';
  return (
    `at most ${ratio(far)} times PyTorch's spread, at step ${far.step} (must be ${FACTOR})` +
    (beyond.length === 0
      ? ''
      : `; beyond at ${beyond.length} of ${steps.length} steps: ${list.join(', ')}${more}`)
  );
}
