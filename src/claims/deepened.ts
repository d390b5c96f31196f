/**
 * @file Checks that go further where more effort is asked for: what is too slow or too large for every run.
 */
import type { Check, CheckOptions, Mutant } from './claim.js';
import type { CheckResult, Demands } from './result.js';

/** The effort of `--deep`. */
export const DEEP = 4;

/** Negative controls that the deeper check must reject by itself, by name. */
export type Controls<Subject> = Readonly<Record<string, Mutant<Subject>>>;

export interface Deepening<Subject> {
  /** Put to the deeper check, whatever the mutants of the claim are put to. */
  readonly controls?: Controls<Subject>;
  /** The deeper check takes gigabytes of memory: few such claims run at a time. */
  readonly large?: true;
  /** The deeper check takes the place of the other one, for mutants too, and runs once. */
  readonly instead?: true;
}

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
 * What two checks demand that are one after the other: the cases of both, and what the second is strict
 * about.
 */
const both = (near: Demands, far: Demands): Demands => ({
  ...near,
  ...far,
  runs: (near.runs ?? 0) + (far.runs ?? 0),
  pinned: (near.pinned ?? 0) + (far.pinned ?? 0),
});

/** Runs `more`, once whatever the effort, in a deep run; `check` in any other. */
function replaced<Subject>(check: Check<Subject>, more: () => Check<Subject>): Check<Subject> {
  const { kind, says: deeper } = more();
  const says = `${check.says}; with --deep: ${deeper}`;
  return {
    kind,
    says,
    run(name, subject, options) {
      if (options.effort < DEEP) return { ...check.run(name, subject, options), says };
      return { ...more().run(name, subject, { ...options, effort: 1, runs: 1 }), says };
    },
  };
}

/**
 * `check`, followed in a deep run by the check that `more` makes, which lives as long as that run and then
 * frees what it holds. Negative controls, replays and a failure of `check` end with the former; the latter
 * draws its own number of cases and must reject its `controls` by itself. With `instead` the deeper check is
 * run alone.
 */
export function deepened<Subject>(
  check: Check<Subject>,
  more: () => Check<Subject>,
  { controls = {}, large, instead }: Deepening<Subject> = {},
): Check<Subject> {
  const hint = large === true && { large };
  if (instead === true) return { ...replaced(check, more), ...hint };
  const says = `${check.says} (and with --deep: ${more().says})`;
  return {
    kind: check.kind,
    says,
    ...hint,
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
      const cases = near.cases + far.cases;
      // a path would lead into the cases of the first check
      return {
        ...near,
        ...far,
        kind: near.kind,
        says,
        cases,
        worst,
        demands: both(near.demands, far.demands),
      };
    },
  };
}
