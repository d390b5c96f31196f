/**
 * @file A check that a value is within a stated relative tolerance of a predicted one: asymptotic constants
 * without a ladder.
 */
import type { Check } from '../claim.js';
import type { Vector } from '../order/case.js';
import { entries, norm } from '../order/vector.js';
import type { Cases } from './given.js';
import { type Judged, runParts, summarise } from './parts.js';
import { brief, label, text } from './text.js';

export interface Prediction {
  readonly actual: Vector;
  readonly expected: Vector;
  /**
   * Absolute error of `actual` that is known to be there (rounding, quadrature); must stay below the
   * tolerance.
   */
  readonly noise?: number;
  readonly what?: string;
}

export interface WithinSpec<Case, Subject> {
  readonly says: string;
  readonly given: Cases<Case>;
  /** Largest |actual - expected| / |expected|, in the 2-norm; below 1. Say in `says` where it comes from. */
  readonly tolerance: number;
  /** Random cases, 50 by default. */
  readonly runs?: number;
  measure(c: Case, subject: Subject): Prediction | readonly Prediction[];
}

function judge({ actual, expected, noise = 0, what }: Prediction, tolerance: number): Judged {
  const [a, e] = [entries(actual), entries(expected)];
  const size = norm(e);
  const wrong = (measured: string): Judged => ({
    worst: Infinity,
    detects: Infinity,
    failure: { expected: `${label(what)}${text(expected)} within ${brief(100 * tolerance)} %`, measured },
  });
  if (a.length !== e.length) return wrong(`${text(actual)}: ${a.length} entries for ${e.length}`);
  if (!(size > 0 && Number.isFinite(size)))
    return wrong('vacuous: a relative tolerance of nothing - state a prediction that is not 0');
  if (!(noise >= 0 && noise < tolerance * size))
    return wrong(
      `vacuous: the known error ${brief(noise)} is no smaller than the tolerance ${brief(tolerance * size)}`,
    );
  const error = norm(Float64Array.from(a, (x, i) => x - e[i]!)) / size;
  if (!(error <= tolerance)) return wrong(`${text(actual)}: off by ${brief(100 * error)} %`);
  return { worst: error / tolerance, detects: tolerance + error };
}

/** |actual - expected| <= tolerance * |expected| in the 2-norm, in every case; a prediction of 0 fails. */
export function within<Case, Subject>(spec: WithinSpec<Case, Subject>): Check<Subject> {
  const { tolerance } = spec;
  if (!(tolerance > 0 && tolerance < 1))
    throw new RangeError(
      `within: tolerance must be in (0, 1), got ${tolerance} - a larger one accepts 0 for anything`,
    );
  return {
    kind: 'within',
    says: spec.says,
    run(name, subject, options) {
      const found = runParts(name, spec, spec.runs ?? 50, subject, options, part => judge(part, tolerance));
      return {
        name,
        says: spec.says,
        kind: 'within',
        outcome: 'pass',
        demands: { ...found.demands, tolerance },
        ...summarise(found, 'the predicted value, in all cases'),
      };
    },
  };
}
