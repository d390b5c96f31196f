/** @file Checkpoints: all that a run needs to go on as if it had never stopped, in one safetensors file. */
import { existsSync } from 'node:fs';
import type { ParamShapes } from '../core/net/network.js';
import { refuseOther, writeAtomic } from '../formats/atomic.js';
import { sha256 } from '../formats/files.js';
import { InputError } from '../formats/input-error.js';
import { parseJson } from '../formats/json.js';
import { encodeSafetensors, readSafetensors, type SafeTensor } from '../formats/safetensors.js';
import { Fields, flag, oneOf, text, wholeNumber } from './fields.js';
import type { Written } from './metrics.js';
import type { Carried } from './runner.js';

/**
 * Data order and noise follow from the seed and the step, so the step number is all the randomness there is.
 */
export interface Checkpoint {
  /** Steps done. */
  readonly step: number;
  /** metrics.jsonl at that step; what lies beyond belongs to steps that will be done again. */
  readonly metrics: Written;
  readonly configDigest: string;
  /** What of the provenance stays the same from session to session. */
  readonly origin: string;
  /** Whether all sessions up to here were verified. */
  readonly verified: boolean;
  readonly carried: Carried;
}

export function writeCheckpoint(path: string, checkpoint: Checkpoint, shapes: ParamShapes): void {
  const { carried, ...rest } = checkpoint;
  const tensors = Object.entries(shapes).map(([name, shape]): [string, SafeTensor] => {
    const data = carried[name]!;
    return [
      name,
      data instanceof Float64Array ? { dtype: 'F64', shape, data } : { dtype: 'F32', shape, data },
    ];
  });
  const header = { version: 2, ...rest, sha256: digestOf(carried, Object.keys(shapes), headText(rest)) };
  const metadata = new Map([['flatcheck', JSON.stringify(header)]]);
  writeAtomic('train', path, ...encodeSafetensors({ metadata, tensors: new Map(tensors) }));
}

/**
 * The checkpoint of a run, or undefined when there is none yet. It must be of this configuration and these
 * shapes, and of this precision where one is given.
 */
export function readCheckpoint(
  path: string,
  configDigest: string,
  shapes: ParamShapes,
  dtype?: 'F32' | 'F64',
): Checkpoint | undefined {
  refuseOther('train', path);
  if (!existsSync(path)) return undefined;
  const { metadata, tensors } = readSafetensors(path);
  const header = metadata.get('flatcheck');
  if (header === undefined)
    throw new InputError(
      `train: ${path} must be a checkpoint of flatcheck, got other metadata - move it away`,
    );
  const fields = new Fields(parseJson(header, `train: ${path}`), { command: 'checkpoint', file: path });
  const { version: _, ...head } = fields.end({
    version: fields.get('version', oneOf(2)),
    step: fields.get('step', wholeNumber),
    metrics: readWritten(fields.within('metrics')),
    configDigest: fields.get('configDigest', text),
    origin: fields.get('origin', text),
    verified: fields.get('verified', flag),
    sha256: fields.get('sha256', text),
  });
  if (head.configDigest !== configDigest)
    throw new InputError(
      `train: ${path} must be of this configuration, got one of another (${head.configDigest.slice(0, 12)} for ${configDigest.slice(0, 12)}) - ` +
        'put the right file back, or choose another folder',
    );
  for (const name of tensors.keys())
    if (!Object.hasOwn(shapes, name))
      throw new InputError(
        `train: ${path} must hold only this network's tensors, got "${name}" - choose another folder`,
      );
  const first = [...tensors.values()][0]?.dtype;
  const wanted = dtype ?? (first === 'F64' ? 'F64' : 'F32');
  const entries = Object.entries(shapes).map(([name, shape]) => {
    const tensor = tensors.get(name);
    if (tensor?.dtype !== wanted || tensor.shape.join() !== shape.join())
      throw new InputError(
        `train: ${path} must hold "${name}" as ${wanted} [${shape}], got ` +
          `${tensor ? `${tensor.dtype} [${tensor.shape}]` : 'nothing'} - choose another folder`,
      );
    return [name, tensor.data as Float32Array | Float64Array] as const;
  });
  const carried = Object.fromEntries(entries);
  const digest = digestOf(carried, Object.keys(shapes), headText(head));
  if (digest !== head.sha256)
    throw new InputError(
      `train: ${path} must hold what was written, with SHA-256 ${head.sha256}, got ${digest} - it is damaged; choose another folder`,
    );
  const { sha256: __, ...rest } = head;
  return { ...rest, carried };
}

const readWritten = (fields: Fields): Written =>
  fields.end({ bytes: fields.get('bytes', wholeNumber), sum: fields.get('sum', text) });

/** SHA-256 of the network's bits (parameters and running statistics), by which two runs can be compared. */
export const paramsDigest = (carried: Carried): string =>
  digestOf(
    carried,
    Object.keys(carried).filter(name => !name.startsWith('state.')),
  );

/** Refuses a checkpoint whose network is not the one that the result was written for. */
export function checkLast(
  path: string,
  got: string,
  { paramsDigest: wanted }: { readonly paramsDigest: string },
): void {
  if (got !== wanted)
    throw new InputError(
      `train: ${path} must hold the network that the result is of, with SHA-256 ${wanted}, got ${got} - ` +
        'it is of another step or run: put the right file back, or choose another folder',
    );
}

const headText = ({ step, metrics, configDigest, origin, verified }: Omit<Checkpoint, 'carried'>): string =>
  `${step} ${metrics.bytes} ${metrics.sum} ${configDigest} ${origin} ${verified} `;

function digestOf(carried: Carried, names: readonly string[], head = ''): string {
  const parts = names.toSorted().flatMap(name => {
    const { buffer, byteOffset, byteLength } = carried[name]!;
    return [`${name} ${byteLength} `, new Uint8Array(buffer, byteOffset, byteLength)];
  });
  return sha256(head, ...parts);
}
