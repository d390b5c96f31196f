/** @file The output folder of an experiment: which experiment it is of, and where its runs lie. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder, refuseOther, writeJsonOnce } from '../../formats/atomic.js';
import { listFolder } from '../../formats/files.js';
import { InputError } from '../../formats/input-error.js';
import { show } from '../../formats/json.js';
import { readData, TRAIN_ENGINES, type TrainEngine } from '../config.js';
import { Fields, oneOf, positiveInteger, seedList, text } from '../fields.js';
import { readOwn, sealed } from '../own-files.js';
import { CONVENTIONS, SCALES, type Setting } from './experiment.js';

/** What all runs of a folder share. */
export interface Shared {
  readonly name: string;
  readonly setting: Setting;
  /** Why they run on that engine, for people. */
  readonly engineWhy: string;
  /** Threads of one run: another number would give other bits. */
  readonly threads: number;
  /** SHA-256 of the images; undefined where the experiment makes its own data. */
  readonly dataDigest: string | undefined;
}

/** experiment.json: a flat list, so that a difference can be named. */
function recordOf({
  name,
  setting,
  engineWhy,
  threads,
  dataDigest,
}: Shared): Readonly<Record<string, unknown>> {
  const { folder: _, ...data } = { folder: '', ...setting.data };
  return {
    schema: 1,
    name,
    scale: setting.scale,
    convention: setting.convention,
    seeds: setting.seeds,
    data: setting.data === undefined ? null : data,
    dataDigest: dataDigest ?? null,
    engine: setting.engine,
    engineWhy,
    threads,
  };
}

export const runFolder = (out: string, id: string): string => join(out, 'runs', id);

const FILE = 'experiment.json';

function readRecord(path: string, what = 'experiment'): Readonly<Record<string, unknown>> {
  const there = readOwn<Readonly<Record<string, unknown>>>(path, {
    ...{ what, kind: 'experiment' },
    todo: what === 'report' ? 'put it back as it was' : 'choose another folder with --out',
  });
  return there ?? {};
}

/** Threads and engine that a folder's runs began with; undefined where there is none yet. */
export function begunWith(
  out: string,
): { readonly threads: number; readonly engine: TrainEngine; readonly engineWhy: string } | undefined {
  const path = join(out, FILE);
  if (!existsSync(path)) return undefined;
  const { threads, engine, engineWhy } = readRecord(path);
  const known = TRAIN_ENGINES.find(name => name === engine);
  if (positiveInteger.is(threads) && known !== undefined && text.is(engineWhy))
    return { threads, engine: known, engineWhy };
  throw new InputError(
    `experiment: ${path} must name threads, engine and engineWhy, got ${show(threads)}, ${show(engine)} and ${show(engineWhy)} - it was changed; choose another folder with --out`,
  );
}

/**
 * What the runs of a folder share, from the folder alone. Throws an `InputError` where it is no experiment's.
 */
export function readShared(out: string): Shared {
  const path = join(out, FILE);
  if (!existsSync(path))
    throw new InputError(
      `report: the folder must be the output of an experiment, got ${out} without ${FILE} in it - flatcheck experiment makes one`,
    );
  const fields = new Fields(readRecord(path, 'report'), { command: 'report', file: path });
  fields.get('schema', oneOf(1));
  const data = fields.raw('data') === null ? undefined : readData(fields.within('data'));
  const digest = fields.raw('dataDigest') === null ? undefined : fields.get('dataDigest', text);
  return fields.end({
    name: fields.get('name', text),
    setting: {
      scale: fields.get('scale', oneOf(...SCALES)),
      convention: fields.get('convention', oneOf(...CONVENTIONS)),
      seeds: fields.get('seeds', seedList),
      data,
      engine: fields.get('engine', oneOf(...TRAIN_ENGINES)),
    },
    engineWhy: fields.get('engineWhy', text),
    threads: fields.get('threads', positiveInteger),
    dataDigest: digest,
  });
}

/**
 * Takes a folder for an experiment: a new or empty one, or one of the very same experiment. Any number of
 * processes may.
 */
export function openExperimentFolder(out: string, shared: Shared): void {
  makeFolder('experiment', out);
  const path = join(out, FILE);
  refuseOther('experiment', path);
  const now = recordOf(shared);
  if (!existsSync(path)) {
    const other = listFolder('experiment', out).find(name => !name.startsWith('.') && name !== FILE);
    if (other !== undefined && !existsSync(path))
      throw new InputError(
        `experiment: the output folder must be new, empty or of this experiment, got ${out} with ${show(other)} in it - choose another with --out`,
      );
    if (writeJsonOnce('experiment', path, sealed(now))) return;
  }
  const there = readRecord(path);
  const keys = [...new Set([...Object.keys(there), ...Object.keys(now)])];
  const differences = keys
    .filter(key => key !== 'engineWhy') // the same engine may be chosen for another reason
    .filter(key => JSON.stringify(there[key]) !== JSON.stringify(now[key]))
    .map(key => `${key} ${show(there[key])} there, ${show(now[key])} now`);
  if (differences.length > 0)
    throw new InputError(
      `experiment: the output folder must be new, empty or of this experiment, got another setting in ${out} ` +
        `(${differences.join('; ')}) - choose another folder with --out, or the old setting to go on`,
    );
}
