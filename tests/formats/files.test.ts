/**
 * @file What is no regular file is refused at once, by every reader; and a walk that meets every file once.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { readSubmission } from '../../src/cli/experiment/slurm/submission.js';
import { readResult } from '../../src/cli/verify/read-result.js';
import { openCifar, readCifarFile } from '../../src/formats/cifar.js';
import { download } from '../../src/formats/download.js';
import { readBytes, readText, sha256File } from '../../src/formats/files.js';
import { openMnist, readIdx } from '../../src/formats/idx.js';
import { UnavailableError } from '../../src/formats/input-error.js';
import { readSafetensors } from '../../src/formats/safetensors.js';
import { unpackTarGz } from '../../src/formats/tar.js';
import { Walk } from '../../src/formats/walk.js';
import { readConfig } from '../../src/train/config.js';
import { readMetrics } from '../../src/train/metrics.js';
import { readVector } from '../../src/vectors/vector.js';
import { suite } from '../harness.js';
import { errorOf, inFolder } from './temporary.js';

const test = suite('files');

const fifo = (path: string): void => assert.is(spawnSync('sh', ['-c', 'mkfifo "$0"', path]).status, 0);

/** Puts something at `path` that has the name of a file and is none. */
const IMPOSTORS: Readonly<Record<string, readonly [make: (path: string) => unknown, says: RegExp]>> = {
  pipe: [fifo, /must be a regular file, got a pipe/],
  'link to a pipe': [
    path => {
      fifo(`${path}.pipe`);
      symlinkSync(`${path}.pipe`, path);
    },
    /got a pipe/,
  ],
  device: [path => symlinkSync('/dev/zero', path), /got a device/],
  folder: [path => mkdirSync(path), /got a folder/],
  socket: [
    path => new Promise<void>(done => createServer().unref().listen(path, done)),
    /is a socket or a device, not a file/,
  ],
  circle: [path => symlinkSync(path, path), /is a circle of symbolic links/],
  'link to nowhere': [path => symlinkSync(`${path}.none`, path), /does not exist/],
};

/** Every reader of files that users hand in, by the name that its file must have. */
const READERS: readonly (readonly [file: string, read: (path: string, folder: string) => unknown])[] = [
  ['bytes', path => readBytes('test', path, { atMost: 1 })],
  ['text', path => readText('test', path, 1)],
  ['hash', path => sha256File('test', path)],
  ['a.safetensors', path => readSafetensors(path)],
  ['v.safetensors', path => readVector(path)],
  ['config.json', path => readConfig(path)],
  ['result.json', path => readResult('merge', path, { claims: new Map() })],
  ['metrics.jsonl', path => [...readMetrics(path)]],
  ['tasks.json', (_, folder) => readSubmission(folder)],
  ['images', path => readIdx(path)],
  ['images.gz', path => readIdx(path)],
  ['data_batch_1.bin', path => readCifarFile(path, 'cifar10', 'train')],
  ['data_batch_1.bin', (_, folder) => openCifar(folder)],
  ['a.tar.gz', (path, folder) => unpackTarGz(path, folder, { bytes: 1, entries: 1 })],
];

for (const [kind, [make, says]] of Object.entries(IMPOSTORS))
  test(`a ${kind} in the place of a file is refused at once by every reader`, () =>
    inFolder(async folder => {
      for (const [file, read] of READERS) {
        const path = join(folder, file);
        await make(path);
        const start = performance.now();
        const error = await errorOf(() => read(path, folder));
        assert.instance(error, UnavailableError, `${file}: ${error.stack}`);
        assert.match(error.message, says, file);
        assert.ok(error.message.includes(path) && !error.message.includes('\n'), error.message);
        assert.ok(performance.now() - start < 1000, file);
        for (const left of [path, `${path}.pipe`]) rmSync(left, { recursive: true, force: true });
      }
    }));

test('pipes in the places of MNIST and of a pinned download', () =>
  inFolder(async folder => {
    fifo(join(folder, 'train-images-idx3-ubyte'));
    writeFileSync(join(folder, 'train-labels-idx1-ubyte'), '');
    assert.match((await errorOf(() => openMnist(folder, 'train'))).message, /got a pipe/);
    fifo(join(folder, 'pinned'));
    const pinned = { name: 'pinned', urls: [], bytes: 0, sha256: '' };
    assert.match((await errorOf(() => download(pinned, join(folder, 'pinned')))).message, /got a pipe/);
  }));

test('what comes through a pipe on standard input is refused at once; a file there is read', () => {
  const files = new URL('../../src/formats/files.js', import.meta.url).href;
  const code = `import(${JSON.stringify(files)}).then(f => console.log(f.readText('t', '/dev/stdin', 99)),)
    .catch(error => console.log(error.message))`;
  const script = `cat "$0" | "$1" -e "$2"; "$1" -e "$2" < "$0"`;
  return inFolder(folder => {
    writeFileSync(join(folder, 'x'), 'contents');
    const { stdout } = spawnSync('sh', ['-c', script, join(folder, 'x'), process.execPath, code], {
      encoding: 'utf8',
      timeout: 20_000,
    });
    assert.match(
      stdout,
      /^t: \/dev\/stdin must be a regular file, got a pipe - .*saved first\)\ncontents\n$/,
    );
  });
});

const walked = (folder: string, ...paths: readonly string[]): string[] => {
  const walk = new Walk('test', name => name.endsWith('.v'));
  return paths
    .flatMap(path => [...walk.from(join(folder, path))])
    .map(found => `${found.kind} ${found.path.slice(folder.length + 1)}`);
};

test('a walk meets every file once, whatever circles of links there are', () =>
  inFolder(folder => {
    for (const name of ['in', 'in/deep', 'out', 'in/named.v']) mkdirSync(join(folder, name));
    for (const name of ['in/b.v', 'in/deep/a.v', 'in/named.v/c.v', 'in/other', 'out/d.v'])
      writeFileSync(join(folder, name), '');
    for (const [to, name] of [
      ['.', 'in/circle'],
      ['..', 'in/deep/circle'],
      ['.', 'in/deep/second'],
      ['../out', 'in/linked'],
      ['../out', 'in/linked-again'],
      ['b.v', 'in/z.v'],
      ['nowhere', 'in/dead.v'],
      ['nowhere', 'in/dead'],
      ['self.v', 'in/self.v'],
    ] as const)
      symlinkSync(to, join(folder, name));
    const all = [
      ...['file in/b.v', 'failed in/dead.v', 'file in/deep/a.v', 'file in/linked/d.v', 'file in/named.v/c.v'],
      ...['failed in/self.v', 'again in/z.v'],
    ];
    assert.equal(walked(folder, 'in'), all);
    assert.equal(walked(folder, 'in', 'in/b.v', 'out', 'none'), [
      ...[...all, 'again in/b.v', 'again out', 'failed none'],
    ]);
    assert.equal(walked(folder, 'in/other'), ['file in/other']);
  }));

test.run();
