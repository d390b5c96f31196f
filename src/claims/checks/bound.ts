/** @file A check that an inequality holds up to rounding. */
import type { Check } from '../claim.js';
import { checkedUlps } from './equals.js';
import type { Cases } from './given.js';
import { checkedScale, type Judged, runParts, summarise } from './parts.js';
import { ULPS, UNIT } from './rounding.js';
import { brief, label } from './text.js';

export interface Inequality {
  readonly lower: number;
  readonly upper: number;
  /** Size of the terms that went into both sides, where they cancel; the larger side by default. */
  readonly scale?: number;
  readonly what?: string;
}

export interface BoundSpec<Case, Subject> {
  readonly says: string;
  readonly given: Cases<Case>;
  /** lower may exceed upper by ulps * 2^-52 * scale; `ULPS.expression` by default. */
  readonly ulps?: number;
  /** Random cases, 100 by default. */
  readonly runs?: number;
  measure(c: Case, subject: Subject): Inequality | readonly Inequality[];
}

function judge({ lower, upper, scale, what }: Inequality, ulps: number): Judged {
  const reference = scale === undefined ? Math.max(finite(lower), finite(upper)) : checkedScale(scale);
  const tolerance = ulps * UNIT * reference;
  const excess = lower === upper ? 0 : lower - upper;
  const worst = excess <= 0 ? 0 : excess / tolerance;
  // the slack of this case, plus what rounding is allowed
  const detects = reference === 0 ? Infinity : Math.max(0, -excess) / reference + ulps * UNIT;
  if (excess <= tolerance) return { worst, detects };
  return {
    worst,
    detects,
    failure: {
      expected: `${label(what)}${lower} <= ${upper} (up to ${brief(tolerance)})`,
      measured: `lower exceeds upper by ${brief(excess)}`,
    },
  };
}

const finite = (x: number): number => (Number.isFinite(x) ? Math.abs(x) : 0);

/** Above this a bound is nowhere near tight, and the report says so. */
const LOOSE = 0.1;

/**
 * lower <= upper up to rounding, in every case. The report gives the tightest slack: a bound that no case
 * comes near is hardly tested, and a note says so.
 */
export function bound<Case, Subject>(spec: BoundSpec<Case, Subject>): Check<Subject> {
  const ulps = checkedUlps('bound', spec.ulps ?? ULPS.expression);
  return {
    kind: 'bound',
    says: spec.says,
    run(name, subject, options) {
      const found = runParts(name, spec, spec.runs ?? 100, subject, options, part => judge(part, ulps));
      const slack = found.detects - ulps * UNIT;
      return {
        name,
        says: spec.says,
        kind: 'bound',
        outcome: 'pass',
        demands: { ...found.demands, ulps },
        ...(found.failure === undefined && Number.isFinite(slack) && { slack }),
        ...(found.failure === undefined &&
          !(slack <= LOOSE) && { note: `nowhere near tight: slack at least ${brief(slack)} of the scale` }),
        ...summarise(found, 'the scale of the bound, in all cases'),
      };
    },
  };
}
