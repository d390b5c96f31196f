/**
 * @file Checks whose measure returns one value or several: what is common to `equals`, `bound`, `violates`
 * and `within`.
 */
import type { CheckOptions } from '../claim.js';
import type { CheckResult, Demands } from '../result.js';
import { type Cases, casesDemanded } from './given.js';
import { randomCases, type Seen, search } from './search.js';
import { label } from './text.js';

export interface Part {
  readonly what?: string;
}

/** One part of one case, judged. */
export interface Judged {
  /** Error over what is tolerated: wrong above 1. */
  readonly worst: number;
  /** Size of the error that this part would have caught, relative to what the check says. */
  readonly detects: number;
  readonly failure?: { readonly expected: string; readonly measured: string };
}

export const isList = <P>(parts: P | readonly P[]): parts is readonly P[] => Array.isArray(parts);

/** Throws unless a stated scale is one. */
export function checkedScale(scale: number): number {
  if (!(scale >= 0 && Number.isFinite(scale)))
    throw new RangeError(
      `scale must be a non-negative finite number, got ${scale} - give the size of the terms`,
    );
  return scale;
}

/** The smallest entry of each named part over all cases. */
function smallest(cases: readonly ReadonlyMap<string, Judged>[]): number[] {
  const found = new Map<string, number>();
  for (const parts of cases)
    for (const [name, { detects }] of parts) found.set(name, Math.min(detects, found.get(name) ?? Infinity));
  return [...found.values()];
}

/** What all parts of all cases say together. */
export interface Summary {
  readonly cases: number;
  readonly demands: Demands;
  readonly worst: number;
  /** Of the part that sees least: the error in all cases that it would have caught. */
  readonly detects: number;
  readonly failure?: Pick<CheckResult, 'outcome' | 'failure' | 'path' | 'threw'>;
}

/** What such a check measures, and on which cases. */
export interface PartsSpec<Case, Subject, P extends Part> {
  readonly given: Cases<Case>;
  readonly measure: (c: Case, subject: Subject) => P | readonly P[];
}

/**
 * Measures and judges every part of every case.
 * @param runs - random cases at effort 1
 */
export function runParts<Case, Subject, P extends Part>(
  name: string,
  { given, measure }: PartsSpec<Case, Subject, P>,
  runs: number,
  subject: Subject,
  options: CheckOptions,
  judge: (part: P) => Judged,
): Summary {
  const found = search(name, given, randomCases(runs, options), options, (c): Seen<Map<string, Judged>> => {
    const measured = measure(c, subject);
    const parts = isList(measured) ? measured : [measured];
    if (parts.length === 0) throw new RangeError('measure must return at least one value');
    const value = new Map<string, Judged>();
    let failure: Seen<unknown>['failure'];
    parts.forEach((part, i) => {
      const judged = judge(part);
      value.set(part.what ?? String(i), judged);
      if (failure === undefined && judged.failure !== undefined)
        failure = { ...judged.failure, measured: label(part.what) + judged.failure.measured };
    });
    return { value, ...(failure !== undefined && { failure }) };
  });
  const least = smallest(found.values);
  return {
    cases: found.cases,
    demands: { ...casesDemanded(given, randomCases(runs, options)), parts: least.length },
    worst: Math.max(0, ...found.values.flatMap(parts => [...parts.values()].map(part => part.worst))),
    detects: Math.max(...least),
    ...(found.failure !== undefined && { failure: found.failure }),
  };
}

/** The summary as fields of a result; a failure overrides the outcome. */
export function summarise(
  { cases, worst, detects, failure }: Summary,
  of: string,
): Pick<CheckResult, 'cases'> & Partial<CheckResult> {
  return {
    cases,
    ...(Number.isFinite(worst) && { worst }),
    ...(failure === undefined && Number.isFinite(detects) && { detects: { error: detects, of } }),
    ...failure,
  };
}
