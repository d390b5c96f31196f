/** @file Where the cases of a check come from. */
import fc from 'fast-check';
import type { Demands } from '../result.js';

export interface Given<Case> {
  readonly arbitrary: fc.Arbitrary<Case>;
  /**
   * Pinned cases that always run, first: degenerate ones above all (g = 0, d = 1, an eigenvector direction).
   */
  readonly examples?: readonly Case[];
  /** Readable text of a case; fast-check's own otherwise. */
  readonly show?: (c: Case) => string;
  /** Only the examples run. */
  readonly exhaustive?: true;
}

/** Generated cases alone, or with pinned ones and a text. */
export type Cases<Case> = Given<Case> | fc.Arbitrary<Case>;

export const givenOf = <Case>(cases: Cases<Case>): Given<Case> =>
  'arbitrary' in cases ? cases : { arbitrary: cases };

/** How many cases a check demands: random ones and pinned ones. */
export function casesDemanded<Case>(cases: Cases<Case>, runs: number): Pick<Demands, 'runs' | 'pinned'> {
  const { examples, exhaustive } = givenOf(cases);
  return { runs: exhaustive ? 0 : runs, pinned: examples?.length ?? 0 };
}

/** Just these cases and no random ones: a counterexample, or a finite claim checked to the end. */
export function only<Case>(cases: readonly [Case, ...Case[]], show?: (c: Case) => string): Given<Case> {
  return {
    arbitrary: fc.constantFrom(...cases),
    examples: cases,
    exhaustive: true,
    ...(show !== undefined && { show }),
  };
}
