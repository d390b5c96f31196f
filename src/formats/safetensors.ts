/**
 * @file The safetensors file format: 8-byte little-endian header length, JSON header, raw little-endian data.
 */
import { type OpenFile, withFile } from './files.js';
import { InputError } from './input-error.js';
import { isObject, parseJson, show } from './json.js';

const ARRAYS = {
  F64: Float64Array,
  F32: Float32Array,
  I64: BigInt64Array,
  U64: BigUint64Array,
  I32: Int32Array,
  U32: Uint32Array,
  I16: Int16Array,
  U16: Uint16Array,
  I8: Int8Array,
  U8: Uint8Array,
  BOOL: Uint8Array,
} as const;

type Arrays = typeof ARRAYS;

/** The view of a typed array, whatever memory it lies in. */
type View<T> = T extends { readonly prototype: infer A } ? A : never;

/** A tensor of one of the kinds we read and write; `data` is row-major. */
export type SafeTensor = {
  [K in keyof Arrays]: {
    readonly dtype: K;
    readonly shape: readonly number[];
    readonly data: View<Arrays[K]>;
  };
}[keyof Arrays];

export interface Safetensors {
  readonly metadata: ReadonlyMap<string, string>;
  readonly tensors: ReadonlyMap<string, SafeTensor>;
}

const HEADER_LIMIT = 100_000_000;

/** Each tensor takes some memory of its own, however small. */
const MOST_TENSORS = 1 << 14;

const MOST_DIMENSIONS = 16;

/** Bytes of a tensor by its shape. */
const MOST_EXTENT = 2 ** 34;

/** Reads a file of at most `atMost` bytes. */
export const readSafetensors = (path: string, atMost = 4 * 2 ** 30): Safetensors =>
  withFile('safetensors', path, atMost, file => contents(file, path));

/** The contents of a file; `file` names it in errors. */
export const parseSafetensors = (bytes: Uint8Array, file: string): Safetensors =>
  contents({ size: bytes.length, read: (out, at) => out.set(bytes.subarray(at, at + out.length)) }, file);

/**
 * The header is read and checked against the size of the file before any tensor is: tensors must fill the
 * data exactly, without overlap or hole.
 */
function contents({ size, read }: OpenFile, file: string): Safetensors {
  const fail = (
    rule: string,
    got: unknown,
    todo = 'the file is damaged or another format; make it again',
  ): never => {
    throw new InputError(
      `safetensors: ${rule}, got ${typeof got === 'string' ? got : show(got)} (${file}) - ${todo}`,
    );
  };
  const part = (at: number, length: number): Uint8Array<ArrayBuffer> => {
    const bytes = new Uint8Array(length);
    read(bytes, at);
    return bytes;
  };
  if (size < 8) fail('the file must have at least 8 bytes', size);
  const length = Number(new DataView(part(0, 8).buffer).getBigUint64(0, true));
  if (length > HEADER_LIMIT) fail(`the header length at byte 0 must be at most ${HEADER_LIMIT}`, length);
  if (length > size - 8)
    fail('the header must end inside the file', `length ${length} at byte 0 in a file of ${size} bytes`);

  const header = readHeader(part(8, length), file);
  const names = Object.keys(header).filter(name => name !== METADATA);
  if (names.length > MOST_TENSORS)
    fail(`the file must hold at most ${MOST_TENSORS} tensors`, names.length, 'hold fewer, larger ones');
  const metadata = readMetadata(header[METADATA], fail);
  const entries = names.map(name => readEntry(name, header[name], fail));
  let end = 0;
  for (const { name, begin, bytes } of entries.toSorted((a, b) => a.begin - b.begin || a.bytes - b.bytes)) {
    if (begin !== end)
      fail(`tensor ${show(name)} must begin at data offset ${end}, where the one before it ends`, begin);
    end = begin + bytes;
  }
  const data = 8 + length;
  if (end !== size - data) fail(`the data must have the ${end} bytes that the header describes`, size - data);
  const tensors = entries.map(({ name, dtype, shape, begin, bytes }) => {
    // memory of its own for each: the data need not be aligned in the file
    const { buffer } = part(data + begin, bytes);
    return [name, { dtype, shape, data: new ARRAYS[dtype](buffer) } as SafeTensor] as const;
  });
  return { metadata, tensors: new Map(tensors) };
}

const METADATA = '__metadata__';

function readMetadata(value: unknown, fail: Fail): ReadonlyMap<string, string> {
  if (value === undefined) return new Map();
  if (!isObject(value)) return fail('__metadata__ must be an object of strings', value);
  const entries = Object.entries(value).map(
    ([key, text]) =>
      [key, typeof text === 'string' ? text : fail(`__metadata__.${key} must be a string`, text)] as const,
  );
  return new Map(entries);
}

interface Entry {
  readonly name: string;
  readonly dtype: keyof Arrays;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly bytes: number;
}

function readHeader(bytes: Uint8Array, file: string): Readonly<Record<string, unknown>> {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new InputError(
      `safetensors: the header must be UTF-8, got other bytes (${file}) - it is another format`,
    );
  }
  const header = parseJson(text, `safetensors header (${file})`);
  if (!isObject(header))
    throw new InputError(`safetensors: the header must be an object, got ${show(header)} (${file})`);
  return header;
}

type Fail = (rule: string, got: unknown, todo?: string) => never;

const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function readEntry(name: string, value: unknown, fail: Fail): Entry {
  if (!isObject(value)) return fail(`tensor ${show(name)} must be described by an object`, value);
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== 'string' || !Object.hasOwn(ARRAYS, dtype))
    return fail(
      `tensor ${show(name)} must have a dtype among ${Object.keys(ARRAYS).join(' ')}`,
      show(dtype),
      'convert it',
    );
  if (!Array.isArray(shape) || shape.length > MOST_DIMENSIONS || !shape.every(isSize))
    return fail(
      `tensor ${show(name)} must have a shape of at most ${MOST_DIMENSIONS} non-negative integers`,
      shape,
    );
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isSize) || offsets[0]! > offsets[1]!)
    return fail(`tensor ${show(name)} must have data_offsets [begin, end]`, offsets);
  const kind = dtype as keyof Arrays;
  const [begin, end] = offsets as [number, number];
  // sizes of nothing, too, must be sizes that something could have: [0, 2^40, 2^40] is damage
  const extent = shape.reduce<number>((a, b) => a * Math.max(b as number, 1), ARRAYS[kind].BYTES_PER_ELEMENT);
  if (extent > MOST_EXTENT)
    return fail(`tensor ${show(name)} must have a shape of at most ${MOST_EXTENT} bytes`, `[${shape}]`);
  const bytes = shape.includes(0) ? 0 : extent;
  if (bytes !== end - begin)
    return fail(
      `tensor ${show(name)}, ${kind} [${shape}], must have ${bytes} bytes`,
      `${end - begin} at data offset ${begin}`,
    );
  return { name, dtype: kind, shape: shape as number[], begin, bytes };
}

/**
 * The parts of a file, in order: header first, then each tensor's own memory. Tensors lie in the order of the
 * map.
 */
export function encodeSafetensors({ metadata, tensors }: Safetensors): Uint8Array[] {
  const header: [string, unknown][] =
    metadata.size > 0 ? [['__metadata__', Object.fromEntries(metadata)]] : [];
  const parts: Uint8Array[] = [];
  let end = 0;
  for (const [name, { dtype, shape, data }] of tensors) {
    const elements = shape.reduce((a, b) => a * b, 1);
    if (data.length !== elements)
      throw new Error(
        `safetensors: tensor '${name}' [${shape}] must have ${elements} elements, got ${data.length}`,
      );
    header.push([name, { dtype, shape, data_offsets: [end, end + data.byteLength] }]);
    parts.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    end += data.byteLength;
  }
  const json = JSON.stringify(Object.fromEntries(header));
  const text = Buffer.from(json);
  const padded = Buffer.alloc(8 + Math.ceil(text.length / 8) * 8, ' '); // data aligned to 8 bytes
  padded.writeBigUInt64LE(BigInt(padded.length - 8), 0);
  text.copy(padded, 8);
  return [padded, ...parts];
}
