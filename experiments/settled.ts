/** @file Judging a statement about numbers in which chance has no part: a fact holds or does not. */
import type { Judgement, RunRecord } from '../src/claims/experiment/model.js';

/** `holds` is undefined where a run is missing; `why` has the numbers. */
export interface Fact {
  readonly holds: boolean | undefined;
  readonly why: string;
}

/** Supported when all facts hold, contradicted when one does not. */
export function settled(facts: readonly Fact[]): Judgement {
  const why = facts.map(fact => fact.why).join('\n');
  if (facts.some(fact => fact.holds === false)) return { outcome: 'contradicted', why };
  return { outcome: facts.every(fact => fact.holds) ? 'supported' : 'cannot-tell', why };
}

const shown = (value: number): string => String(Number(value.toPrecision(4)));

/** A fact about one number of each of some runs, named for people. */
export function fact(
  says: string,
  values: readonly (readonly [name: string, value: number | undefined])[],
  holds: (...values: number[]) => boolean,
): Fact {
  const known = values.flatMap(([, value]) => (value === undefined ? [] : [value]));
  const list = values
    .map(([name, value]) => `${name} ${value === undefined ? 'not run yet' : shown(value)}`)
    .join(', ');
  return {
    holds: known.length === values.length ? holds(...known) : undefined,
    why: `${says}: ${list}`,
  };
}

/** The first complete run whose arm has these entries. */
export const runWith = (runs: readonly RunRecord[], arm: Readonly<Record<string, string | number>>) =>
  runs.find(
    run => run.status === 'complete' && Object.entries(arm).every(([name, value]) => run.arm[name] === value),
  );
