/**
 * @file Reading and writing vectors; a file is a vector or there is one error that says what is wrong with
 * it.
 */
import { writeAtomic } from '../formats/atomic.js';
import { show } from '../formats/json.js';
import {
  encodeSafetensors,
  parseSafetensors,
  readSafetensors,
  type SafeTensor,
  type Safetensors,
} from '../formats/safetensors.js';
import { dataSize, expectedShapes, givenShapes, INPUT, parameterShapes, type Shapes } from './layout.js';
import type { Metadata, Model } from './metadata.js';
import { type Fail, failing, readMetadata, writeMetadata } from './read-metadata.js';

/** A row-major tensor of doubles. */
export interface Values {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** Tensors by name. */
export type Tensors = Readonly<Record<string, Values>>;

/** A question: a network with numbers, and what is asked of it. */
export interface Problem {
  readonly model: Model;
  /** `param.*` and `input.*`. */
  readonly given: Tensors;
}

/** A question with its answer. */
export interface Vector extends Metadata, Problem {
  /** `expect.*`. */
  readonly expected: Tensors;
}

/** Vectors are small; more is refused before it is read. */
const MOST_BYTES = 2 ** 26;

/** Batch times latents times parameters: what evaluating a vector may cost in time and memory. */
const MOST_WORK = 2 ** 24;

/** A log det of d columns becomes d^2 operations of a graph. */
const MOST_LATENTS = 64;

const SMALLER = 'a vector is a small network; make it smaller';

const METADATA = 'flatcheck';

/** @throws InputError naming what is wrong, UnavailableError when the file cannot be read */
export const readVector = (path: string): Vector => vectorOf(readSafetensors(path, MOST_BYTES), path);

/** The vector in the bytes of a file; `file` names it in errors. */
export const parseVector = (bytes: Uint8Array, file: string): Vector =>
  vectorOf(parseSafetensors(bytes, file), file);

function vectorOf({ metadata, tensors }: Safetensors, file: string): Vector {
  const fail = failing(file);
  const json = metadata.get(METADATA);
  if (json === undefined)
    return fail(
      'the header must have __metadata__.flatcheck',
      'none',
      'it is a safetensors file of another kind',
    );
  const meta = readMetadata(json, file);
  const batch = batchOf(meta.model, tensors, fail);
  checkWork(meta.model, batch, fail);
  const [given, expected] = [givenShapes(meta.model, batch), expectedShapes(meta.model)];
  for (const name of tensors.keys())
    if (!Object.hasOwn(given, name) && !Object.hasOwn(expected, name))
      fail(
        `the tensors must be those of objective "${meta.model.objective.name}" and its network`,
        `also ${show(name)}`,
      );
  const vector = { ...meta, given: pick(tensors, given, fail), expected: pick(tensors, expected, fail) };
  checkValues(vector, fail);
  return vector;
}

function batchOf(model: Model, tensors: Safetensors['tensors'], fail: Fail): number {
  const x = tensors.get(`${INPUT}x`) ?? fail(`tensor "${INPUT}x" must be there`, 'none');
  const [batch, size] = x.shape;
  if (x.shape.length !== 2 || batch! < 1 || size !== dataSize(model))
    fail(`tensor "${INPUT}x" must have the shape [B, ${dataSize(model)}] with B at least 1`, x.shape);
  return batch!;
}

function checkWork(model: Model, batch: number, fail: Fail): void {
  const sizes = Object.values(parameterShapes(model)).map(shape => shape.reduce((a, b) => a * b, 1));
  const parameters = sizes.reduce((a, b) => a + b, 0);
  const latents = model.net.kind === 'autoencoder' ? model.net.latent : 1;
  if (latents > MOST_LATENTS) fail(`net.latent must be at most ${MOST_LATENTS}`, latents, SMALLER);
  if (batch * latents * parameters > MOST_WORK)
    fail(
      `batch x latents x parameters must be at most ${MOST_WORK}`,
      `${batch} x ${latents} x ${parameters}`,
      SMALLER,
    );
}

function pick(tensors: Safetensors['tensors'], shapes: Shapes, fail: Fail): Tensors {
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [name, checked(name, tensors.get(name), shape, fail)]),
  );
}

function checked(name: string, tensor: SafeTensor | undefined, shape: readonly number[], fail: Fail): Values {
  if (tensor === undefined) return fail(`tensor "${name}" [${shape}] must be there`, 'none');
  if (tensor.dtype !== 'F64') return fail(`tensor "${name}" must be F64`, tensor.dtype);
  if (tensor.shape.length !== shape.length || tensor.shape.some((size, i) => size !== shape[i]))
    return fail(`tensor "${name}" must have the shape [${shape}]`, `[${tensor.shape}]`);
  const at = tensor.data.findIndex(value => !Number.isFinite(value));
  if (at >= 0) fail(`tensor "${name}" must be finite`, `${tensor.data[at]} at entry ${at}`);
  return { shape, data: tensor.data };
}

/** What the formulas ask of the inputs beyond being finite. */
function checkValues({ model, given }: Problem, fail: Fail): void {
  for (const [name, { data }] of Object.entries(given)) {
    const negative = name.startsWith(`${INPUT}sigma2.`) ? data.findIndex(value => value < 0) : -1;
    if (negative >= 0)
      fail(`tensor "${name}" must not be negative`, `${data[negative]} at entry ${negative}`);
  }
  const labels = given[`${INPUT}labels`];
  if (model.net.kind !== 'classifier' || labels === undefined) return;
  const classes = model.net.layers.at(-1)!;
  const at = labels.data.findIndex(label => !Number.isInteger(label) || label < 0 || label >= classes);
  if (at >= 0)
    fail(
      `tensor "${INPUT}labels" must hold integers of 0 to ${classes - 1}`,
      `${labels.data[at]} at entry ${at}`,
    );
}

/** The bytes of a vector's file, in parts. */
export function encodeVector({ given, expected, ...meta }: Vector): Uint8Array[] {
  const tensors = Object.entries({ ...given, ...expected }).map(
    ([name, { shape, data }]) => [name, { dtype: 'F64', shape, data }] as const,
  );
  return encodeSafetensors({
    metadata: new Map([[METADATA, writeMetadata(meta)]]),
    tensors: new Map(tensors),
  });
}

/** Writes a vector's file whole or not at all. */
export const writeVector = (path: string, vector: Vector): void =>
  writeAtomic('vectors', path, ...encodeVector(vector));
