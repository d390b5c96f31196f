/** @file Checks that go further where more effort is asked for: experiments that are too slow for every run. */
import type { Check } from '../../src/theory/claim.js';

/** The effort of `--deep`. */
const DEEP = 4;

/**
 * `check`, followed by `more` in a deep run. Negative controls, replays and a failure of `check` end with the former; the
 * latter draws its own number of cases.
 */
export function deepened<Subject>(check: Check<Subject>, more: Check<Subject>): Check<Subject> {
  const says = `${check.says} (and with --deep: ${more.says})`;
  return {
    kind: check.kind,
    says,
    run(name, subject, options) {
      const near = check.run(name, subject, options);
      const ends = options.effort < DEEP || options.quick || options.path !== undefined;
      if (ends || near.outcome !== 'pass') return near;
      const { runs: _, ...rest } = options;
      const { path: __, ...far } = more.run(name, subject, { ...rest, effort: 1 });
      const worst = Math.max(near.worst ?? 0, far.worst ?? 0);
      // a path would lead into the cases of the first check
      return { ...near, ...far, kind: near.kind, says, cases: near.cases + far.cases, worst };
    },
  };
}
