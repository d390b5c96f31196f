/** @file What the folder of a run says: its status, its final metrics and its curves. */
import { join } from 'node:path';
import type { Curve, RunRecord } from '../../claims/experiment/model.js';
import { readText } from '../../formats/files.js';
import { InputError } from '../../formats/input-error.js';
import { isObject, parseJson, show } from '../../formats/json.js';
import { type MetricsLine, readMetrics } from '../metrics.js';
import type { Numbers } from '../runner.js';
import type { Experiment } from './experiment.js';
import { runFolder } from './folder.js';
import type { PlannedRun } from './plan.js';
import { RUN_FILES, statusOf } from './status.js';
import { readTiming } from './timing.js';

export interface ReadRun {
  readonly record: RunRecord;
  /** False for a complete training run that began or went on without verification. */
  readonly verified: boolean;
}

/** A run in an experiment's folder; an `InputError` names the file that is not as it was written. */
export function readRun(experiment: Experiment, run: PlannedRun, out: string): ReadRun {
  const { id, arm, seed, job } = run;
  const folder = runFolder(out, id);
  const status = statusOf(folder, run);
  const record = { id, arm, seed, status };
  if (status !== 'complete') return { record: { ...record, numbers: {}, curves: {} }, verified: true };
  if (job.kind === 'compute') return { record: { ...record, ...computedNumbers(folder) }, verified: true };
  const { verified } = readJson(join(folder, RUN_FILES.result));
  return { record: { ...record, ...trainedNumbers(experiment, run, folder) }, verified: verified === true };
}

type Measured = Pick<RunRecord, 'numbers' | 'curves'>;

const refuse = (path: string, rule: string, got: unknown): never => {
  throw new InputError(
    `experiment: ${path} must ${rule}, got ${show(got)} - it is damaged; delete the run's folder to do it again`,
  );
};

const isNumbers = (value: unknown): value is Numbers =>
  isObject(value) && Object.values(value).every(x => typeof x === 'number');

const isCurve = (value: unknown): value is Curve =>
  Array.isArray(value) &&
  value.every(point => Array.isArray(point) && point.length === 2 && point.every(x => typeof x === 'number'));

function readJson(path: string): Readonly<Record<string, unknown>> {
  const value = parseJson(readText('experiment', path, 1 << 26), `experiment: ${path}`);
  return isObject(value) && value.schema === 1 ? value : refuse(path, 'be an object of schema 1', value);
}

function computedNumbers(folder: string): Measured {
  const path = join(folder, RUN_FILES.result);
  const { numbers, curves } = readJson(path);
  if (!isNumbers(numbers)) return refuse(path, 'hold numbers by name', numbers);
  if (!isObject(curves) || !Object.values(curves).every(isCurve))
    return refuse(path, 'hold curves [[x, y], ...] by name', curves);
  return { numbers, curves: curves as Readonly<Record<string, Curve>> };
}

function trainedNumbers(experiment: Experiment, { arm }: PlannedRun, folder: string): Measured {
  const derive = experiment.derive ?? withoutPrefixes;
  const final = join(folder, RUN_FILES.final);
  const { numbers: once } = readJson(final);
  if (!isNumbers(once)) return refuse(final, 'hold numbers by name', once);
  const path = join(folder, RUN_FILES.metrics);
  const lines = readMetrics(path);
  const validations = lines.filter(line => line.kind === 'validation');
  const last = validations.at(-1);
  if (!lines.every(isLine)) return refuse(path, 'hold lines with a step and numbers', 'others');
  const timing = readTiming(join(folder, RUN_FILES.timing));
  const numbers: Numbers = {
    ...derive({ ...last?.numbers, ...once }, arm),
    ...(timing && { secondsPerStep: timing.secondsPerStep }),
  };
  const curves: Record<string, [number, number][]> = {};
  const add = (name: string, step: number, value: number): void => {
    curves[name] ??= [];
    curves[name].push([step, value]);
  };
  for (const line of validations)
    for (const [name, value] of Object.entries(derive(line.numbers, arm))) add(name, line.step, value);
  for (const line of lines) if (line.kind === 'step') add('trainingLoss', line.step, line.numbers.loss!);
  return { numbers, curves };
}

const isLine = ({ step, numbers }: MetricsLine): boolean => typeof step === 'number' && isNumbers(numbers);

const withoutPrefixes = (numbers: Numbers): Numbers =>
  Object.fromEntries(
    Object.entries(numbers).map(([name, value]) => [name.replace(/^(term|measure)\./, ''), value]),
  );
