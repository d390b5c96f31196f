/** @file Checks that go further where more effort is asked for: experiments that are too slow for every run. */
import type { Check, CheckOptions, Mutant } from '../src/claims/claim.js';
import type { CheckResult } from '../src/claims/result.js';

/** The effort of `--deep`. */
const DEEP = 4;

/** Negative controls that the deeper check must reject by itself, by name. */
export type Controls<Subject> = Readonly<Record<string, Mutant<Subject>>>;

/** The result of a deeper check that its own negative controls were put to. */
function controlled<Subject>(
  far: CheckResult,
  controls: Controls<Subject>,
  rejects: (subject: Mutant<Subject>) => boolean,
): CheckResult {
  const names = Object.keys(controls);
  if (far.outcome !== 'pass' || names.length === 0) return far;
  const missed = names.filter(name => !rejects(controls[name]!));
  const note = `with --deep ${names.length - missed.length} of ${names.length} negative controls rejected: ${names.join(', ')}`;
  if (missed.length === 0) return { ...far, note: far.note === undefined ? note : `${far.note}; ${note}` };
  const says = (name: string): string => `${name} (${controls[name]!.says})`;
  const failure = {
    case: far.says,
    expected: 'every negative control rejected',
    measured: `not rejected: ${missed.map(says).join(', ')}`,
  };
  return { ...far, outcome: 'fail', failure };
}

/**
 * `check`, followed in a deep run by the check that `more` makes, which lives as long as that run and then frees what it
 * holds. Negative controls, replays and a failure of `check` end with the former; the latter draws its own number of cases
 * and must reject `controls` by itself.
 */
export function deepened<Subject>(
  check: Check<Subject>,
  more: () => Check<Subject>,
  controls: Controls<Subject> = {},
): Check<Subject> {
  const says = `${check.says} (and with --deep: ${more().says})`;
  return {
    kind: check.kind,
    says,
    run(name, subject, options) {
      const near = check.run(name, subject, options);
      const ends = options.effort < DEEP || options.quick || options.path !== undefined;
      if (ends || near.outcome !== 'pass') return near;
      const { runs: _, ...rest } = options;
      const deeper = more();
      const run = (of: Subject, change: Partial<CheckOptions>): CheckResult =>
        deeper.run(name, of, { ...rest, effort: 1, ...change });
      const { path: __, ...far } = controlled(run(subject, {}), controls, ({ change }) => {
        const { outcome, threw } = run(change(subject), { quick: true });
        return outcome === 'fail' && threw !== true;
      });
      const worst = Math.max(near.worst ?? 0, far.worst ?? 0);
      // a path would lead into the cases of the first check
      return { ...near, ...far, kind: near.kind, says, cases: near.cases + far.cases, worst };
    },
  };
}
