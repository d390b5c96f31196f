/** @file A check that two values agree to rounding. */
import type { Check } from '../claim.js';
import type { Vector } from '../order/case.js';
import { entries, maxAbs } from '../order/vector.js';
import type { Cases } from './given.js';
import { checkedScale, type Judged, runParts, summarise } from './parts.js';
import { ULPS, UNIT } from './rounding.js';
import { brief, label, text } from './text.js';

export interface Equality {
  readonly actual: Vector;
  readonly expected: Vector;
  /** Size of the terms that went into the values, where they cancel; largest entry of both by default. */
  readonly scale?: number;
  /** Name of this pair in a failure report. */
  readonly what?: string;
}

export interface EqualsSpec<Case, Subject> {
  readonly says: string;
  readonly given: Cases<Case>;
  /** The tolerance is ulps * 2^-52 * scale, entry by entry; `ULPS.expression` by default. */
  readonly ulps?: number;
  /** Random cases, 100 by default. */
  readonly runs?: number;
  measure(c: Case, subject: Subject): Equality | readonly Equality[];
}

/** The ulps of a check, refused where they could accept anything. */
export function checkedUlps(kind: string, ulps: number): number {
  if (!(ulps > 0 && ulps * UNIT < 0.01))
    throw new RangeError(
      `${kind}: ulps must be positive and below 1 % of the scale, got ${ulps} - use \`within\` for tolerances`,
    );
  return ulps;
}

/**
 * Judges one equality, entry by entry, against ulps * 2^-52 * scale. What is not finite is never equal.
 * `detects` is the relative error in the expected value that would have been seen (in the scale where 0 is
 * expected).
 */
export function judgeEquality({ actual, expected, scale, what }: Equality, ulps: number): Judged {
  const [a, e] = [entries(actual), entries(expected)];
  const size = maxAbs(e);
  const reference = scale === undefined ? Math.max(maxAbs(a), size) : checkedScale(scale);
  const tolerance = ulps * UNIT * reference;
  let error = a.length === e.length ? 0 : Infinity;
  let at = 0;
  for (let i = 0; i < a.length && error !== Infinity; i++) {
    const difference = Math.abs(a[i]! - e[i]!);
    if (difference <= error) continue;
    at = i;
    error = Number.isFinite(difference) ? difference : Infinity;
  }
  // where 0 is found for 0 any other value would have been refused; where there is no entry, none
  const seen = reference === 0 ? ulps * UNIT : (tolerance + error) / (size || reference);
  const detects = e.length === 0 ? Infinity : seen;
  const worst = error === 0 ? 0 : error / tolerance;
  if (error <= tolerance) return { worst, detects };
  const place = e.length > 1 && a.length === e.length ? `, entry ${at}: ${a[at]} for ${e[at]}` : '';
  return {
    worst,
    detects,
    failure: {
      expected: `${label(what)}${text(expected)} +- ${brief(tolerance)}`,
      measured: `${text(actual)}${place} (off by ${brief(error)}, ${brief(worst)} times the tolerance)`,
    },
  };
}

/**
 * Values agree to rounding: |actual - expected| <= ulps * 2^-52 * scale for every entry. It fails where no
 * case could have told the expected value from another of its size.
 */
export function equals<Case, Subject>(spec: EqualsSpec<Case, Subject>): Check<Subject> {
  const ulps = checkedUlps('equals', spec.ulps ?? ULPS.expression);
  return {
    kind: 'equals',
    says: spec.says,
    run(name, subject, options) {
      const found = runParts(name, spec, spec.runs ?? 100, subject, options, part =>
        judgeEquality(part, ulps),
      );
      const vacuous = found.failure === undefined && !(found.detects < 1);
      return {
        name,
        says: spec.says,
        kind: 'equals',
        outcome: vacuous ? 'fail' : 'pass',
        demands: { ...found.demands, ulps },
        ...summarise(found, 'the expected value (the scale where it is 0), in all cases'),
        ...(vacuous && { note: 'vacuous: the tolerance is as large as the expected values in every case' }),
      };
    },
  };
}
