/** @file Runs as rows: for spreadsheets, data frames and TensorBoard. */
import type { ExperimentResult, RunRecord } from '../../claims/experiment/model.js';
import { armLabel } from '../../claims/experiment/summary.js';

type Row = readonly (string | number | undefined)[];

const union = (all: readonly (readonly string[])[]): string[] => [...new Set(all.flat())];

const armKeys = ({ runs }: ExperimentResult): string[] => union(runs.map(run => Object.keys(run.arm)));

/** One row a run: its arm, seed, status and final metrics. */
export function runRows(result: ExperimentResult): Row[] {
  const keys = armKeys(result);
  const names = union(result.runs.map(run => Object.keys(run.numbers)));
  return [
    ['run', ...keys, 'seed', 'status', ...names],
    ...result.runs.map(({ id, arm, seed, status, numbers }) => [
      id,
      ...keys.map(key => arm[key]),
      seed,
      status,
      ...names.map(name => numbers[name]),
    ]),
  ];
}

/** Long form: one row for each value on the way, then the final metrics without a step. */
export function metricRows(result: ExperimentResult): Row[] {
  const keys = armKeys(result);
  const rows = result.runs.flatMap(({ id, arm, seed, curves, numbers }) => {
    const head = [id, ...keys.map(key => arm[key]), seed];
    return [
      ...Object.entries(curves).flatMap(([name, curve]) =>
        curve.map(([step, value]) => [...head, name, step, value]),
      ),
      ...Object.entries(numbers).map(([name, value]) => [...head, name, undefined, value]),
    ];
  });
  return [['run', ...keys, 'seed', 'quantity', 'step', 'value'], ...rows];
}

/**
 * The scalars of a run by the name of its folder for TensorBoard: values on the way, and final ones after the
 * last step.
 */
export function runScalars(run: RunRecord): {
  readonly folder: string;
  readonly scalars: readonly { tag: string; step: number; value: number }[];
} {
  const onTheWay = Object.entries(run.curves).flatMap(([tag, curve]) =>
    curve.map(([step, value]) => ({ tag, step: Math.round(step), value })),
  );
  const last = onTheWay.reduce((most, { step }) => Math.max(most, step), 0);
  const final = Object.entries(run.numbers).map(([name, value]) => ({
    tag: `final/${name}`,
    step: last,
    value,
  }));
  const words = armLabel(run.arm).replace(/[^A-Za-z0-9.+-]+/g, '-');
  return { folder: `${words}-seed-${run.seed}-${run.id}`, scalars: [...onTheWay, ...final] };
}
