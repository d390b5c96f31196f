/** @file One training run: started, or taken up where it stopped, by the same call. */
import { availableParallelism } from 'node:os';
import { fill, stream } from '../claims/random.js';
import { noiseShape } from '../core/objectives/objective.js';
import { sizeOf } from '../engine/graph/shapes.js';
import { InputError } from '../formats/input-error.js';
import { type Requirement, requireCertificate } from './certificate.js';
import { changedSince, changesText, type Surroundings } from './changed-source.js';
import { checkLast, paramsDigest, readCheckpoint } from './checkpoint.js';
import { configDigest, type TrainConfig } from './config.js';
import { CONFORMANCE_RECORDS, checkConformance } from './conformance.js';
import { openData, type TrainingData } from './data.js';
import { engineOfRun } from './engine-choice.js';
import { firstCarried } from './first.js';
import { checkFits } from './fits.js';
import { carriedShapes, type Measures, squaredErrorAtMean } from './graphs.js';
import { type Progress, runSteps } from './loop.js';
import { NO_METRICS, readFinished } from './metrics.js';
import { type Model, modelOf } from './model.js';
import { openRunner } from './open-runner.js';
import type { TrainResult } from './result.js';
import {
  checkConfig,
  checkOrigin,
  openRunFolder,
  originOf,
  type Provenance,
  type RunFolder,
  readProvenance,
  readResult,
  recordProvenance,
} from './run-folder.js';
import type { Batch } from './runner.js';

export interface TrainOptions {
  /** The output folder. */
  readonly folder: string;
  /** Where the data files are, when the configuration does not say. */
  readonly dataFolder?: string;
  /** What must have passed before this objective may train. */
  readonly certificate: Requirement | 'unverified';
  /** What computes: goes into the provenance, and a run is only resumed by the code that began it. */
  readonly source: {
    readonly codeDigest: string;
    readonly commit: string | null;
    readonly versions: Readonly<Record<string, string>>;
    /** Hashes of the packages that take part. */
    readonly integrity?: Readonly<Record<string, string>>;
  };
  /** Quantities to report in validation, beside loss and terms and the squared error at the mean code. */
  readonly measures?: Measures;
  /** Abort it to stop after the current step, with a checkpoint. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  /** Told in a sentence what a person should know: made-up data, a resumed run. */
  readonly onNote?: (note: string) => void;
}

/**
 * Trains to the end, or to where `signal` says, and returns what came of it. A run that was stopped at any
 * moment, be it by `kill -9`, is taken up by the same call and ends with the same bits, given the same number
 * of threads. Throws `UnavailableError` (no certificate, no data, no engine, folder not writable or in use)
 * and `InputError`.
 */
export async function train(config: TrainConfig, options: TrainOptions): Promise<TrainResult> {
  const verified = options.certificate !== 'unverified';
  if (options.certificate !== 'unverified') requireCertificate(config.objective.name, options.certificate);
  const data = openData(config, options.dataFolder);
  const model = modelOf(config, data.images.shape);
  checkFits(config, model);
  const run = await openRunFolder(options.folder, config);
  try {
    const finished = readResult(run);
    if (finished !== undefined) {
      checkFinished(finished, run, configDigest(config), model);
      options.onNote?.(`the run in ${options.folder} is complete already`);
      return finished;
    }
    return await goOn(config, options, { data, model, run, verified });
  } finally {
    run.release();
  }
}

/** Refuses a finished run one of whose files is not as it was written, or is another run's. */
function checkFinished(result: TrainResult, run: RunFolder, digest: string, model: Model): void {
  checkConfig(run.result, result.configDigest, digest);
  const provenance = readProvenance(run, digest);
  if (provenance === undefined) throw lacks(run.provenance);
  checkOrigin(run.result, result, run, provenance);
  for (const _ of readFinished(run.metrics, result.metrics, 'train'));
  const checkpoint = readCheckpoint(run.checkpoint, digest, carriedShapes(model));
  if (checkpoint === undefined) throw lacks(run.checkpoint);
  checkLast(run.checkpoint, paramsDigest(checkpoint.carried), result);
}

const lacks = (path: string): InputError =>
  new InputError(
    `train: ${path} must be there when a run is done, got nothing - put it back, or choose another folder`,
  );

/** A slice of the first training batch. */
function firstRecords(model: Model, data: TrainingData, config: TrainConfig, count: number): Batch {
  const whole = data.training(0);
  const x = whole.subarray(0, (whole.length / config.batchSize) * count);
  if (!model.objective.usesNoise) return { x };
  const random = stream(config.seed, 'conformance-noise');
  return {
    x,
    noise: fill(new Float32Array(count * sizeOf(noiseShape(model.objective, model.net))), 'normal', random),
  };
}

/** What fails before a run has begun leaves nothing behind, so that the folder is free for another engine. */
async function orDiscard<T>(run: RunFolder, begun: boolean, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!begun) run.discard();
    throw error;
  }
}

/** What the last session computed with. */
const lastSource = (before: Provenance | undefined): Surroundings | undefined =>
  before?.sessions.findLast(session => session.changed !== undefined)?.changed ?? before;

const around = ({ versions, integrity }: Surroundings): Surroundings => ({
  versions,
  ...(integrity !== undefined && { integrity }),
});

interface Parts {
  readonly data: TrainingData;
  readonly model: Model;
  readonly run: RunFolder;
  readonly verified: boolean;
}

async function goOn(
  config: TrainConfig,
  options: TrainOptions,
  { data, model, run, verified }: Parts,
): Promise<TrainResult> {
  const { source, onNote } = options;
  const digest = configDigest(config);
  const before = readProvenance(run, digest);
  const chosen = await orDiscard(run, before !== undefined, engineOfRun(config.engine, before));
  const { engine } = chosen;
  const dtype = engine === 'float64' ? 'F64' : 'F32';
  const checkpoint = readCheckpoint(run.checkpoint, digest, carriedShapes(model), dtype);
  if (checkpoint !== undefined && before !== undefined) checkOrigin(run.checkpoint, checkpoint, run, before);
  const threads = config.threads ?? before?.threads ?? availableParallelism();
  const measures: Measures = { squaredErrorAtMean, ...options.measures };
  const changes = checkpoint === undefined ? [] : changedSince(lastSource(before), source);
  const provenance = recordProvenance(run, {
    schema: 1,
    configDigest: digest,
    ...chosen,
    threads,
    data: { name: data.images.name, digest: data.images.digest, generated: data.generated },
    measures: Object.keys(measures),
    ...source,
    sessions: [
      {
        started: new Date().toISOString(),
        step: checkpoint?.step ?? 0,
        verified,
        ...(changes.length > 0 && { changed: { changes, ...around(source) } }),
      },
    ],
  });
  onNote?.(`data: ${data.images.name}`);
  if (chosen.engineWhy !== undefined) onNote?.(`engine ${engine}, the fastest: ${chosen.engineWhy}`);
  if (!verified) onNote?.(`UNVERIFIED: the claims behind '${config.objective.name}' were not asked for`);
  if (checkpoint !== undefined) onNote?.(`resumed at step ${checkpoint.step} on ${threads} threads`);

  if (changes.length > 0)
    onNote?.(`resumed with ${changesText(changes)}: compared with float64 again, and later bits may differ`);

  const start = checkpoint?.carried ?? firstCarried(model, config.seed);
  const { batchSize } = config;
  if (checkpoint === undefined || changes.length > 0) {
    const count = Math.min(CONFORMANCE_RECORDS, batchSize);
    const records = firstRecords(model, data, config, count);
    const compared = checkConformance(model, start, records, { engine, batchSize: count, threads, measures });
    const { found } = await orDiscard(run, checkpoint !== undefined, compared);
    onNote?.(
      `engine ${engine} agrees with float64 on the first records: loss to ${found.loss.toExponential(1)}, gradient to ${found.gradient.toExponential(1)}`,
    );
  }
  const opened = openRunner(model, start, { engine, batchSize, threads, measures });
  const runner = await orDiscard(run, checkpoint !== undefined, opened);
  try {
    return await runSteps({
      config,
      digest,
      data,
      model,
      run,
      runner,
      verified: provenance.sessions.every(session => session.verified),
      origin: originOf(provenance),
      from: { step: checkpoint?.step ?? 0, metrics: checkpoint?.metrics ?? NO_METRICS },
      ...(options.signal && { signal: options.signal }),
      ...(options.onProgress && { onProgress: options.onProgress }),
    });
  } finally {
    await runner.close();
  }
}
