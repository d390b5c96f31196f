import { mkdirSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { run as data } from '../../src/cli/commands/data.js';
import { run as doctor } from '../../src/cli/commands/doctor.js';
import { dataFolder, findData } from '../../src/cli/data-folder.js';
import { DATASET_NAMES, DATASETS, type DatasetName } from '../../src/formats/datasets.js';
import { inFolder } from '../formats/temporary.js';
import { suite } from '../harness.js';
import { captured, type Where } from './captured.js';
import { oneLine } from './run.js';

const test = suite('data command', 300);

const get = (argv: readonly string[], where?: Where) => captured(() => data(['get', ...argv]), where);

/** A complete set by name and size; the files are holes. */
function place(name: DatasetName, folder: string): string {
  const set = DATASETS[name];
  const inside = join(folder, set.folder);
  mkdirSync(inside, { recursive: true });
  for (const [file, bytes] of Object.entries(set.members)) {
    writeFileSync(join(inside, file), '');
    truncateSync(join(inside, file), bytes);
  }
  return inside;
}

async function serving(handler: RequestListener, body: (base: string) => Promise<void>): Promise<void> {
  const server = createServer(handler);
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  try {
    await body(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

test('what is there is not fetched again', () =>
  inFolder(async folder => {
    const inside = place('cifar10', folder);
    const ended = await get(['cifar10', '--dir', folder, '--from', 'http://127.0.0.1:1']);
    assert.equal([ended.status, ended.stderr], [0, '']);
    assert.is(ended.stdout, `CIFAR-10, binary (Krizhevsky 2009): already in ${inside}\n`);
  }));

test('a server without the set: exit code 4, one line, nothing left', () =>
  inFolder(folder =>
    serving(
      (_, response) => response.writeHead(404).end(),
      async base => {
        const ended = await get(['mnist', '--dir', folder, '--from', `${base}/`]);
        assert.is(ended.status, 4, ended.stderr);
        assert.match(ended.stderr, /train-images-idx3-ubyte\.gz must be reachable.*answered 404/);
        assert.ok(oneLine(ended), ended.stderr);
        assert.equal([ended.stdout, readdirSync(join(folder, 'mnist'))], ['', []]);
      },
    ),
  ));

test('a server with another file of the right length: exit code 2, progress shown, nothing left', () =>
  inFolder(folder =>
    serving(
      (_, response) => {
        response.writeHead(200, { 'content-length': DATASETS.mnist.files[0]!.bytes });
        response.end(new Uint8Array(DATASETS.mnist.files[0]!.bytes));
      },
      async base => {
        const ended = await get(['mnist', '--dir', folder, '--from', base], { terminal: true });
        assert.is(ended.status, 2, ended.stderr);
        assert.match(ended.stderr, /data: mnist 9\.9 of 9\.9 MB.*must be the pinned file, got SHA-256/);
        assert.equal(readdirSync(join(folder, 'mnist')), []);
      },
    ),
  ));

test('each set is asked for by the name of its file, and one of another length refused before it is read', () =>
  inFolder(async folder => {
    for (const name of DATASET_NAMES) {
      const { bytes, name: file } = DATASETS[name].files[0]!;
      const asked: (string | undefined)[] = [];
      await serving(
        (request, response) => {
          asked.push(request.url);
          response.writeHead(200, { 'content-length': bytes + 1 });
          response.write('x');
        },
        async base => {
          const ended = await get([name, '--dir', folder, '--from', base]);
          assert.is(ended.status, 2, ended.stderr);
          assert.match(ended.stderr, new RegExp(`${file} must .*${bytes}.*${bytes + 1}`));
          assert.ok(oneLine(ended), ended.stderr);
        },
      );
      assert.equal(asked, [`/${file}`]);
      assert.not(readdirSync(folder, { recursive: true }).some(path => String(path).endsWith(file)));
    }
  }));

test('--offline leaves nothing behind', () =>
  inFolder(async folder => {
    for (const name of ['cifar10', 'mnist']) {
      const ended = await get([name, '--offline', '--dir', join(folder, 'data')]);
      assert.is(ended.status, 4);
      assert.match(ended.stderr, /is not in .* and --offline forbids fetching it - put /);
      assert.equal(readdirSync(folder), []);
    }
  }));

test('--from must be a place on the web', async () => {
  for (const from of ['nonsense', 'ftp://x/y', '']) {
    const ended = await get(['mnist', '--from', from]);
    assert.is(ended.status, 2);
    assert.match(ended.stderr, /--from must be a URL that begins with http/);
  }
});

test('without a name the sets are listed', async () => {
  const ended = await get([]);
  assert.is(ended.status, 2);
  assert.match(ended.stderr, /no data set '' \(there are cifar10, cifar100, mnist\)/);
  assert.match((await captured(() => data([]))).stderr, /must be 'get', got ''/);
});

test('the data folder is $FLATCHECK_DATA, then one in $XDG_CACHE_HOME, then one in the home folder', async () => {
  const folderWith = async (env: Where['env']): Promise<string> => {
    let folder = '';
    const body = async () => {
      folder = dataFolder();
      return 0 as const;
    };
    await captured(body, { env: { FLATCHECK_DATA: undefined, XDG_CACHE_HOME: undefined, ...env } });
    return folder;
  };
  assert.is(await folderWith({ FLATCHECK_DATA: '/a', XDG_CACHE_HOME: '/b' }), '/a');
  assert.is(await folderWith({ XDG_CACHE_HOME: '/b' }), join('/b', 'flatcheck'));
  assert.is(await folderWith({}), join(homedir(), '.cache', 'flatcheck'));
});

test('CIFAR-10 is the folder named, then $CIFAR10_DIR, then the one fetched; doctor says where', () =>
  inFolder(async folder => {
    const env = { FLATCHECK_DATA: folder, CIFAR10_DIR: undefined };
    const found = async (more: Where['env'], named?: string): Promise<string | undefined> => {
      let path: string | undefined;
      const body = async () => {
        path = findData('cifar10', named);
        return 0 as const;
      };
      await captured(body, { env: { ...env, ...more } });
      return path;
    };
    assert.is(await found({}), undefined);
    const inside = place('cifar10', folder);
    assert.is(await found({}), inside);
    assert.is(await found({ CIFAR10_DIR: '/c' }), '/c');
    assert.is(await found({ CIFAR10_DIR: '/c' }, '/n'), '/n');
    const { stdout } = await captured(() => doctor([]), { env });
    assert.match(stdout, /\nmnist +not here: 'flatcheck data get mnist', or set MNIST_DIR/);
    assert.ok(stdout.includes(`cifar10   ${inside}\n`), stdout);
  }));

test.run();
