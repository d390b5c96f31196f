/** @file The data sets we know: where they come from, pinned by size and hash, and how they lie on disk. */
import { existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder, syncFolder } from './atomic.js';
import { type DownloadOptions, download, type Pinned } from './download.js';
import { unavailable } from './files.js';
import { InputError, UnavailableError } from './input-error.js';
import { lockFolder } from './lock.js';
import { unpackTarGz } from './tar.js';
import { below } from './url.js';

/** One data set: files to fetch into the data folder, and for an archive what it unpacks to. */
export interface Dataset {
  readonly title: string;
  readonly files: readonly Pinned[];
  /** Folder below the data folder that holds the set when it is complete. */
  readonly folder: string;
  /** The files that the folder must then hold, with their sizes. */
  readonly members: Readonly<Record<string, number>>;
  /** The files are archives to unpack; else they are put into the folder as they are. */
  readonly archive: boolean;
}

const TORONTO = 'https://www.cs.toronto.edu/~kriz';
const MNIST_PLACES = [
  'https://ossci-datasets.s3.amazonaws.com/mnist',
  'https://storage.googleapis.com/cvdf-datasets/mnist',
];

const mnist = (name: string, bytes: number, sha256: string): Pinned => ({
  name,
  urls: MNIST_PLACES.map(place => `${place}/${name}`),
  bytes,
  sha256,
});

const MNIST_FILES = [
  mnist(
    'train-images-idx3-ubyte.gz',
    9_912_422,
    '440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609',
  ),
  mnist(
    'train-labels-idx1-ubyte.gz',
    28_881,
    '3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c',
  ),
  mnist(
    't10k-images-idx3-ubyte.gz',
    1_648_877,
    '8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6',
  ),
  mnist(
    't10k-labels-idx1-ubyte.gz',
    4_542,
    'f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6',
  ),
];

const batch = 10_000 * 3073;

export type DatasetName = 'cifar10' | 'cifar100' | 'mnist';

export const DATASETS: Readonly<Record<DatasetName, Dataset>> = {
  cifar10: {
    title: 'CIFAR-10, binary (Krizhevsky 2009)',
    files: [
      {
        name: 'cifar-10-binary.tar.gz',
        urls: [`${TORONTO}/cifar-10-binary.tar.gz`],
        bytes: 170_052_171,
        sha256: 'c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd',
      },
    ],
    folder: 'cifar-10-batches-bin',
    members: {
      ...Object.fromEntries([1, 2, 3, 4, 5].map(i => [`data_batch_${i}.bin`, batch])),
      'test_batch.bin': batch,
    },
    archive: true,
  },
  cifar100: {
    title: 'CIFAR-100, binary (Krizhevsky 2009)',
    files: [
      {
        name: 'cifar-100-binary.tar.gz',
        urls: [`${TORONTO}/cifar-100-binary.tar.gz`],
        bytes: 168_513_733,
        sha256: '58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec',
      },
    ],
    folder: 'cifar-100-binary',
    members: { 'train.bin': 50_000 * 3074, 'test.bin': 10_000 * 3074 },
    archive: true,
  },
  mnist: {
    title: 'MNIST (LeCun, Cortes, Burges)',
    files: MNIST_FILES,
    folder: 'mnist',
    members: Object.fromEntries(MNIST_FILES.map(({ name, bytes }) => [name, bytes])),
    archive: false,
  },
};

export const DATASET_NAMES = Object.keys(DATASETS) as readonly DatasetName[];

export interface GetOptions extends DownloadOptions {
  /** The data folder; sets lie in folders below it. */
  readonly data: string;
  readonly offline?: boolean;
  /** Fetch from here instead: `<base>/<file name>`. The pins hold all the same. */
  readonly base?: string;
}

/** Whether all files of a set are in place, by name and size. */
export function isComplete(dataset: Dataset, data: string): boolean {
  return Object.entries(dataset.members).every(([name, bytes]) => {
    const path = join(data, dataset.folder, name);
    const stat = existsSync(path) ? statSync(path) : undefined;
    return stat?.isFile() === true && stat.size === bytes;
  });
}

/** Brings a data set into the data folder; does nothing when it is there. Returns the set's folder. */
export async function getDataset(
  dataset: Dataset,
  options: GetOptions,
): Promise<{ folder: string; status: 'present' | 'fetched' }> {
  const folder = join(options.data, dataset.folder);
  if (isComplete(dataset, options.data)) return { folder, status: 'present' };
  const place = dataset.archive ? options.data : folder;
  if (options.offline)
    for (const pinned of dataset.files)
      if (!existsSync(join(place, pinned.name))) throw notHere(dataset, pinned, place);
  makeFolder('data', place);
  const release = await lockFolder('data', place);
  try {
    for (const pinned of dataset.files) {
      const path = join(place, pinned.name);
      const urls = options.base === undefined ? pinned.urls : [below(options.base, pinned.name)];
      await download({ ...pinned, urls }, path, options);
      if (dataset.archive) await unpack(dataset, path, options.data);
    }
    return { folder, status: 'fetched' };
  } finally {
    release();
  }
}

function notHere({ title }: Dataset, { name, bytes, sha256, urls }: Pinned, place: string): UnavailableError {
  return new UnavailableError(
    `data: ${title} is not in ${place} and --offline forbids fetching it - put ${name} (${bytes} bytes, SHA-256 ${sha256}), ` +
      `from ${urls.join(' or ')}, into ${place}, then run again`,
  );
}

/** Unpacks beside the final place, checks, then renames: the folder is there whole or not at all. */
async function unpack(dataset: Dataset, archive: string, data: string): Promise<void> {
  const folder = join(data, dataset.folder);
  if (existsSync(folder))
    throw new InputError(
      `data: ${folder} must hold the whole ${dataset.title}, got other files - move it away, then run again`,
    );
  const work = join(data, `.unpacking-${dataset.folder}`);
  try {
    rmSync(work, { recursive: true, force: true }); // left by a process that was killed; we hold the lock
    mkdirSync(work);
    const bytes = Object.values(dataset.members).reduce((a, b) => a + b, 0);
    await unpackTarGz(archive, work, { bytes: bytes + (16 << 20), entries: 100 });
    if (!isComplete(dataset, work))
      throw new InputError(
        `data: ${archive} must hold ${Object.keys(dataset.members).join(', ')} in ${dataset.folder} at their full sizes, ` +
          'got others - get it again',
      );
    renameSync(join(work, dataset.folder), folder);
    syncFolder(data);
  } catch (error) {
    throw error instanceof InputError || error instanceof UnavailableError
      ? error
      : unavailable('data', data, error);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
