/** @file A check that a counterexample to a printed claim reproduces. */
import type { Check } from '../claim.js';
import type { Cases } from './given.js';
import { checkedScale, type Judged, runParts, summarise } from './parts.js';
import { ULPS, UNIT, VIOLATION } from './rounding.js';
import { brief, label } from './text.js';

export interface Violation {
  /** The value that the claim as printed promises (or its bound). */
  readonly claimed: number;
  /** The value that is. */
  readonly actual: number;
  /**
   * By how much the claim is violated, positive when it is: lower - upper of an inequality, |actual -
   * claimed| of an identity.
   */
  readonly by: number;
  /** Size of the terms that went into `by`: its round-off is about eps * scale. */
  readonly scale: number;
  readonly what?: string;
}

export interface ViolatesSpec<Case, Subject> {
  readonly says: string;
  /** Every case must violate the claim: `only([...])` for single counterexamples. */
  readonly given: Cases<Case>;
  /** The violation must exceed margin * 2^-52 * scale; `VIOLATION` by default. */
  readonly margin?: number;
  /** Random cases, 100 by default. */
  readonly runs?: number;
  measure(c: Case, subject: Subject): Violation | readonly Violation[];
}

function judge({ claimed, actual, by, scale, what }: Violation, margin: number): Judged {
  // a scale that is stated too small must not make rounding look like a violation
  const reference = Math.max(checkedScale(scale), Math.abs(claimed), Math.abs(actual));
  const needed = margin * UNIT * reference;
  const worst = needed / by;
  if (by > needed && Number.isFinite(reference)) return { worst, detects: by / reference };
  return {
    worst: Infinity,
    detects: Infinity,
    failure: {
      expected: `${label(what)}the claim (${claimed}) violated by more than ${brief(needed)}`,
      measured: `${actual}: violated by ${brief(by)}`,
    },
  };
}

/** A counterexample: the printed claim is violated in every case, far beyond rounding. */
export function violates<Case, Subject>(spec: ViolatesSpec<Case, Subject>): Check<Subject> {
  const margin = spec.margin ?? VIOLATION;
  if (!(margin >= ULPS.expression))
    throw new RangeError(
      `violates: margin must be at least ${ULPS.expression} ulps, got ${margin} - rounding is no counterexample`,
    );
  return {
    kind: 'violates',
    says: spec.says,
    run(name, subject, options) {
      const found = runParts(name, spec, spec.runs ?? 100, subject, options, part => judge(part, margin));
      const note = `smallest violation ${brief(found.detects)} of the scale, ${brief(1 / found.worst)} times the margin`;
      const { detects: _, ...summary } = summarise(found, '');
      return {
        name,
        says: spec.says,
        kind: 'violates',
        outcome: 'pass',
        demands: { ...found.demands, margin },
        ...(found.failure === undefined && { note }),
        ...summary,
      };
    },
  };
}
