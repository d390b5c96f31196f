/** @file Ours beside the authors' values: equivalent within a stated margin, told apart, or neither. */
import { brief } from '../checks/text.js';
import { mean } from '../statistics.js';
import { LEAST_RUNS } from './means.js';
import type { Comparison, Published, Quantity, RunRecord } from './model.js';
import { summarise, valuesOf } from './summary.js';
import { welch } from './welch.js';

/**
 * What counts as the same, chosen by us before any run: 10 % of the published mean; a factor of 1.25 for a
 * quantity on a log scale.
 */
export const MARGIN = { relative: 0.1, factor: 1.25 } as const;
/** Chance to call means that lie a margin apart equal, and to call equal means different. */
const ALPHA = 0.05;

const percent = (x: number): string => `${brief(100 * x)} %`;

/** Whether two sets of values, one a run, agree. */
export function compareValues(
  ours: readonly number[],
  published: readonly number[],
  scale: 'linear' | 'log',
): Pick<Comparison, 'outcome' | 'why'> {
  const sets = [
    ['ours', ours],
    ['published', published],
  ] as const;
  for (const [name, values] of sets) {
    if (values.length < LEAST_RUNS)
      return {
        outcome: 'cannot-tell',
        why: `${name}: ${values.length} of the ${LEAST_RUNS} runs that are needed`,
      };
    const bad = values.find(value => !Number.isFinite(value) || (scale === 'log' && value <= 0));
    if (bad !== undefined) return { outcome: 'cannot-tell', why: `${name}: a run has the value ${bad}` };
  }
  const log = scale === 'log';
  const test = log ? welch(ours.map(Math.log), published.map(Math.log)) : welch(ours, published);
  const reference = Math.abs(mean(published));
  const margin = log ? Math.log(MARGIN.factor) : MARGIN.relative * reference;
  const [low, high] = test.interval(ALPHA);
  const same = Math.max(test.below(margin), test.above(-margin)) <= ALPHA;
  const apart = low > 0 || high < 0;
  const show = (d: number): string => (log ? brief(Math.exp(d)) : brief(d));
  const found = `${log ? 'ratio of geometric means' : 'difference'} ${show(test.difference)} [${show(low)}, ${show(high)}]${test.exact ? ', without any spread over runs' : ''}`;
  const limit = log
    ? `a factor of ${MARGIN.factor}`
    : `${percent(MARGIN.relative)} of the published mean (${brief(margin)})`;
  // both one-sided tests succeed from here on
  const least = Math.max(...test.interval(2 * ALPHA).map(Math.abs));
  const flips = `; they agree from a margin of ${log ? brief(Math.exp(least)) : percent(least / reference)} on`;
  if (same)
    return { outcome: 'agree', why: `${found}: within ${limit}${apart ? ', though not nil' : ''}${flips}` };
  if (apart)
    return { outcome: 'differ', why: `${found}: excludes equality, and is not within ${limit}${flips}` };
  return {
    outcome: 'cannot-tell',
    why: `${found}: neither excludes equality nor lies within ${limit}${flips}`,
  };
}

/**
 * Each set of published values beside our runs of its arm; one without any complete run of ours is left out.
 */
export const comparisons = (
  runs: readonly RunRecord[],
  published: readonly Published[],
  quantities: Readonly<Record<string, Quantity>>,
): Comparison[] =>
  published.flatMap(({ arm, quantity, values, source }) => {
    const ours = valuesOf(runs, arm, quantity);
    if (ours.length === 0) return [];
    return [
      {
        ours: summarise(arm, quantity, ours),
        published: summarise(arm, quantity, values),
        source,
        ...compareValues(ours, values, quantities[quantity]?.scale ?? 'linear'),
      },
    ];
  });
