/** @file Files that ask for far more than they are, and who reads them. */
import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { imagesOf } from '../../src/cli/experiment/read-images.js';
import { readResult } from '../../src/cli/verify/read-result.js';
import { makeFolder } from '../../src/formats/atomic.js';
import { readCifarFile } from '../../src/formats/cifar.js';
import { openMnist, readIdx } from '../../src/formats/idx.js';
import { InputError } from '../../src/formats/input-error.js';
import { readSafetensors } from '../../src/formats/safetensors.js';
import { unpackTarGz } from '../../src/formats/tar.js';
import { readConfig } from '../../src/train/config.js';
import { runFolder } from '../../src/train/experiment/folder.js';
import { checkVector } from '../../src/vectors/check.js';
import { encodeVector, readVector } from '../../src/vectors/vector.js';
import { SOAK } from '../soak.js';
import { golden, problem } from '../vectors/support.js';
import { idx, tarGz } from './archives.js';

const MB = 2 ** 20;

/** A safetensors file of this header and so many bytes of data. */
function tensors(header: string | object, data = 0): Uint8Array {
  const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([size, text, Buffer.alloc(data)]);
}

const u8 = (shape: readonly number[], bytes = 0) => ({ dtype: 'U8', shape, data_offsets: [0, bytes] });

/** `piece(i)` again and again, until the text has so many bytes. */
function filled(bytes: number, piece: (i: number) => string, open = '[', close = ']'): string {
  const parts: string[] = [];
  for (let i = 0, length = 0; length < bytes; i++) {
    parts.push(piece(i));
    length += parts.at(-1)!.length + 1;
  }
  return open + parts.join(',') + close;
}

/** Texts of JSON that take many times their size when they are parsed. */
const JSONS: Readonly<Record<string, (bytes: number) => string>> = {
  'empty objects': bytes => filled(bytes, () => '{}'),
  'empty lists': bytes => filled(bytes, () => '[]'),
  'small objects': bytes => filled(bytes, i => `{"${i.toString(36)}":0}`),
  'objects with numbers for keys': bytes => filled(bytes, () => '{"900":0}'),
  'many keys': bytes => filled(bytes, i => `"${i.toString(36)}":0`, '{', '}'),
  'small numbers': bytes => filled(bytes, () => '1.5'),
  'small texts': bytes => filled(bytes, i => `"${i.toString(36)}"`),
  'deep nesting': bytes => '['.repeat(bytes / 2) + ']'.repeat(bytes / 2),
  'one text': bytes => `"${'x'.repeat(bytes)}"`,
  'one key': bytes => `{"${'x'.repeat(bytes)}":0}`,
  'one text with escapes': bytes => `"${'\\u0007'.repeat(bytes / 6)}"`,
  'no JSON': bytes => '{'.repeat(bytes),
};

export interface Case {
  readonly name: string;
  /** Writes the file, or files, and says which one counts. */
  readonly write: (folder: string) => string;
  readonly read: (path: string) => unknown;
}

const bytesCase = (
  name: string,
  bytes: () => Uint8Array | string,
  read: Case['read'],
  file = name,
): Case => ({
  name,
  write(folder) {
    const path = join(folder, file.replaceAll(' ', '-'));
    writeFileSync(path, bytes());
    return path;
  },
  read,
});

export const check = (path: string): unknown => checkVector(readVector(path));

/** A vector with fields of its metadata replaced: it claims what its tensors do not bear out. */
function claiming(id: string, change: (net: Record<string, unknown>) => void): Uint8Array {
  const bytes = Buffer.concat(encodeVector(golden(id)));
  const length = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString('utf8', 8, 8 + length)) as { __metadata__: { flatcheck: string } };
  const meta = JSON.parse(header.__metadata__.flatcheck) as { net: Record<string, unknown> };
  change(meta.net);
  header.__metadata__.flatcheck = JSON.stringify(meta);
  return Buffer.concat([tensors(header), bytes.subarray(8 + length)]);
}

const pictures = (path: string): unknown =>
  imagesOf(
    [{ id: 'run', arm: {}, seed: 1, status: 'complete', numbers: {}, curves: {} }],
    join(path, '../../..'),
    message => {
      throw new InputError(message);
    },
  );

const images = (shape: readonly number[], bytes: number): Case => ({
  name: `images [${shape}]`,
  write(folder) {
    makeFolder('test', runFolder(folder, 'run'));
    const path = join(runFolder(folder, 'run'), 'images.safetensors');
    writeFileSync(path, tensors({ originals: { dtype: 'F32', shape, data_offsets: [0, bytes] } }, bytes));
    return path;
  },
  read: pictures,
});

/** A large batch of the smallest network: what is given is small, what is computed is not. */
function wide(): Uint8Array {
  const question = problem('grae', 0);
  const { net } = question.model as unknown as { net: { encoder: number[] } };
  const x = { shape: [20_000, net.encoder[0]!], data: new Float64Array(20_000 * net.encoder[0]!) };
  const given = { ...question.given, 'input.x': x };
  return Buffer.concat(encodeVector({ ...golden('grae-0'), ...question, given }));
}

const SIZE = 4 * MB;
export const NO_CLAIMS = { claims: new Map() };

export const CASES: readonly Case[] = [
  ...Object.entries(JSONS).flatMap(([name, text], i) => {
    const readers = [
      bytesCase(
        `report of ${name}`,
        () => text(SIZE),
        path => readResult('merge', path, NO_CLAIMS),
      ),
      bytesCase(
        `header of ${name}`,
        () => tensors(text(SIZE)),
        path => readSafetensors(path),
      ),
    ];
    return SOAK ? readers : [readers[i % 2]!]; // both read by one parser
  }),
  bytesCase(
    'configuration of empty objects',
    () => JSONS['empty objects']!(1e6),
    path => readConfig(path),
  ),
  bytesCase(
    'many tensors',
    () => tensors(filled(SIZE, i => `"${i}":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}`, '{', '}')),
    path => readSafetensors(path),
  ),
  ...[[2 ** 53], [0, 2 ** 40], [2 ** 40, 2 ** 40], [2 ** 33], [0, 2 ** 53 - 1, 2 ** 53 - 1]].map(shape =>
    bytesCase(
      `shape ${shape}`,
      () => tensors({ a: u8(shape) }),
      path => readSafetensors(path),
    ),
  ),
  bytesCase(
    'shape of many',
    () => tensors({ a: u8(Array(1e5).fill(1), 1) }, 1),
    path => readSafetensors(path),
  ),
  bytesCase('metadata', () => tensors({ __metadata__: { flatcheck: 'x'.repeat(8 * MB) } }), check),
  bytesCase('latents', () => claiming('grae-0', net => Object.assign(net, { latent: 2 ** 40 })), check),
  bytesCase(
    'data',
    () => claiming('sam-0', net => Object.assign(net, { layers: [2 ** 40, 2 ** 40, 2] })),
    check,
  ),
  bytesCase(
    'layers',
    () => claiming('sam-0', net => Object.assign(net, { layers: Array(1e5).fill(1) })),
    check,
  ),
  bytesCase('wide batch', wide, check),
  images([1, 20_000, 20_000, 0], 0),
  images([1, 1, 2 ** 20, 1], 4 * MB),
  images([2 ** 20, 1, 1, 1], 4 * MB),
  bytesCase(
    'IDX counts',
    () => idx([2 ** 32 - 1, 2 ** 32 - 1, 2 ** 32 - 1, 2 ** 32 - 1], new Uint8Array(9)),
    path => readIdx(path),
  ),
  bytesCase(
    'IDX bomb',
    () => gzipSync(new Uint8Array(200 * MB), { level: 1 }),
    path => readIdx(path),
    'bomb.gz',
  ),
  bytesCase(
    'tar claims',
    () => tarGz([{ name: 'a', data: new Uint8Array(60 * MB) }]),
    path => unpackTarGz(path, join(path, '..'), { bytes: 50 * MB, entries: 9 }),
  ),
  {
    name: 'MNIST without pixels',
    write(folder) {
      writeFileSync(join(folder, 'train-images-idx3-ubyte'), idx([4e9, 0, 4e9], new Uint8Array()));
      writeFileSync(join(folder, 'train-labels-idx1-ubyte'), idx([0], new Uint8Array()));
      return join(folder, 'train-images-idx3-ubyte');
    },
    read: path => openMnist(join(path, '..'), 'train'),
  },
  ...(
    [
      ['sparse safetensors', path => readSafetensors(path)],
      ['sparse vector', check],
      ['sparse report', path => readResult('merge', path, NO_CLAIMS)],
      ['sparse configuration', path => readConfig(path)],
      ['sparse IDX', path => readIdx(path)],
      ['sparse CIFAR', path => readCifarFile(path, 'cifar10', 'train')],
    ] as const satisfies readonly (readonly [string, Case['read']])[]
  ).map(
    ([name, read]): Case => ({
      name,
      read,
      write(folder) {
        const path = join(folder, 'sparse');
        writeFileSync(path, '');
        truncateSync(path, 10 * 2 ** 30);
        return path;
      },
    }),
  ),
];
