/**
 * @file Doing a training run of an experiment: the training itself, then what is measured once of the trained
 * network.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Arm } from '../../claims/experiment/model.js';
import { removeTemporaries } from '../../formats/atomic.js';
import { sha256File } from '../../formats/files.js';
import { InputError } from '../../formats/input-error.js';
import { lockFolder } from '../../formats/lock.js';
import { checkLast, paramsDigest, readCheckpoint } from '../checkpoint.js';
import { configDigest, type TrainConfig } from '../config.js';
import { openData } from '../data.js';
import { carriedShapes, evaluatedShapes } from '../graphs.js';
import { modelOf } from '../model.js';
import { readOwn, writeOwn } from '../own-files.js';
import type { TrainResult } from '../result.js';
import { RUN_FILES } from '../run-files.js';
import type { Numbers } from '../runner.js';
import { type TrainOptions, train } from '../train.js';
import type { Experiment, Setting, Trained } from './experiment.js';
import { writeImages } from './images.js';
import { StepTimes } from './timing.js';

export interface TrainRunOptions {
  readonly folder: string;
  readonly dataFolder: string | undefined;
  readonly threads: number;
  readonly certificate: TrainOptions['certificate'];
  readonly source: TrainOptions['source'];
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number) => void;
  readonly onNote: (note: string) => void;
}

/** Does what is left of a run, and whether it came to its end. */
export async function trainRun(
  experiment: Experiment,
  setting: Setting,
  { arm, config: planned }: { readonly arm: Arm; readonly config: TrainConfig },
  options: TrainRunOptions,
): Promise<'complete' | 'interrupted'> {
  const { folder, dataFolder, threads, certificate, source, signal, onProgress, onNote } = options;
  const config: TrainConfig = { ...planned, threads };
  const times = new StepTimes();
  const result = await train(config, {
    folder,
    ...(dataFolder !== undefined && { dataFolder }),
    certificate,
    source,
    ...(experiment.measures && { measures: experiment.measures(setting) }),
    signal,
    onProgress: ({ step, steps, stepSeconds }) => {
      times.add(stepSeconds);
      onProgress(step, steps);
    },
    onNote,
  });
  times.write(join(folder, RUN_FILES.timing), configDigest(config));
  if (result.status === 'interrupted' || signal.aborted) return 'interrupted';
  await measureOnce(experiment, setting, { arm, config, result }, options);
  return 'complete';
}

async function measureOnce(
  experiment: Experiment,
  setting: Setting,
  { arm, config, result }: { readonly arm: Arm; readonly config: TrainConfig; readonly result: TrainResult },
  { folder, dataFolder, threads }: TrainRunOptions,
): Promise<void> {
  const { engine } = setting;
  const final = join(folder, RUN_FILES.final);
  const release = await lockFolder('experiment', folder);
  try {
    if (existsSync(final)) {
      const there = readOwn<Final>(final, { what: 'experiment', kind: 'final' });
      if (there !== undefined) checkFinal(final, there, result);
      return;
    }
    removeTemporaries(folder);
    const trained = openTrained(config, { folder, dataFolder, engine, threads }, result);
    const numbers = (await experiment.measureTrained?.(trained, setting)) ?? {};
    const from = experiment.samplesFrom?.(arm);
    const images = join(folder, RUN_FILES.images);
    release.check();
    if (from !== undefined) await writeImages(images, trained, from);
    const drawn = from === undefined ? {} : { images: await sha256File('experiment', images) };
    release.check();
    const { configDigest: digest, paramsDigest: params } = result;
    writeOwn('experiment', final, {
      schema: 1,
      configDigest: digest,
      paramsDigest: params,
      numbers,
      ...drawn,
    });
  } finally {
    release();
  }
}

/** final.json: what was measured once of the trained network. */
export interface Final {
  readonly schema: 1;
  readonly configDigest: string;
  readonly paramsDigest: string;
  readonly numbers: Numbers;
  /** SHA-256 of the images, where there are some. */
  readonly images?: string;
}

/** Refuses final.json of another run than result.json. */
export function checkFinal(path: string, final: Final, result: TrainResult): void {
  if (final.configDigest !== result.configDigest || final.paramsDigest !== result.paramsDigest)
    throw new InputError(
      `experiment: ${path} must be of the network that the result is of, with SHA-256 ${result.paramsDigest}, got ` +
        `${final.paramsDigest} - it is of another run: put the right file back, or delete the run's folder to do it again`,
    );
}

/** The network of a run's last checkpoint; of the run of that result, where one is given. */
export function openTrained(
  config: TrainConfig,
  {
    folder,
    dataFolder,
    engine,
    threads,
  }: Pick<TrainRunOptions, 'folder' | 'dataFolder' | 'threads'> & Pick<Setting, 'engine'>,
  result?: TrainResult,
): Trained {
  const data = openData(config, dataFolder);
  const model = modelOf(config, data.images.shape);
  const path = join(folder, RUN_FILES.checkpoint);
  const checkpoint = readCheckpoint(path, configDigest(config), carriedShapes(model));
  if (checkpoint === undefined)
    throw new InputError(
      `experiment: ${path} must be there when a run is done, got nothing - delete the run's folder to do it again`,
    );
  if (result !== undefined) checkLast(path, paramsDigest(checkpoint.carried), result);
  const names = Object.keys(evaluatedShapes(model));
  const network = Object.fromEntries(names.map(name => [name, checkpoint.carried[name]!]));
  return { config, model, network, data, engine, threads };
}
