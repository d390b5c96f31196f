/** @file One training run: started, or taken up where it stopped, by the same call. */
import { availableParallelism } from 'node:os';
import { fill, stream } from '../claims/random.js';
import { type Requirement, requireCertificate } from './certificate.js';
import { changedSince, changesText, type Surroundings } from './changed-source.js';
import { readCheckpoint } from './checkpoint.js';
import { configDigest, type TrainConfig } from './config.js';
import { CONFORMANCE_RECORDS, checkConformance } from './conformance.js';
import { openData, type TrainingData } from './data.js';
import { engineOfRun } from './engine-choice.js';
import { firstCarried } from './first.js';
import { carriedShapes, type Measures, squaredErrorAtMean } from './graphs.js';
import { type Progress, runSteps } from './loop.js';
import { type Model, modelOf } from './model.js';
import { openRunner } from './open-runner.js';
import type { TrainResult } from './result.js';
import {
  openRunFolder,
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
 * Trains to the end, or to where `signal` says, and returns what came of it. A run that was stopped at any moment, be
 * it by `kill -9`, is taken up by the same call and ends with the same bits, given the same number of threads.
 * Throws `UnavailableError` (no certificate, no data, no engine, folder not writable or in use) and `InputError`.
 */
export async function train(config: TrainConfig, options: TrainOptions): Promise<TrainResult> {
  const verified = options.certificate !== 'unverified';
  if (options.certificate !== 'unverified') requireCertificate(config.objective.name, options.certificate);
  const data = openData(config, options.dataFolder);
  const model = modelOf(config, data.images.shape);
  const run = await openRunFolder(options.folder, config);
  try {
    const finished = readResult(run);
    if (finished !== undefined) {
      options.onNote?.(`the run in ${options.folder} is complete already`);
      return finished;
    }
    return await goOn(config, options, { data, model, run, verified });
  } finally {
    run.release();
  }
}

/** A slice of the first training batch. */
function firstRecords(model: Model, data: TrainingData, config: TrainConfig, count: number): Batch {
  const whole = data.training(0);
  const x = whole.subarray(0, (whole.length / config.batchSize) * count);
  if (!model.objective.usesNoise) return { x };
  const random = stream(config.seed, 'conformance-noise');
  return { x, noise: fill(new Float32Array(count * model.net.latent), 'normal', random) };
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
  const before = readProvenance(run);
  const chosen = await engineOfRun(config.engine, before).catch(error => {
    if (before === undefined) run.discard(); // so that the folder is free for another engine
    throw error;
  });
  const { engine } = chosen;
  const dtype = engine === 'float64' ? 'F64' : 'F32';
  const checkpoint = readCheckpoint(run.checkpoint, digest, carriedShapes(model), dtype);
  const threads = config.threads ?? before?.threads ?? availableParallelism();
  const measures: Measures = { squaredErrorAtMean, ...options.measures };
  const changes = checkpoint === undefined ? [] : changedSince(lastSource(before), source);
  const { sessions } = recordProvenance(run, {
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
    const batchOf = Math.min(CONFORMANCE_RECORDS, batchSize);
    const { found } = await checkConformance(model, start, firstRecords(model, data, config, batchOf), {
      engine,
      batchSize: batchOf,
      threads,
      measures,
    }).catch(error => {
      if (checkpoint === undefined) run.discard();
      throw error;
    });
    onNote?.(
      `engine ${engine} agrees with float64 on the first records: loss to ${found.loss.toExponential(1)}, gradient to ${found.gradient.toExponential(1)}`,
    );
  }
  const runner = await openRunner(model, start, { engine, batchSize, threads, measures }).catch(error => {
    if (checkpoint === undefined) run.discard();
    throw error;
  });
  try {
    return await runSteps({
      config,
      digest,
      data,
      model,
      run,
      runner,
      verified: sessions.every(session => session.verified),
      from: { step: checkpoint?.step ?? 0, metricsBytes: checkpoint?.metricsBytes ?? 0 },
      ...(options.signal && { signal: options.signal }),
      ...(options.onProgress && { onProgress: options.onProgress }),
    });
  } finally {
    await runner.close();
  }
}
