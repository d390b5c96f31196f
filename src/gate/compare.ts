/** @file A whole run against the baseline. */
import type { Figures } from './figures.js';
import { type Change, compareFigure } from './rules.js';

export interface Row {
  readonly name: string;
  readonly change: Change | 'missing' | 'new';
  readonly why: string;
}

/** Every figure of either side, in the order of the baseline, new ones last. */
export function compare(baseline: Figures, current: Figures): Row[] {
  const known = Object.entries(baseline).map(([name, base]): Row => {
    const now = Object.hasOwn(current, name) ? current[name] : undefined;
    return now === undefined
      ? { name, change: 'missing', why: 'in the baseline, not in this run' }
      : { name, ...compareFigure(base, now) };
  });
  const fresh = Object.keys(current).filter(name => !Object.hasOwn(baseline, name));
  return [
    ...known,
    ...fresh.map((name): Row => ({ name, change: 'new', why: 'not in the baseline, so nothing holds it' })),
  ];
}

/**
 * Whether the gate stays shut: also where the baseline says nothing of a figure, which could then be
 * anything.
 */
export const stops = (row: Row): boolean => row.change !== 'improved' && row.change !== 'unchanged';
