/**
 * @file The folder of a run: what lies where, who may write to it, and whether it is the run that we mean.
 */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder, refuseOther, removeTemporaries, writeJson } from '../formats/atomic.js';
import { readText, sha256, unavailable } from '../formats/files.js';
import { InputError } from '../formats/input-error.js';
import { parseJson, show } from '../formats/json.js';
import { lockFolder } from '../formats/lock.js';
import { canonical } from './canonical.js';
import type { Surroundings } from './changed-source.js';
import { configDigest, configJson, parseConfig, type TrainConfig, type TrainEngine } from './config.js';
import { readOwn, writeOwn } from './own-files.js';
import type { TrainResult } from './result.js';
import { RUN_FILES } from './run-files.js';

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
  /**
   * Versions or packages were other than in the session before: in which way, and what they were from here
   * on.
   */
  readonly changed?: Surroundings & { readonly changes: readonly string[] };
}

export interface RunFolder {
  readonly config: string;
  readonly provenance: string;
  readonly metrics: string;
  readonly checkpoint: string;
  readonly result: string;
  /** To be called before anything is written: throws where the folder is no longer ours. */
  check(): void;
  /** Gives the folder back. */
  release(): void;
  /** Takes back what was written before the first checkpoint: the run never began. */
  discard(): void;
}

/** Whether the folder holds something that a run would go on from, or that it came to. */
const hasBegun = (at: (name: string) => string): boolean =>
  existsSync(at(RUN_FILES.checkpoint)) || existsSync(at(RUN_FILES.result));

/**
 * Takes the folder for a run of this configuration: a new or empty folder, one that holds the very same run,
 * or one of a run that ended before its first checkpoint, of which nothing is kept. Throws when another
 * process has it, when it cannot be written to, and when it holds anything else.
 */
export async function openRunFolder(folder: string, config: TrainConfig): Promise<RunFolder> {
  makeFolder('train', folder);
  const release = await lockFolder('train', folder);
  try {
    removeTemporaries(folder);
    const at = (name: string): string => join(folder, name);
    for (const name of Object.values(RUN_FILES)) refuseOther('train', at(name));
    const discard = (): void => {
      for (const name of ['metrics.jsonl', 'provenance.json', 'config.json'])
        rmSync(at(name), { force: true });
    };
    if (existsSync(at('config.json')) && !isSame(at('config.json'), config) && !hasBegun(at)) discard();
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
      check: release.check,
      release,
      discard: () => {
        release.check();
        discard();
      },
    };
  } catch (error) {
    release();
    throw unavailable('train', folder, error);
  }
}

const isSame = (path: string, config: TrainConfig): boolean =>
  configDigest(parseConfig(readJson(path), path)) === configDigest(config);

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

const RESULT = { what: 'train', kind: 'result' } as const;
const PROVENANCE = { what: 'train', kind: 'provenance' } as const;

export const readResult = ({ result }: Pick<RunFolder, 'result'>): TrainResult | undefined =>
  readOwn<TrainResult>(result, RESULT);

/** Where the run of this configuration in the folder comes from; undefined where it has not begun. */
export function readProvenance(
  { provenance, checkpoint }: Pick<RunFolder, 'provenance' | 'checkpoint'>,
  digest: string,
): Provenance | undefined {
  const there = readOwn<Provenance>(provenance, PROVENANCE);
  if (there === undefined && existsSync(checkpoint))
    throw new InputError(
      `train: ${provenance} must be there beside a checkpoint, got nothing - put it back, or choose another folder`,
    );
  if (there !== undefined) checkConfig(provenance, there.configDigest, digest);
  return there;
}

/** Refuses a file of another configuration's run. */
export function checkConfig(path: string, got: string, digest: string): void {
  if (got !== digest)
    throw new InputError(
      `train: ${path} must be of this configuration, got one of another (${got.slice(0, 12)} for ${digest.slice(0, 12)}) - ` +
        'put the right file back, or choose another folder',
    );
}

/** What of a provenance stays the same from session to session, as one digest: in checkpoint and result. */
export const originOf = ({
  configDigest: digest,
  codeDigest,
  engine,
  threads,
  data,
  measures,
}: Provenance): string =>
  sha256(canonical({ digest, codeDigest, engine, threads, data: data.digest, measures }));

/**
 * Refuses a file that was written by a run of another origin, and a provenance that leaves out what a
 * checkpoint knows.
 */
export function checkOrigin(
  path: string,
  written: { readonly origin: string; readonly verified: boolean },
  { provenance: where }: Pick<RunFolder, 'provenance'>,
  provenance: Provenance,
): void {
  const origin = originOf(provenance);
  if (written.origin !== origin)
    throw new InputError(
      `train: ${path} and ${where} must be of the same run, got ${written.origin.slice(0, 12)} and ${origin.slice(0, 12)} ` +
        '(of code, engine, threads, data and measures) - one is of another run: put the right one back, or choose another folder',
    );
  if (!written.verified && provenance.sessions.every(({ verified }) => verified))
    throw new InputError(
      `train: ${where} must name the unverified session that ${path} remembers, got ${provenance.sessions.length} verified ones - ` +
        'it is of another run: put the right one back, or choose another folder',
    );
}

/**
 * Writes down where a run comes from; of a resumed run, that it is the same code, data and engine as before.
 */
export function recordProvenance(run: RunFolder, now: Provenance): Provenance {
  const before = readProvenance(run, now.configDigest);
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
  run.check();
  writeOwn('train', run.provenance, provenance);
  return provenance;
}

/** Of data, only what they are counts, not where they lie. */
const digestOf = (value: Provenance['data'] | Provenance['measures'] | string | number): string =>
  typeof value === 'object' && 'digest' in value ? value.digest : show(value);
