/** @file From the folders of the runs to the result of an experiment: also while some are missing. */
import { join } from 'node:path';
import { comparisons } from '../../claims/experiment/compare.js';
import type {
  Comparison,
  ExperimentResult,
  JudgedStatement,
  RunRecord,
} from '../../claims/experiment/model.js';
import { summaries } from '../../claims/experiment/summary.js';
import { refuseOther } from '../../formats/atomic.js';
import { InputError, UnavailableError } from '../../formats/input-error.js';
import { writeOwn } from '../own-files.js';
import type { Experiment } from './experiment.js';
import type { Shared } from './folder.js';
import type { PlannedRun } from './plan.js';
import { type ReadRun, readRun } from './records.js';

export interface CollectOptions {
  readonly experiment: Experiment;
  readonly shared: Shared;
  readonly plan: readonly PlannedRun[];
  readonly out: string;
  /** What was trained on, in words. */
  readonly data: string;
  readonly commit: string | null;
  readonly versions: Readonly<Record<string, string>>;
  /** Whether verification was asked for; a run that began without it makes this false. */
  readonly verified: boolean;
  /** Told of every run whose files are not as they were written; it is left out. */
  readonly onDamaged: (run: PlannedRun, message: string) => void;
  /**
   * Told why result.json could not be written; the result comes back all the same. Without it that is an
   * error.
   */
  readonly onUnwritten?: (error: unknown) => void;
}

/** Reads every run and writes result.json. */
export function collect(options: CollectOptions): ExperimentResult {
  const { experiment, plan, out, shared, data, commit, versions, verified } = options;
  const { setting, engineWhy, threads } = shared;
  const read = plan.map(run => recordOf(run, options));
  const runs = read.map(({ record }) => record);
  const result: ExperimentResult = {
    schema: 1,
    name: experiment.name,
    source: experiment.source,
    says: experiment.says,
    setting: {
      scale: setting.scale,
      convention: setting.convention,
      seeds: setting.seeds,
      engine: setting.engine,
      data,
      generated: setting.data?.kind === 'generated',
    },
    quantities: experiment.quantities,
    runs,
    summaries: summaries(runs, Object.keys(experiment.quantities)),
    comparisons: compared(runs, options),
    figures: experiment.figures(runs, setting),
    statements: judgedStatements(runs, experiment),
    provenance: {
      commit,
      versions,
      engineWhy,
      threads,
      verified: verified && read.every(one => one.verified),
    },
  };
  refuseOther('experiment', join(out, 'result.json'));
  try {
    writeOwn('experiment', join(out, 'result.json'), result);
  } catch (error) {
    if (options.onUnwritten === undefined) throw error;
    options.onUnwritten(error);
  }
  return result;
}

/** What the runs say of each statement, and what those of the authors say. */
function judgedStatements(
  runs: readonly RunRecord[],
  { statements, publishedRuns }: Experiment,
): readonly JudgedStatement[] {
  const theirs = publishedRuns?.();
  return statements.map(({ id, says, source, judge }) => ({
    ...{ id, says, source, ...judge(runs) },
    ...(theirs && { published: { source: theirs.source, ...judge(theirs.runs) } }),
  }));
}

/**
 * Published values beside ours; where the setting does not allow that, with the reason and without a
 * judgement.
 */
function compared(runs: readonly RunRecord[], { experiment, shared }: CollectOptions): readonly Comparison[] {
  return (experiment.published?.(shared.setting) ?? []).flatMap(values =>
    comparisons(runs, [values], experiment.quantities).map(
      (comparison): Comparison =>
        values.notComparable === undefined
          ? comparison
          : { ...comparison, outcome: 'cannot-tell', why: `not comparable: ${values.notComparable}` },
    ),
  );
}

function recordOf(run: PlannedRun, { experiment, out, onDamaged }: CollectOptions): ReadRun {
  try {
    return readRun(experiment, run, out);
  } catch (error) {
    if (!(error instanceof InputError || error instanceof UnavailableError)) throw error;
    onDamaged(run, error.message);
    const { id, arm, seed } = run;
    const record = {
      id,
      arm,
      seed,
      status: 'damaged' as const,
      damage: error.message,
      numbers: {},
      curves: {},
    };
    return { record, verified: true };
  }
}
