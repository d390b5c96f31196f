/** @file Drawing the cases of a check with fast-check: stops at the first wrong one and shrinks it. */
import fc from 'fast-check';
import type { CheckOptions } from '../claim.js';
import { stream } from '../random.js';
import type { CheckResult } from '../result.js';
import { type Cases, type Given, givenOf } from './given.js';

/** What a check saw in one case. */
export interface Seen<T> {
  readonly value: T;
  /** Present when the case is wrong. */
  readonly failure?: { readonly expected: string; readonly measured: string };
}

export interface Search<T> {
  /** One entry a case, the failing one included, shrunk ones left out. */
  readonly values: readonly T[];
  readonly cases: number;
  /** The failure as result fields; undefined when every case was right. */
  readonly failure?: Pick<CheckResult, 'outcome' | 'failure' | 'path' | 'threw'>;
}

class Wrong extends Error {}

/** A replay of a case that the check does not have: of the one who asks, not of the code under test. */
export class NoSuchCase extends RangeError {}

/** fast-check's path to a case: the number of the case, then of its shrunk values. */
export const CASE_PATH = /^\d{1,9}(?::\d{1,9})*$/;

/** A path far outside would be walked to, one case after another. */
function refuseOutside(path: string, cases: number): void {
  if (!CASE_PATH.test(path) || Number(path.split(':')[0]) >= cases)
    throw new NoSuchCase(`path must be numbers like 3:0:1, the first below ${cases}, got '${path}'`);
}

/** What the failure of a case says: the kind of failure must not change while it shrinks. */
type Failure = { readonly kind: 'wrong' | 'threw'; readonly expected: string; readonly measured: string };

/** How many random cases a check draws, given its own number. */
export function randomCases(own: number, { runs, effort }: CheckOptions): number {
  return runs ?? Math.max(1, Math.ceil(own * effort));
}

/** How many cases run: all pinned ones, then the random ones. */
function count<Case>(given: Given<Case>, runs: number): number {
  const total = (given.examples?.length ?? 0) + (given.exhaustive === true ? 0 : runs);
  if (total === 0) throw new RangeError('check: it has no case - give examples or random cases');
  return total;
}

/**
 * Runs `see` on the pinned and on random cases until one is wrong. An exception of `see` is a failure of its
 * own kind.
 * @param runs - random cases, besides the pinned ones
 */
export function search<Case, T>(
  name: string,
  source: Cases<Case>,
  runs: number,
  options: CheckOptions,
  see: (c: Case) => Seen<T>,
): Search<T> {
  const given = givenOf(source);
  const total = count(given, runs);
  if (options.path !== undefined) refuseOutside(options.path, total);
  const values: T[] = [];
  let cases = 0;
  let failure: Failure | undefined;
  const judge = (c: Case): Failure | undefined => {
    try {
      const seen = see(c);
      if (failure === undefined) {
        values.push(seen.value);
        cases++;
      }
      return seen.failure && { kind: 'wrong', ...seen.failure };
    } catch (error) {
      if (fc.PreconditionFailure.isFailure(error)) throw error;
      if (failure === undefined) cases++;
      const message = error instanceof Error ? error.message : String(error);
      return { kind: 'threw', expected: 'no exception', measured: message };
    }
  };
  const details = fc.check(
    fc.property(given.arbitrary, c => {
      // where the case of a path is right, fast-check goes on with its neighbours
      if (options.path !== undefined && cases === 1) return;
      const found = judge(c);
      if (found === undefined || (failure !== undefined && failure.kind !== found.kind)) return;
      failure = found;
      throw new Wrong(found.measured);
    }),
    {
      seed: stream(options.seed, 'cases', name).uint32() | 0,
      numRuns: total,
      examples: (given.examples ?? []).map((c): [Case] => [c]),
      // a distribution is what its generator says; degenerate cases are pinned, not hoped for
      unbiased: true,
      markInterruptAsFailure: true,
      verbose: 0,
      endOnFailure: options.quick || options.path !== undefined,
      ...(options.path !== undefined && { path: options.path }),
    },
  );
  if (options.path !== undefined && cases === 0)
    throw new NoSuchCase(`path must lead to a case of the check, got '${options.path}', where there is none`);
  if (!details.failed) return { values, cases };
  if (details.counterexample === null || failure === undefined) {
    const measured = `${details.numSkips} were skipped: let the generator draw only admissible ones`;
    return {
      values,
      cases,
      failure: { outcome: 'fail', failure: { case: 'none', expected: 'enough cases', measured } },
    };
  }
  const { kind, expected, measured } = failure;
  const show = given.show ?? fc.stringify;
  return {
    values,
    cases,
    failure: {
      outcome: 'fail',
      failure: { case: show(details.counterexample[0]), expected, measured },
      path: details.counterexamplePath,
      ...(kind === 'threw' && { threw: true }),
    },
  };
}
