/** @file The folder of a run: what lies where, who may write to it, and whether it is the run that we mean. */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder, removeTemporaries, writeJson } from '../formats/atomic.js';
import { readText } from '../formats/files.js';
import { InputError } from '../formats/input-error.js';
import { parseJson, show } from '../formats/json.js';
import { lockFolder } from '../formats/lock.js';
import type { Surroundings } from './changed-source.js';
import {
  configDigest,
  configJson,
  parseConfig,
  TRAIN_ENGINES,
  type TrainConfig,
  type TrainEngine,
} from './config.js';
import type { TrainResult } from './result.js';

/** What computed a run, beside its configuration. */
export interface Provenance {
  readonly schema: 1;
  readonly configDigest: string;
  readonly engine: TrainEngine;
  /** Of a run whose configuration says `auto`: why this one. */
  readonly engineWhy?: string;
  readonly threads: number;
  readonly data: { readonly name: string; readonly digest: string; readonly generated: boolean };
  /** Names of the quantities measured in validation. */
  readonly measures: readonly string[];
  readonly codeDigest: string;
  readonly commit: string | null;
  readonly versions: Readonly<Record<string, string>>;
  /** Hashes of the packages that take part. */
  readonly integrity?: Readonly<Record<string, string>>;
  /** Each time the run was started or resumed. */
  readonly sessions: readonly Session[];
}

interface Session {
  readonly started: string;
  /** Steps done before. */
  readonly step: number;
  /** Whether the claims behind the objective had passed for this code, or the check was waived. */
  readonly verified: boolean;
  /** Versions or packages were other than in the session before: in which way, and what they were from here on. */
  readonly changed?: Surroundings & { readonly changes: readonly string[] };
}

export interface RunFolder {
  readonly config: string;
  readonly provenance: string;
  readonly metrics: string;
  readonly checkpoint: string;
  readonly result: string;
  /** Gives the folder back. */
  release(): void;
  /** Takes back what was written before the first checkpoint: the run never began. */
  discard(): void;
}

/**
 * Takes the folder for a run of this configuration: a new or empty folder, or one that holds the very same run.
 * Throws when another process has it, when it cannot be written to, and when it holds anything else.
 */
export async function openRunFolder(folder: string, config: TrainConfig): Promise<RunFolder> {
  makeFolder('train', folder);
  const release = await lockFolder('train', folder);
  try {
    removeTemporaries(folder);
    const at = (name: string): string => join(folder, name);
    if (existsSync(at('config.json'))) checkSame(folder, at('config.json'), config);
    else {
      const other = readdirSync(folder).find(name => !name.startsWith('.'));
      if (other !== undefined)
        throw new InputError(
          `train: the output folder must be new, empty or of this run, got ${folder} with ${show(other)} in it - choose another`,
        );
      writeJson('train', at('config.json'), configJson(config));
    }
    return {
      config: at('config.json'),
      provenance: at('provenance.json'),
      metrics: at('metrics.jsonl'),
      checkpoint: at('checkpoint.safetensors'),
      result: at('result.json'),
      release,
      discard: () => {
        for (const name of ['metrics.jsonl', 'provenance.json', 'config.json'])
          rmSync(at(name), { force: true });
      },
    };
  } catch (error) {
    release();
    throw error;
  }
}

function checkSame(folder: string, path: string, config: TrainConfig): void {
  const there = parseConfig(readJson(path), path);
  if (configDigest(there) === configDigest(config)) return;
  const [before, now] = [flatten(configJson(there)), flatten(configJson(config))];
  const keys = [...new Set([...before.keys(), ...now.keys()])].filter(
    key => key !== 'data.folder' && before.get(key) !== now.get(key),
  );
  const differences = keys.map(
    key => `${key} ${before.get(key) ?? 'nothing'} there, ${now.get(key) ?? 'nothing'} now`,
  );
  throw new InputError(
    `train: the output folder must be new, empty or of this run, got a run of another configuration in ${folder} ` +
      `(${differences.join('; ')}) - choose another folder, or the old configuration to go on`,
  );
}

/** Leaves of a JSON value by their path, as text. */
function flatten(value: unknown, path = '', into = new Map<string, string>()): Map<string, string> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    for (const [key, inner] of Object.entries(value))
      flatten(inner, path === '' ? key : `${path}.${key}`, into);
  else into.set(path, show(value));
  return into;
}

const readJson = (path: string): unknown => parseJson(readText('train', path, 16 << 20), `train: ${path}`);

/** A file that this program wrote, or undefined when it is not there yet. */
function readOwn<T extends { readonly schema: 1 }>(path: string): T | undefined {
  if (!existsSync(path)) return undefined;
  const value = readJson(path) as Partial<T> | null;
  if (value?.schema === 1) return value as T;
  throw new InputError(
    `train: ${path} must have schema 1, got ${show(value?.schema)} - it was changed; choose another folder`,
  );
}

export const readResult = ({ result }: Pick<RunFolder, 'result'>): TrainResult | undefined =>
  readOwn<TrainResult>(result);

export function readProvenance({ provenance }: RunFolder): Provenance | undefined {
  const there = readOwn<Provenance>(provenance);
  if (there !== undefined && !TRAIN_ENGINES.includes(there.engine))
    throw new InputError(
      `train: engine must be one of ${TRAIN_ENGINES.join(', ')}, got ${show(there.engine)} (${provenance}) - ` +
        'it was changed; choose another folder',
    );
  return there;
}

/** Writes down where a run comes from; of a resumed run, that it is the same code, data and engine as before. */
export function recordProvenance(run: RunFolder, now: Provenance): Provenance {
  const before = readProvenance(run);
  const provenance =
    before === undefined ? now : { ...before, sessions: [...before.sessions, ...now.sessions] };
  for (const key of ['codeDigest', 'engine', 'threads', 'data', 'measures'] as const) {
    const [then, today] = [digestOf(provenance[key]), digestOf(now[key])];
    if (then !== today)
      throw new InputError(
        `train: a run must be resumed with the ${key} it began with, got ${today} instead of ${then} ` +
          `(${run.provenance}) - choose another folder to start anew`,
      );
  }
  writeJson('train', run.provenance, provenance);
  return provenance;
}

/** Of data, only what they are counts, not where they lie. */
const digestOf = (value: Provenance['data'] | Provenance['measures'] | string | number): string =>
  typeof value === 'object' && 'digest' in value ? value.digest : show(value);
