/** @file `--dry-run`: what an experiment would do, and what it would cost here. */

import { runLabel } from '../../claims/experiment/summary.js';
import { columns } from '../../report/table.js';
import type { TrainConfig } from '../../train/config.js';
import { type Cost, costOf, LONGEST } from '../../train/experiment/cost.js';
import { squaredErrorAtMean } from '../../train/graphs.js';
import type { Choice } from './choose.js';
import { memoryOfRun } from './jobs.js';
import { type Kind, kindsOf, recordsOf } from './kinds.js';

/** Steps and validated records of a run, on the whole data set. */
function lengthOf(config: TrainConfig): { readonly steps: number; readonly validated: number } {
  const { records } = recordsOf(config);
  const kept = Math.round(records * config.validation.fraction);
  const perEpoch = Math.max(1, Math.floor((records - kept) / config.batchSize));
  const steps = 'steps' in config.length ? config.length.steps : config.length.epochs * perEpoch;
  const validations = Math.ceil(steps / (config.validation.every ?? perEpoch));
  return { steps, validated: validations * Math.min(kept, config.validation.limit ?? kept) };
}

/** Bytes of a line of metrics, about. */
const LINE = 250;

interface Row {
  readonly kind: Kind;
  readonly cost: Cost;
  readonly steps: number;
  readonly seconds: number;
  readonly bytes: number;
}

async function rowOf(kind: Kind, { shared, experiment }: Choice): Promise<Row> {
  const { config } = kind;
  const { setting, threads } = shared;
  const measures = { squaredErrorAtMean, ...experiment.measures?.(setting) };
  const cost = await costOf(config, recordsOf(config).shape, { engine: setting.engine, threads, measures });
  const { steps, validated } = lengthOf(config);
  return {
    kind,
    cost,
    steps,
    seconds: steps * cost.secondsPerStep + validated * cost.secondsPerValidated,
    bytes: cost.checkpoint + (steps / config.logEvery) * LINE,
  };
}

const gigabytes = (bytes: number): string =>
  bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;

/** Prints the plan; nothing is written. */
export async function dryRun(choice: Choice, jobs: number): Promise<void> {
  const { experiment, plan, shared, out, data } = choice;
  const { setting, threads } = shared;
  console.log(
    `${experiment.name}, scale ${setting.scale}, convention ${setting.convention}: ${plan.length} runs in ${out}`,
  );
  console.log(`data: ${data}; epochs are planned for the whole data set`);
  console.log(`engine: ${setting.engine} (${shared.engineWhy})`);
  const rows: Row[] = [];
  for (const kind of kindsOf(plan)) rows.push(await rowOf(kind, choice));
  if (rows.length > 0) {
    const head = [
      'objective',
      'runs',
      'steps each',
      'batch',
      'parameters',
      's/step',
      'hours each',
      'disk each',
    ];
    const body = rows.map(({ kind, cost, steps, seconds, bytes }) => [
      kind.config.objective.name,
      String(kind.runs.length),
      String(steps),
      String(kind.config.batchSize),
      String(cost.parameters),
      cost.secondsPerStep.toPrecision(3) +
        (cost.measuredBatches.length === 1 ? '' : ` (from batches of ${cost.measuredBatches.join(' and ')})`),
      (seconds / 3600).toPrecision(3),
      gigabytes(bytes),
    ]);
    console.log(`\n${columns([head, ...body]).join('\n')}`);
    const seconds = rows.reduce((sum, row) => sum + row.seconds * row.kind.runs.length, 0);
    const bytes = rows.reduce((sum, row) => sum + row.bytes * row.kind.runs.length, 0);
    console.log(
      `\nmeasured now on engine ${setting.engine} with ${threads} thread${threads === 1 ? '' : 's'} for a run, one run at a time: ` +
        `the median of ${rows[0]!.cost.steps} steps after one to warm up, validations with their measures likewise; what ` +
        `would take longer than ${LONGEST} s is extrapolated along the straight line through two smaller batches`,
    );
    console.log(
      `${(seconds / 3600).toPrecision(3)} hours of runs in all, ${(seconds / jobs / 3600).toPrecision(3)} with ${jobs} at once if they do not slow each other; ` +
        `${gigabytes(bytes)} of disk`,
    );
  }
  console.log(`\n${gigabytes(memoryOfRun(choice))} of memory for the largest run, estimated from its step`);
  const computed = plan.filter(({ job }) => job.kind === 'compute');
  if (computed.length > 0)
    console.log(`\n${computed.length} computed runs, whose cost is not known beforehand`);
  console.log(`\n${columns([['id', 'run'], ...plan.map(run => [run.id, runLabel(run)])]).join('\n')}`);
}
