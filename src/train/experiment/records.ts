/** @file What the folder of a run says: its status, its final metrics and its curves. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Curve, RunRecord } from '../../claims/experiment/model.js';
import { refuseOther } from '../../formats/atomic.js';
import { readBytes, readText, sha256 } from '../../formats/files.js';
import { InputError } from '../../formats/input-error.js';
import { parseJson } from '../../formats/json.js';
import { configDigest, parseConfig, type TrainConfig } from '../config.js';
import { readFinished } from '../metrics.js';
import { readOwn } from '../own-files.js';
import type { TrainResult } from '../result.js';
import { RUN_FILES } from '../run-files.js';
import { checkConfig, checkOrigin, readProvenance, readResult } from '../run-folder.js';
import type { Numbers } from '../runner.js';
import { checkComputedConfig, computedDigest, readComputed, readComputedProvenance } from './computed.js';
import type { Experiment } from './experiment.js';
import { runFolder } from './folder.js';
import type { PlannedRun } from './plan.js';
import { statusOf } from './status.js';
import { Thinned } from './thinned.js';
import { readTiming } from './timing.js';
import { checkFinal, type Final } from './train-run.js';

export interface ReadRun {
  readonly record: RunRecord;
  /** False for a complete training run that began or went on without verification. */
  readonly verified: boolean;
}

/** Bytes of a run's images, at most: room for a thousand small ones. */
export const MOST_IMAGE_BYTES = 64 * 2 ** 20;

/**
 * A run in an experiment's folder; an `InputError` names the file that is not as it was written, or is
 * another run's.
 */
export function readRun(experiment: Experiment, run: PlannedRun, out: string): ReadRun {
  const { id, arm, seed, job } = run;
  const folder = runFolder(out, id);
  const status = statusOf(folder, run);
  const record = { id, arm, seed, status };
  if (status !== 'complete') return { record: { ...record, numbers: {}, curves: {} }, verified: true };
  for (const name of Object.values(RUN_FILES)) refuseOther('experiment', join(folder, name));
  if (job.kind === 'compute') {
    const digest = computedDigest(run, job.inputs);
    checkComputedConfig(join(folder, RUN_FILES.config), digest);
    readComputedProvenance(join(folder, RUN_FILES.provenance), digest);
    const result = readComputed(join(folder, RUN_FILES.result), digest);
    if (result === undefined) throw lacks(join(folder, RUN_FILES.result));
    const { numbers, curves } = result;
    return { record: { ...record, numbers, curves }, verified: true };
  }
  const result = readTrained(job.config, folder);
  return {
    record: { ...record, ...trainedNumbers(experiment, run, folder, result) },
    verified: result.verified,
  };
}

const TODO = "delete the run's folder to do it again";

const lacks = (path: string): InputError =>
  new InputError(`experiment: ${path} must be there when a run is done, got nothing - ${TODO}`);

/** The result of a training run, of the planned configuration and of the same run as what lies beside it. */
function readTrained(planned: TrainConfig, folder: string): TrainResult {
  const at = (name: keyof typeof RUN_FILES): string => join(folder, RUN_FILES[name]);
  const text = readText('experiment', at('config'), 1 << 24);
  const config = parseConfig(parseJson(text, `experiment: ${at('config')}`), at('config'));
  checkConfig(at('config'), digestWithoutThreads(config), digestWithoutThreads(planned));
  const digest = configDigest(config);
  const result = readResult({ result: at('result') });
  if (result === undefined) throw lacks(at('result'));
  checkConfig(at('result'), result.configDigest, digest);
  const files = { provenance: at('provenance'), checkpoint: at('checkpoint') };
  const provenance = readProvenance(files, digest);
  if (provenance === undefined) throw lacks(at('provenance'));
  checkOrigin(at('result'), result, files, provenance);
  return result;
}

const digestWithoutThreads = ({ threads: _, ...config }: TrainConfig): string => configDigest(config);

type Measured = Pick<RunRecord, 'numbers' | 'curves'>;

function trainedNumbers(
  experiment: Experiment,
  { arm }: PlannedRun,
  folder: string,
  result: TrainResult,
): Measured {
  const derive = experiment.derive ?? withoutPrefixes;
  const path = join(folder, RUN_FILES.final);
  const final = readOwn<Final>(path, { what: 'experiment', kind: 'final', todo: TODO });
  if (final === undefined) throw lacks(path);
  checkFinal(path, final, result);
  checkImages(join(folder, RUN_FILES.images), final);
  const timing = readTiming(join(folder, RUN_FILES.timing), result.configDigest);
  const curves = new Map<string, Thinned>();
  const add = (name: string, step: number, value: number): void => {
    const curve = curves.get(name) ?? new Thinned();
    curves.set(name, curve);
    curve.add(step, value);
  };
  const losses = new Thinned();
  for (const line of readFinished(join(folder, RUN_FILES.metrics), result.metrics, 'experiment'))
    if (line.kind === 'step') losses.add(line.step, line.numbers.loss!);
    else for (const [name, value] of Object.entries(derive(line.numbers, arm))) add(name, line.step, value);
  const numbers: Numbers = {
    ...derive({ ...result.validation?.numbers, ...final.numbers }, arm),
    ...(timing && { secondsPerStep: timing.secondsPerStep }),
  };
  const all = [...curves].map(([name, thinned]): [string, Curve] => [name, thinned.curve]);
  return {
    numbers,
    curves: { ...Object.fromEntries(all), ...(losses.curve.length > 0 && { trainingLoss: losses.curve }) },
  };
}

/** Images are shown as they are: they must be those that were drawn. */
function checkImages(path: string, { images }: Final): void {
  const there = existsSync(path)
    ? sha256(readBytes('experiment', path, { atMost: MOST_IMAGE_BYTES }))
    : undefined;
  if (there !== images)
    throw new InputError(
      `experiment: ${path} must have SHA-256 ${images ?? 'none: no images were drawn'}, got ${there ?? 'no file'} - it was changed; ${TODO}`,
    );
}

const withoutPrefixes = (numbers: Numbers): Numbers =>
  Object.fromEntries(
    Object.entries(numbers).map(([name, value]) => [name.replace(/^(term|measure)\./, ''), value]),
  );
