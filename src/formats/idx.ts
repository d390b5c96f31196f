/**
 * @file The IDX format of MNIST (LeCun): big-endian magic number and sizes, then unsigned bytes; often
 * gzipped.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Split } from './cifar.js';
import { readBytes, sha256 } from './files.js';
import type { Images } from './images.js';
import { InputError, UnavailableError } from './input-error.js';

const LIMIT = 64 * 2 ** 20;

/**
 * What a small archive may unpack to, and what more for each of its bytes: MNIST's has a fifth of its
 * contents' size.
 */
const UNPACKED = 24 * 2 ** 20;
const UNPACKED_RATIO = 4;

const MOST_SIDE = 4096;
const CLASSES = 10;
const UNSIGNED_BYTE = 8;

export interface Idx {
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

/** An array of unsigned bytes; a name that ends in .gz is unpacked on the way. */
export function readIdx(path: string): Idx {
  const packed = readBytes('IDX', path, { atMost: LIMIT });
  return parseIdx(path.endsWith('.gz') ? unzip(packed, path) : packed, path);
}

function unzip(bytes: Uint8Array, file: string): Uint8Array {
  const most = Math.min(LIMIT, UNPACKED + UNPACKED_RATIO * bytes.length);
  try {
    return gunzipSync(bytes, { maxOutputLength: most });
  } catch (error) {
    throw new InputError(
      `IDX: ${file} must be gzip of at most ${most} bytes, got ${(error as Error).message} - get it again`,
    );
  }
}

/** The contents of a file; `file` names it in errors. */
export function parseIdx(bytes: Uint8Array, file: string): Idx {
  const fail = (rule: string, got: unknown): never => {
    throw new InputError(
      `IDX: ${rule}, got ${got} (${file}) - it is damaged or another format; get it again`,
    );
  };
  if (bytes.length < 4) fail('the file must have at least 4 bytes', bytes.length);
  if (bytes[0] !== 0 || bytes[1] !== 0 || bytes[2] !== UNSIGNED_BYTE)
    fail('the file must begin with bytes 0 0 8 (unsigned bytes)', bytes.subarray(0, 3).join(' '));
  const rank = bytes[3]!;
  const header = 4 + 4 * rank;
  if (rank === 0 || rank > 4 || bytes.length < header)
    fail('the rank at byte 3 must be 1 to 4, sizes following', rank);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: rank }, (_, i) => view.getUint32(4 + 4 * i));
  const size = shape.reduce((a, b) => a * b, 1);
  if (size !== bytes.length - header)
    fail(`the data of shape [${shape}] must have ${size} bytes`, bytes.length - header);
  return { shape, data: bytes.subarray(header) };
}

const PREFIX: Readonly<Record<Split, string>> = { train: 'train', test: 't10k' };

/** The MNIST images in `folder`, or in `mnist` below it; gzipped or not. */
export function openMnist(folder: string, split: Split, limit = Number.POSITIVE_INFINITY): Images {
  const below = join(folder, 'mnist');
  const place = existsSync(below) ? below : folder;
  const find = (what: string): string => {
    const name = join(place, `${PREFIX[split]}-${what}-ubyte`);
    const path = [name, `${name}.gz`].find(candidate => existsSync(candidate));
    if (path !== undefined) return path;
    throw new UnavailableError(
      `MNIST: ${place} must hold ${PREFIX[split]}-${what}-ubyte or the same with .gz, got neither - run: flatcheck data get mnist`,
    );
  };
  const images = readIdx(find('images-idx3'));
  const labels = readIdx(find('labels-idx1'));
  const [count = 0, height = 0, width = 0] = images.shape;
  const refuse = (rule: string, got: unknown): never => {
    throw new InputError(`MNIST: ${rule}, got ${got} (${place}) - get them again`);
  };
  if (images.shape.length !== 3 || labels.shape.length !== 1 || labels.shape[0] !== count)
    refuse('images [N,H,W] and labels [N] must match', `[${images.shape}] and [${labels.shape}]`);
  if (count === 0) refuse('there must be images', 'none');
  if (Math.min(height, width) < 1 || Math.max(height, width) > MOST_SIDE)
    refuse(`images must have sides of 1 to ${MOST_SIDE} pixels`, `${height} x ${width}`);
  const wrong = labels.data.findIndex(label => label >= CLASSES);
  if (wrong >= 0) refuse(`labels must be 0 to ${CLASSES - 1}`, `${labels.data[wrong]} in record ${wrong}`);
  const size = height * width;
  const kept = Math.min(count, limit);
  const pixels = images.data.subarray(0, kept * size);
  return {
    name: `MNIST (${split}, ${kept} records from ${place})`,
    count: kept,
    shape: [height, width, 1],
    digest: sha256(`mnist ${height} ${width}`, pixels, labels.data.subarray(0, kept)),
    label: index => labels.data[index]!,
    fill(index, out, at) {
      for (let p = 0; p < size; p++) out[at + p] = pixels[index * size + p]! / 255;
    },
  };
}
