import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import * as assert from 'uvu/assert';
import { DATASETS, type Dataset, getDataset, isComplete } from '../../src/formats/datasets.js';
import { sha256 } from '../../src/formats/files.js';
import { InputError, UnavailableError } from '../../src/formats/input-error.js';
import { suite } from '../harness.js';
import { cifarRecords, tarGz } from './archives.js';
import { errorOf, inFolder } from './temporary.js';

const test = suite('data sets');
const records = cifarRecords(2);
const archive = tarGz([
  { name: 'tiny/', type: '5' },
  { name: 'tiny/data_batch_1.bin', data: records },
  { name: 'tiny/test_batch.bin', data: records },
]);

const pin = (name: string, data: Uint8Array) => ({
  name,
  urls: ['http://127.0.0.1:9/nobody'],
  bytes: data.length,
  sha256: sha256(data),
});

const tiny: Dataset = {
  title: 'tiny',
  files: [pin('tiny.tar.gz', archive)],
  folder: 'tiny',
  members: { 'data_batch_1.bin': records.length, 'test_batch.bin': records.length },
  archive: true,
};

/** Serves the files by name and counts the requests. */
async function serving(
  files: Record<string, Uint8Array>,
  body: (base: string, count: () => number) => Promise<void>,
) {
  let count = 0;
  const server = createServer((request, response) => {
    count++;
    response.end(files[basename(request.url ?? '')]);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  try {
    await body(`http://127.0.0.1:${(server.address() as AddressInfo).port}/sets/`, () => count);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

test('an archive is fetched, unpacked whole, and left alone the next time', () =>
  serving({ 'tiny.tar.gz': archive }, (base, count) =>
    inFolder(async data => {
      mkdirSync(join(data, '.unpacking-tiny')); // left by a process that was killed
      assert.equal(await getDataset(tiny, { data, base }), { folder: join(data, 'tiny'), status: 'fetched' });
      assert.equal(new Uint8Array(readFileSync(join(data, 'tiny', 'test_batch.bin'))), records);
      assert.equal(readdirSync(data), ['tiny', 'tiny.tar.gz']);
      assert.is((await getDataset(tiny, { data, base, offline: true })).status, 'present');
      assert.is(count(), 1);
    }),
  ));

test('offline: names the file to place by hand, and takes it from there', () =>
  inFolder(async data => {
    const error = await errorOf(() => getDataset(tiny, { data, offline: true }));
    assert.instance(error, UnavailableError);
    for (const part of ['tiny.tar.gz', String(archive.length), sha256(archive), data, 'nobody'])
      assert.ok(error.message.includes(part), `${part} in: ${error.message}`);
    writeFileSync(join(data, 'tiny.tar.gz'), archive);
    assert.is((await getDataset(tiny, { data, offline: true })).status, 'fetched');
    assert.ok(isComplete(tiny, data));
  }));

test('an archive without what it should hold, or a folder with other files', () =>
  inFolder(async data => {
    writeFileSync(join(data, 'tiny.tar.gz'), archive);
    const wanted = { ...tiny, members: { ...tiny.members, 'data_batch_2.bin': 1 } };
    const error = await errorOf(() => getDataset(wanted, { data, offline: true }));
    assert.instance(error, InputError);
    assert.match(error.message, /must hold data_batch_1.bin, test_batch.bin, data_batch_2.bin in tiny/);
    assert.equal(readdirSync(data), ['tiny.tar.gz']);
    mkdirSync(join(data, 'tiny'));
    assert.match((await errorOf(() => getDataset(tiny, { data }))).message, /got other files - move it away/);
  }));

test('a set of single files', () => {
  const files = { 'a.gz': Uint8Array.of(1, 2), 'b.gz': Uint8Array.of(3) };
  const set: Dataset = {
    title: 'two',
    files: Object.entries(files).map(([name, data]) => pin(name, data)),
    folder: 'two',
    members: { 'a.gz': 2, 'b.gz': 1 },
    archive: false,
  };
  return serving(files, base =>
    inFolder(async data => {
      await getDataset(set, { data, base });
      assert.equal(readdirSync(join(data, 'two')), ['a.gz', 'b.gz']);
    }),
  );
});

test('a data folder that cannot be made', () =>
  inFolder(async folder => {
    writeFileSync(join(folder, 'file'), '');
    assert.instance(await errorOf(() => getDataset(tiny, { data: join(folder, 'file') })), UnavailableError);
    assert.not(existsSync(join(folder, 'tiny')));
  }));

test('the pins are well formed', () => {
  assert.equal(Object.keys(DATASETS), ['cifar10', 'cifar100', 'mnist']);
  for (const { files, members } of Object.values(DATASETS)) {
    assert.ok(Object.values(members).every(size => size > 0));
    for (const { sha256: hash, urls, name } of files) {
      assert.match(hash, /^[0-9a-f]{64}$/);
      for (const url of urls) assert.ok(url.startsWith('https://') && url.endsWith(`/${name}`));
    }
  }
});

test.run();
