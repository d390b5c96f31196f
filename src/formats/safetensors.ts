/** @file The safetensors file format: 8-byte little-endian header length, JSON header, raw little-endian data. */
import { readBytes } from './files.js';
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

/** Reads a file of at most `atMost` bytes. */
export const readSafetensors = (path: string, atMost = 4 * 2 ** 30): Safetensors =>
  parseSafetensors(readBytes('safetensors', path, { atMost }), path);

/** The contents of a file; `file` names it in errors. Tensors must fill the data exactly: no overlap, no hole. */
export function parseSafetensors(bytes: Uint8Array, file: string): Safetensors {
  const fail = (
    rule: string,
    got: unknown,
    todo = 'the file is damaged or another format; make it again',
  ): never => {
    throw new InputError(
      `safetensors: ${rule}, got ${typeof got === 'string' ? got : show(got)} (${file}) - ${todo}`,
    );
  };
  if (bytes.length < 8) fail('the file must have at least 8 bytes', bytes.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Number(view.getBigUint64(0, true));
  if (length > HEADER_LIMIT) fail(`the header length at byte 0 must be at most ${HEADER_LIMIT}`, length);
  if (length > bytes.length - 8)
    fail(
      'the header must end inside the file',
      `length ${length} at byte 0 in a file of ${bytes.length} bytes`,
    );

  const header = readHeader(bytes.subarray(8, 8 + length), file);
  const metadata = new Map<string, string>();
  const entries: Entry[] = [];
  for (const [name, value] of Object.entries(header)) {
    if (name === '__metadata__') {
      if (!isObject(value)) return fail('__metadata__ must be an object of strings', value);
      for (const [key, text] of Object.entries(value))
        metadata.set(
          key,
          typeof text === 'string' ? text : fail(`__metadata__.${key} must be a string`, text),
        );
    } else entries.push(readEntry(name, value, fail));
  }

  const data = bytes.subarray(8 + length);
  let end = 0;
  for (const { name, begin, bytes: size } of entries.toSorted(
    (a, b) => a.begin - b.begin || a.bytes - b.bytes,
  )) {
    if (begin !== end)
      fail(`tensor ${show(name)} must begin at data offset ${end}, where the one before it ends`, begin);
    end = begin + size;
  }
  if (end !== data.length) fail(`the data must have the ${end} bytes that the header describes`, data.length);
  const tensors = new Map(entries.map(entry => [entry.name, tensorOf(entry, data)]));
  return { metadata, tensors };
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
  if (!Array.isArray(shape) || !shape.every(isSize))
    return fail(`tensor ${show(name)} must have a shape of non-negative integers`, shape);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isSize) || offsets[0]! > offsets[1]!)
    return fail(`tensor ${show(name)} must have data_offsets [begin, end]`, offsets);
  const kind = dtype as keyof Arrays;
  const [begin, end] = offsets as [number, number];
  const bytes = shape.reduce<number>((a, b) => a * (b as number), ARRAYS[kind].BYTES_PER_ELEMENT);
  if (bytes !== end - begin)
    return fail(
      `tensor ${show(name)}, ${kind} [${shape}], must have ${bytes} bytes`,
      `${end - begin} at data offset ${begin}`,
    );
  return { name, dtype: kind, shape: shape as number[], begin, bytes };
}

/** Copies out of the file: the data need not be aligned there (and a Buffer's own `slice` would not copy). */
function tensorOf({ dtype, shape, begin, bytes }: Entry, data: Uint8Array): SafeTensor {
  const { buffer } = Uint8Array.from(data.subarray(begin, begin + bytes));
  return { dtype, shape, data: new ARRAYS[dtype](buffer) } as SafeTensor;
}

/** The parts of a file, in order: header first, then each tensor's own memory. Tensors lie in the order of the map. */
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
