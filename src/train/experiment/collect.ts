/** @file From the folders of the runs to the result of an experiment: also while some are missing. */
import { join } from 'node:path';
import { writeJson } from '../../formats/atomic.js';
import { InputError, UnavailableError } from '../../formats/input-error.js';
import { comparisons } from '../../theory/experiment/compare.js';
import type { ExperimentResult, RunRecord } from '../../theory/experiment/model.js';
import { summaries } from '../../theory/experiment/summary.js';
import type { Experiment } from './experiment.js';
import type { Shared } from './folder.js';
import type { PlannedRun } from './plan.js';
import { readRecord } from './records.js';

export interface CollectOptions {
  readonly experiment: Experiment;
  readonly shared: Shared;
  readonly plan: readonly PlannedRun[];
  readonly out: string;
  /** What was trained on, in words. */
  readonly data: string;
  readonly commit: string | null;
  readonly versions: Readonly<Record<string, string>>;
  readonly verified: boolean;
  /** Told of every run whose files are not as they were written; it counts as interrupted. */
  readonly onDamaged: (run: PlannedRun, message: string) => void;
}

/** Reads every run and writes result.json. */
export function collect(options: CollectOptions): ExperimentResult {
  const { experiment, plan, out, shared, data, commit, versions, verified } = options;
  const { setting, threads } = shared;
  const runs = plan.map(run => recordOf(run, options));
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
    comparisons: comparisons(runs, experiment.published?.(setting) ?? [], experiment.quantities),
    figures: experiment.figures(runs, setting),
    statements: experiment.statements.map(statement => {
      const { id, says, source } = statement;
      return { id, says, source, ...statement.judge(runs) };
    }),
    provenance: { commit, versions, threads, verified },
  };
  writeJson('experiment', join(out, 'result.json'), result);
  return result;
}

function recordOf(run: PlannedRun, { experiment, out, onDamaged }: CollectOptions): RunRecord {
  try {
    return readRecord(experiment, run, out);
  } catch (error) {
    if (!(error instanceof InputError || error instanceof UnavailableError)) throw error;
    onDamaged(run, error.message);
    const { id, arm, seed } = run;
    return { id, arm, seed, status: 'interrupted', numbers: {}, curves: {} };
  }
}
