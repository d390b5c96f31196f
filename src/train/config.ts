/** @file The configuration of a training run, read from JSON of unknown origin. */
import type { ObjectiveSpec } from '../core/objectives/list.js';
import { readText, sha256 } from '../formats/files.js';
import { parseJson } from '../formats/json.js';
import { canonical } from './canonical.js';
import {
  belowOne,
  countUpTo,
  Fields,
  MOST_THREADS,
  nonNegative,
  oneOf,
  place,
  positive,
  positiveInteger,
  wholeNumber,
} from './fields.js';
import { type NetConfig, readNet } from './net-config.js';
import { readObjective } from './objective-reader.js';

export type DataConfig =
  | {
      readonly kind: 'cifar10' | 'cifar100' | 'mnist';
      /** Where the files are; the caller of `train` may give a default. */
      readonly folder?: string;
      /** Use only so many records, from the start. */
      readonly limit?: number;
    }
  /** Made-up images: to try things out where there is no data set. */
  | { readonly kind: 'generated'; readonly count: number; readonly size: number };

export type OptimiserConfig =
  | { readonly name: 'sgd'; readonly rate: number }
  | {
      readonly name: 'adam';
      readonly rate: number;
      readonly beta1: number;
      readonly beta2: number;
      readonly epsilon: number;
    };

interface ValidationConfig {
  /** Share of the records that is kept for validation. */
  readonly fraction: number;
  /** Evaluate at most so many of them. */
  readonly limit?: number;
  /** Steps between evaluations; once an epoch when not said. */
  readonly every?: number;
}

export const TRAIN_ENGINES = ['onnx-cpu', 'webgpu', 'cuda', 'tfjs-cpu', 'tfjs-node-gpu', 'float64'] as const;
export type TrainEngine = (typeof TRAIN_ENGINES)[number];

/** `auto` is the fastest that the machine has, measured when a run begins; the run keeps it. */
export const ENGINE_CHOICES = ['auto', ...TRAIN_ENGINES] as const;
export type EngineChoice = (typeof ENGINE_CHOICES)[number];

export interface TrainConfig {
  readonly objective: ObjectiveSpec;
  readonly net: NetConfig;
  readonly data: DataConfig;
  readonly optimiser: OptimiserConfig;
  readonly batchSize: number;
  /** How long: passes over the training records (of whole batches each), or steps. */
  readonly length: { readonly epochs: number } | { readonly steps: number };
  readonly seed: number;
  readonly validation: ValidationConfig;
  /** Steps between checkpoints. */
  readonly checkpointEvery: number;
  /** Steps between lines of metrics. */
  readonly logEvery: number;
  /** Threads of one operator; all cores when not said. Another number gives other bits. */
  readonly threads?: number;
  readonly engine: EngineChoice;
}

/** Reads a configuration file. */
export const readConfig = (path: string): TrainConfig =>
  parseConfig(parseJson(readText('train', path, 1 << 20), `train: ${path}`), path);

/** Checks a configuration; `file` names it in errors. */
export function parseConfig(value: unknown, file: string): TrainConfig {
  const fields = new Fields(value, { command: 'train', file });
  const objective = readObjective(fields.within('objective'));
  const threads = fields.maybe('threads', countUpTo(MOST_THREADS, 'more would only wait for each other'));
  return fields.end({
    objective,
    net: readNet(fields.within('net'), objective),
    data: readData(fields.within('data')),
    optimiser: readOptimiser(fields.within('optimiser')),
    batchSize: fields.get('batchSize', positiveInteger),
    length: readLength(fields),
    seed: fields.get('seed', wholeNumber, 0),
    validation: readValidation(fields.within('validation', true)),
    checkpointEvery: fields.get('checkpointEvery', positiveInteger, 500),
    logEvery: fields.get('logEvery', positiveInteger, 10),
    ...(threads !== undefined && { threads }),
    engine: fields.get('engine', oneOf(...ENGINE_CHOICES), 'onnx-cpu'),
  });
}

export function readData(fields: Fields): DataConfig {
  const kind = fields.get('kind', oneOf('cifar10', 'cifar100', 'mnist', 'generated'));
  if (kind === 'generated')
    return fields.end({
      kind,
      count: fields.get('count', countUpTo(1e7, 'their order is held in memory'), 2000),
      size: fields.get('size', countUpTo(4096, 'an image is held in memory as a whole'), 32),
    });
  const folder = fields.maybe('folder', place);
  const limit = fields.maybe('limit', positiveInteger);
  return fields.end({ kind, ...(folder !== undefined && { folder }), ...(limit !== undefined && { limit }) });
}

function readOptimiser(fields: Fields): OptimiserConfig {
  const name = fields.get('name', oneOf('adam', 'sgd'));
  const rate = fields.get('rate', positive);
  if (name === 'sgd') return fields.end({ name, rate });
  return fields.end({
    name,
    rate,
    beta1: fields.get('beta1', belowOne, 0.9),
    beta2: fields.get('beta2', belowOne, 0.999),
    epsilon: fields.get('epsilon', nonNegative, 1e-8),
  });
}

/** Ten to the tenth. */
const MOST_STEPS = 1e10;

function readLength(fields: Fields): TrainConfig['length'] {
  const least = 'at a millisecond a step, four months';
  const epochs = fields.maybe('epochs', countUpTo(MOST_STEPS, least));
  const steps = fields.maybe('steps', countUpTo(MOST_STEPS, least));
  if (epochs !== undefined && steps === undefined) return { epochs };
  if (steps !== undefined && epochs === undefined) return { steps };
  return fields.fail('epochs', `or steps must be given, got ${epochs === undefined ? 'neither' : 'both'}`);
}

function readValidation(fields: Fields): ValidationConfig {
  const limit = fields.maybe('limit', positiveInteger);
  const every = fields.maybe('every', positiveInteger);
  return fields.end({
    fraction: fields.get('fraction', belowOne, 0.1),
    ...(limit !== undefined && { limit }),
    ...(every !== undefined && { every }),
  });
}

/**
 * What two runs must share to be the same run: all of the configuration but where its data lie on this
 * machine.
 */
export function configDigest(config: TrainConfig): string {
  const { folder: _, ...data } = { folder: '', ...config.data };
  return sha256(canonical({ ...config, data }));
}

/** A configuration as the JSON that `parseConfig` reads. */
export function configJson({ length, ...rest }: TrainConfig): unknown {
  return { ...rest, ...length };
}
