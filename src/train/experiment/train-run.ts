/** @file Doing a training run of an experiment: the training itself, then what is measured once of the trained network. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Arm } from '../../claims/experiment/model.js';
import { removeTemporaries, writeJson } from '../../formats/atomic.js';
import { InputError } from '../../formats/input-error.js';
import { lockFolder } from '../../formats/lock.js';
import { readCheckpoint } from '../checkpoint.js';
import { configDigest, type TrainConfig } from '../config.js';
import { openData } from '../data.js';
import { carriedShapes, evaluatedShapes } from '../graphs.js';
import { modelOf } from '../model.js';
import { type TrainOptions, train } from '../train.js';
import type { Experiment, Setting, Trained } from './experiment.js';
import { writeImages } from './images.js';
import { RUN_FILES } from './status.js';
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
  const { status } = await train(config, {
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
  times.write(join(folder, RUN_FILES.timing));
  if (status === 'interrupted' || signal.aborted) return 'interrupted';
  await measureOnce(experiment, setting, { arm, config }, options);
  return 'complete';
}

async function measureOnce(
  experiment: Experiment,
  setting: Setting,
  { arm, config }: { readonly arm: Arm; readonly config: TrainConfig },
  { folder, dataFolder, threads }: TrainRunOptions,
): Promise<void> {
  const { engine } = setting;
  const final = join(folder, RUN_FILES.final);
  const release = await lockFolder('experiment', folder);
  try {
    if (existsSync(final)) return;
    removeTemporaries(folder);
    const trained = openTrained(config, { folder, dataFolder, engine, threads });
    const numbers = (await experiment.measureTrained?.(trained, setting)) ?? {};
    const from = experiment.samplesFrom?.(arm);
    if (from !== undefined) await writeImages(join(folder, RUN_FILES.images), trained, from);
    writeJson('experiment', final, { schema: 1, numbers });
  } finally {
    release();
  }
}

/** The network of a run's last checkpoint. */
export function openTrained(
  config: TrainConfig,
  {
    folder,
    dataFolder,
    engine,
    threads,
  }: Pick<TrainRunOptions, 'folder' | 'dataFolder' | 'threads'> & Pick<Setting, 'engine'>,
): Trained {
  const data = openData(config, dataFolder);
  const model = modelOf(config, data.images.shape);
  const path = join(folder, RUN_FILES.checkpoint);
  const checkpoint = readCheckpoint(path, configDigest(config), carriedShapes(model));
  if (checkpoint === undefined)
    throw new InputError(
      `experiment: ${path} must be there when a run is done, got nothing - delete the run's folder to do it again`,
    );
  const names = Object.keys(evaluatedShapes(model));
  const network = Object.fromEntries(names.map(name => [name, checkpoint.carried[name]!]));
  return { config, model, network, data, engine, threads };
}
