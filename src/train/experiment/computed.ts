/**
 * @file Doing a computed run: resumable from the state it saves, its result written at once or not at all.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder, refuseOther, removeTemporaries, writeAtomic, writeJson } from '../../formats/atomic.js';
import { readText, sha256 } from '../../formats/files.js';
import { InputError } from '../../formats/input-error.js';
import { isObject, parseJson, show } from '../../formats/json.js';
import { lockFolder } from '../../formats/lock.js';
import { encodeSafetensors, readSafetensors, type SafeTensor } from '../../formats/safetensors.js';
import { canonical } from '../canonical.js';
import { readOwn, writeOwn } from '../own-files.js';
import { RUN_FILES } from '../run-files.js';
import { checkConfig } from '../run-folder.js';
import type { TrainOptions } from '../train.js';
import type { ComputeContext, Computed, Experiment, Inputs } from './experiment.js';
import type { PlannedRun } from './plan.js';

export interface ComputeOptions {
  readonly folder: string;
  readonly dataFolder: string | undefined;
  readonly threads: number;
  readonly source: TrainOptions['source'];
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number) => void;
}

/** result.json of a computed run. */
export interface ComputedResult extends Computed {
  readonly schema: 1;
  readonly status: 'complete';
  readonly configDigest: string;
}

type State = NonNullable<ReturnType<ComputeContext['restore']>>;

/** Does what is left of a run, and whether it came to its end. */
export async function computeRun(
  compute: NonNullable<Experiment['compute']>,
  run: PlannedRun,
  inputs: Inputs,
  options: ComputeOptions,
): Promise<'complete' | 'interrupted'> {
  const { folder, signal } = options;
  makeFolder('experiment', folder);
  const release = await lockFolder('experiment', folder);
  const at = (name: keyof typeof RUN_FILES): string => join(folder, RUN_FILES[name]);
  try {
    for (const name of Object.values(RUN_FILES)) refuseOther('experiment', join(folder, name));
    const config = computedConfig(run, inputs);
    const digest = computedDigest(run, inputs);
    if (readComputed(at('result'), digest) !== undefined) return 'complete';
    removeTemporaries(folder);
    writeJson('experiment', at('config'), config);
    recordSession(at('provenance'), existsSync(at('checkpoint')), digest, options);
    const computed = await compute(inputs, {
      seed: run.seed,
      signal,
      dataFolder: options.dataFolder,
      threads: options.threads,
      restore: () => readState(at('checkpoint'), digest),
      save: state => {
        release.check();
        writeState(at('checkpoint'), digest, state);
      },
      progress: options.onProgress,
    });
    const result: ComputedResult = { schema: 1, status: 'complete', configDigest: digest, ...computed };
    release.check();
    writeOwn('experiment', at('result'), result);
    return 'complete';
  } catch (error) {
    if (signal.aborted && error === signal.reason) return 'interrupted';
    throw error;
  } finally {
    release();
  }
}

/** config.json of a computed run. */
const computedConfig = ({ arm, seed }: PlannedRun, inputs: Inputs) => ({ schema: 1, arm, seed, inputs });

const TODO = "delete the run's folder to do it again";

/** The result of the computed run of that digest; undefined while there is none. */
export function readComputed(path: string, digest: string): ComputedResult | undefined {
  const there = readOwn<ComputedResult>(path, { what: 'experiment', kind: 'computed', todo: TODO });
  if (there !== undefined) checkConfig(path, there.configDigest, digest);
  return there;
}

/** Refuses a config.json that is not that of the run. */
export function checkComputedConfig(path: string, digest: string): void {
  const config = parseJson(readText('experiment', path, 1 << 24), `experiment: ${path}`);
  checkConfig(path, sha256(canonical(config)), digest);
}

/** What config.json of a computed run has as its digest. */
export const computedDigest = (run: PlannedRun, inputs: Inputs): string =>
  sha256(canonical(computedConfig(run, inputs)));

interface ComputedProvenance {
  readonly schema: 1;
  readonly configDigest: string;
  readonly codeDigest: string;
  readonly commit: string | null;
  readonly versions: Readonly<Record<string, string>>;
  /** Hashes of the packages that take part. */
  readonly integrity?: Readonly<Record<string, string>>;
  readonly threads: number;
  readonly sessions: readonly { readonly started: string }[];
}

/** A state is only taken up by the code that saved it; without one the run begins anew. */
function recordSession(path: string, resumed: boolean, configDigest: string, options: ComputeOptions): void {
  const { source, threads } = options;
  const before = resumed ? readComputedProvenance(path, configDigest) : undefined;
  if (before !== undefined && before.codeDigest !== source.codeDigest)
    throw new InputError(
      `experiment: a run must be resumed with the codeDigest it began with, got ${source.codeDigest} instead of ` +
        `${before.codeDigest} (${path}) - delete the run's folder to begin it anew`,
    );
  const sessions = [...(before?.sessions ?? []), { started: new Date().toISOString() }];
  const now: ComputedProvenance = { schema: 1, configDigest, ...source, threads, sessions };
  writeOwn('experiment', path, now);
}

/** Where a computed run comes from; there must be one beside a state. */
export function readComputedProvenance(path: string, digest: string): ComputedProvenance {
  const there = readOwn<ComputedProvenance>(path, {
    what: 'experiment',
    kind: 'computedProvenance',
    todo: TODO,
  });
  if (there === undefined)
    throw new InputError(
      `experiment: ${path} must be there beside what the run came to, got nothing - ${TODO}`,
    );
  checkConfig(path, there.configDigest, digest);
  return there;
}

function writeState(path: string, configDigest: string, state: State): void {
  const tensors = Object.entries(state).map(([name, data]): [string, SafeTensor] => [
    name,
    { dtype: 'F64', shape: [data.length], data },
  ]);
  const header = JSON.stringify({ version: 1, configDigest, sha256: stateDigest(state) });
  const metadata = new Map([['flatcheck', header]]);
  writeAtomic('experiment', path, ...encodeSafetensors({ metadata, tensors: new Map(tensors) }));
}

function readState(path: string, configDigest: string): State | undefined {
  if (!existsSync(path)) return undefined;
  const refuse = (rule: string, got: unknown): never => {
    throw new InputError(
      `experiment: ${path} must ${rule}, got ${show(got)} - it is damaged; delete the run's folder to do it again`,
    );
  };
  const { metadata, tensors } = readSafetensors(path);
  const header = parseJson(metadata.get('flatcheck') ?? 'null', `experiment: ${path}`);
  if (!isObject(header) || header.version !== 1) return refuse('be a state that flatcheck saved', header);
  if (header.configDigest !== configDigest)
    refuse(`be of the run ${configDigest.slice(0, 12)}`, header.configDigest);
  const state = [...tensors].map(([name, tensor]) => {
    if (tensor.dtype !== 'F64') refuse(`hold "${name}" as F64`, tensor.dtype);
    return [name, tensor.data as Float64Array] as const;
  });
  const read = Object.fromEntries(state);
  if (stateDigest(read) !== header.sha256) refuse(`have SHA-256 ${header.sha256}`, stateDigest(read));
  return read;
}

const stateDigest = (state: State): string =>
  sha256(
    ...Object.keys(state)
      .toSorted()
      .flatMap(name => {
        const { buffer, byteOffset, byteLength } = state[name]!;
        return [`${name} ${byteLength} `, new Uint8Array(buffer, byteOffset, byteLength)];
      }),
  );
