/** @file The steps of a run from a given one on: metrics, validation, checkpoints, and the end. */

import { fill, stream } from '../claims/random.js';
import { noiseShape } from '../core/objectives/objective.js';
import { sizeOf } from '../engine/graph/shapes.js';
import { InputError } from '../formats/input-error.js';
import { paramsDigest, writeCheckpoint } from './checkpoint.js';
import type { TrainConfig } from './config.js';
import type { TrainingData } from './data.js';
import { carriedShapes } from './graphs.js';
import { MetricsFile, type MetricsLine, type Written } from './metrics.js';
import type { Model } from './model.js';
import { writeOwn } from './own-files.js';
import { Summary, type TrainResult } from './result.js';
import type { RunFolder } from './run-folder.js';
import type { Batch, Numbers, Runner } from './runner.js';

/** How far a run is. */
export interface Progress {
  readonly step: number;
  readonly steps: number;
  readonly epoch: number;
  readonly epochs: number;
  readonly loss: number;
  /** Mean over this session, validation and checkpoints included. */
  readonly secondsPerStep: number;
  /** Of this step alone: the engine's work and the making of the next batch beside it. */
  readonly stepSeconds: number;
}

export interface StepsOptions {
  readonly config: TrainConfig;
  readonly digest: string;
  readonly data: TrainingData;
  readonly model: Model;
  readonly run: RunFolder;
  readonly runner: Runner;
  readonly verified: boolean;
  readonly origin: string;
  readonly from: { readonly step: number; readonly metrics: Written };
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

/** Runs from the given step to the end, or until the signal says stop. */
export async function runSteps(options: StepsOptions): Promise<TrainResult> {
  const { config, data, run, runner, from, signal, onProgress } = options;
  const { stepsPerEpoch } = data;
  const steps = 'steps' in config.length ? config.length.steps : config.length.epochs * stepsPerEpoch;
  const validateEvery = config.validation.every ?? stepsPerEpoch;
  const summary = new Summary();
  run.check();
  const metrics = MetricsFile.open(run.metrics, from.metrics, line => summary.add(line));
  const log = (line: MetricsLine): void => {
    run.check();
    metrics.append(line);
    summary.add(line);
  };
  const began = performance.now();
  try {
    let step = from.step;
    let saved = from.step;
    let batch = trainingBatch(options, step);
    const save = (): void => {
      if (saved !== step) checkpoint(options, step, metrics);
      saved = step;
    };
    while (step < steps && !signal?.aborted) {
      const stepBegan = performance.now();
      const running = runner.step(batch, config.optimiser.rate);
      // the engine computes on other threads: the next batch is made meanwhile
      const [numbers, next] = await Promise.all([
        running,
        Promise.resolve().then(() => trainingBatch(options, step + 1)),
      ]);
      const stepSeconds = (performance.now() - stepBegan) / 1000;
      batch = next;
      step++;
      const epoch = Math.ceil(step / stepsPerEpoch);
      checkFinite(numbers, step);
      if (step % config.logEvery === 0 || step === steps) log({ kind: 'step', step, epoch, numbers });
      if (data.counts.validation > 0 && (step % validateEvery === 0 || step === steps)) {
        const validated = await validate(options);
        checkFinite(validated, step);
        log({
          kind: 'validation',
          step,
          epoch,
          records: data.counts.validation,
          numbers: validated,
        });
      }
      if (step % config.checkpointEvery === 0) save();
      const secondsPerStep = (performance.now() - began) / 1000 / (step - from.step);
      const epochs = Math.ceil(steps / stepsPerEpoch);
      onProgress?.({ step, steps, epoch, epochs, loss: numbers.loss!, secondsPerStep, stepSeconds });
    }
    save();
    const result = resultOf(options, step, steps, { summary, metrics: metrics.sync() });
    if (result.status === 'complete') {
      run.check();
      writeOwn('train', run.result, result);
    }
    return result;
  } finally {
    metrics.close();
  }
}

/** Noise follows from the seed and the step alone, so that a resumed run draws the same. */
function noiseFor(
  { config, model }: StepsOptions,
  records: number,
  ...labels: readonly (string | number)[]
): Partial<Batch> {
  if (!model.objective.usesNoise) return {};
  const count = records * sizeOf(noiseShape(model.objective, model.net));
  return { noise: fill(new Float32Array(count), 'normal', stream(config.seed, ...labels)) };
}

function trainingBatch(options: StepsOptions, step: number): Batch {
  return { x: options.data.training(step), ...noiseFor(options, options.config.batchSize, 'noise', step) };
}

/** Means over all validation records, the last, smaller batch included. The noise is the same each time. */
async function validate(options: StepsOptions): Promise<Numbers> {
  const { config, data, runner } = options;
  const total = data.counts.validation;
  const means: Numbers = {};
  for (let start = 0; start < total; start += config.batchSize) {
    const count = Math.min(config.batchSize, total - start);
    const noise = noiseFor(options, count, 'validation-noise', start);
    const numbers = await runner.evaluate({ x: data.validation(start, count), ...noise });
    for (const [name, value] of Object.entries(numbers))
      means[name] = (means[name] ?? 0) + (value * count) / total;
  }
  return means;
}

function checkFinite(numbers: Numbers, step: number): void {
  for (const [name, value] of Object.entries(numbers))
    if (!Number.isFinite(value))
      throw new InputError(
        `train: ${name} must stay finite, got ${value} at step ${step} - lower optimiser.rate, or look at the last lines of metrics.jsonl`,
      );
}

/** Metrics first: a checkpoint never counts on lines that may still be lost. */
function checkpoint(options: StepsOptions, step: number, metrics: MetricsFile): void {
  const { run, digest, origin, verified, runner, model } = options;
  const content = { step, metrics: metrics.sync(), configDigest: digest, origin, verified };
  run.check();
  writeCheckpoint(run.checkpoint, { ...content, carried: runner.carried() }, carriedShapes(model));
}

function resultOf(
  { config, digest, data, runner, verified, origin }: StepsOptions,
  step: number,
  steps: number,
  { summary, metrics }: { readonly summary: Summary; readonly metrics: Written },
): TrainResult {
  return {
    schema: 1,
    status: step === steps ? 'complete' : 'interrupted',
    objective: config.objective.name,
    step,
    steps,
    epochs: Math.ceil(step / data.stepsPerEpoch),
    ...summary.numbers,
    data: { kind: config.data.kind, digest: data.images.digest, generated: data.generated, ...data.counts },
    configDigest: digest,
    origin,
    metrics,
    paramsDigest: paramsDigest(runner.carried()),
    verified,
  };
}
