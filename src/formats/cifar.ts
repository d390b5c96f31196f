/**
 * @file The official binary layout of CIFAR-10 and CIFAR-100 (Krizhevsky 2009): label bytes, then three 32x32
 * colour planes.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { listFolder, readBytes, sha256 } from './files.js';
import type { Images } from './images.js';
import { InputError, UnavailableError } from './input-error.js';

const PLANE = 32 * 32;
const PIXELS = 3 * PLANE;

interface Layout {
  readonly title: string;
  /** Labels before the pixels: their names and number of classes. The last one is the label proper. */
  readonly labels: readonly (readonly [name: string, classes: number])[];
  readonly files: Readonly<Record<Split, RegExp>>;
  /** Records of an official file of each split: no file has more. */
  readonly most: Readonly<Record<Split, number>>;
  /** The folder inside the official archive. */
  readonly folder: string;
}

export type Split = 'train' | 'test';
export type CifarKind = 'cifar10' | 'cifar100';

const LAYOUTS: Readonly<Record<CifarKind, Layout>> = {
  cifar10: {
    title: 'CIFAR-10',
    labels: [['label', 10]],
    files: { train: /^data_batch_[1-5]\.bin$/, test: /^test_batch\.bin$/ },
    most: { train: 10_000, test: 10_000 },
    folder: 'cifar-10-batches-bin',
  },
  cifar100: {
    title: 'CIFAR-100',
    labels: [
      ['coarse label', 20],
      ['fine label', 100],
    ],
    files: { train: /^train\.bin$/, test: /^test\.bin$/ },
    most: { train: 50_000, test: 10_000 },
    folder: 'cifar-100-binary',
  },
};

/**
 * The first records of one file, all of which is checked: whole records only, no more than official, every
 * label in range.
 */
export function readCifarFile(path: string, kind: CifarKind, split: Split, first = Infinity): Uint8Array {
  const { title, labels, most } = LAYOUTS[kind];
  const record = labels.length + PIXELS;
  const bytes = readBytes(title, path, { atMost: most[split] * record });
  if (bytes.length === 0 || bytes.length % record !== 0)
    throw new InputError(
      `${title}: ${path} must hold whole records of ${record} bytes, got ${bytes.length} bytes ` +
        `(${Math.floor(bytes.length / record)} records and ${bytes.length % record} bytes) - it is truncated or another format; get it again`,
    );
  for (let offset = 0; offset < bytes.length; offset += record)
    labels.forEach(([name, classes], i) => {
      const value = bytes[offset + i]!;
      if (value >= classes)
        throw new InputError(
          `${title}: ${name} must be 0 to ${classes - 1}, got ${value} in record ${offset / record} ` +
            `(byte ${offset + i}) of ${path} - it is damaged or another format; get it again`,
        );
    });
  return bytes.subarray(0, Math.min(bytes.length, first * record));
}

export interface CifarOptions {
  readonly kind?: CifarKind;
  readonly split?: Split;
  /** At most this many records, taken from the start. */
  readonly limit?: number;
}

/**
 * The images of one split: of all files of it that are in `folder` (or in the archive's own folder below it),
 * in order. Some of the files, or files with fewer records than the official ones, will do.
 */
export function openCifar(
  folder: string,
  { kind = 'cifar10', split = 'train', limit = Number.POSITIVE_INFINITY }: CifarOptions = {},
): Images {
  const { title, labels, files, folder: inner } = LAYOUTS[kind];
  const record = labels.length + PIXELS;
  const below = join(folder, inner);
  const place = existsSync(below) ? below : folder;
  const names = listFolder(title, place).filter(name => files[split].test(name));
  if (names.length === 0)
    throw new UnavailableError(
      `${title}: ${place} must hold ${split === 'train' ? 'training' : 'test'} files named like ${files[split].source}, got none ` +
        `- point to the folder that does, or run: flatcheck data get ${kind}`,
    );
  const parts: Uint8Array[] = [];
  let count = 0;
  for (const name of names) {
    if (count >= limit) break;
    const part = readCifarFile(join(place, name), kind, split, limit - count);
    parts.push(part);
    count += part.length / record;
  }
  return cifarImages(`${title} (${split}, ${count} records from ${place})`, kind, parts);
}

/** Records as images: colour planes become interleaved channels. */
function cifarImages(name: string, kind: CifarKind, parts: readonly Uint8Array[]): Images {
  const labels = LAYOUTS[kind].labels.length;
  const record = labels + PIXELS;
  const starts: number[] = [];
  let count = 0;
  for (const part of parts) {
    starts.push(count);
    count += part.length / record;
  }
  const locate = (index: number): readonly [Uint8Array, number] => {
    if (!(index >= 0 && index < count))
      throw new Error(`cifar: index must be 0 to ${count - 1}, got ${index}`);
    let part = parts.length - 1;
    while (starts[part]! > index) part--;
    return [parts[part]!, (index - starts[part]!) * record];
  };
  return {
    name,
    count,
    shape: [32, 32, 3],
    digest: sha256(kind, ...parts),
    label(index) {
      const [part, offset] = locate(index);
      return part[offset + labels - 1]!;
    },
    fill(index, out, at) {
      const [part, offset] = locate(index);
      const pixels = offset + labels;
      for (let p = 0; p < PLANE; p++)
        for (let c = 0; c < 3; c++) out[at + 3 * p + c] = part[pixels + c * PLANE + p]! / 255;
    },
  };
}
