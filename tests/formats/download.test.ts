import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { type DownloadOptions, download, type Pinned } from '../../src/formats/download.js';
import { sha256 } from '../../src/formats/files.js';
import { InputError, UnavailableError } from '../../src/formats/input-error.js';
import { below, shownUrl, withoutSecrets } from '../../src/formats/url.js';
import { suite } from '../harness.js';
import { errorOf, inFolder } from './temporary.js';

const test = suite('download');
const data = Uint8Array.from({ length: 100_000 }, (_, i) => (i * i) % 253);

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

interface Visit {
  readonly path: string;
  readonly pinned: Pinned;
  readonly base: string;
  /** The range header of each request. */
  readonly ranges: (string | undefined)[];
  fetch(options?: DownloadOptions): Promise<string>;
}

/** A server with the given behaviour and a fresh folder to download into. */
async function visiting(handler: Handler, body: (visit: Visit) => Promise<void>): Promise<void> {
  const ranges: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    ranges.push(request.headers.range);
    handler(request, response);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const pinned = { name: 'set.bin', urls: [`${base}/set.bin`], bytes: data.length, sha256: sha256(data) };
  try {
    await inFolder(async folder => {
      const path = join(folder, 'set.bin');
      const fetch = (options: DownloadOptions = {}) => download(pinned, path, { attempts: 2, ...options });
      await body({ path, pinned, base, ranges, fetch });
    });
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** Serves ranges as a good server does. */
const honest: Handler = (request, response) => {
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  const rest = data.subarray(from);
  const range = from > 0 ? { 'content-range': `bytes ${from}-${data.length - 1}/${data.length}` } : {};
  response.writeHead(from > 0 ? 206 : 200, { 'content-length': rest.length, ...range });
  response.end(rest);
};

const complete = ({ path }: Visit): void => {
  assert.equal(new Uint8Array(readFileSync(path)), data);
  assert.not(existsSync(`${path}.part`));
};

test('fetched once, then present without asking', () =>
  visiting(honest, async visit => {
    const seen: number[] = [];
    assert.is(await visit.fetch({ onProgress: done => seen.push(done) }), 'fetched');
    complete(visit);
    assert.is(seen.at(-1), data.length);
    assert.is(await visit.fetch(), 'present');
    assert.equal(visit.ranges, [undefined]);
  }));

test('a part is continued by range', () =>
  visiting(honest, async visit => {
    writeFileSync(`${visit.path}.part`, data.subarray(0, 60_000));
    await visit.fetch();
    complete(visit);
    assert.equal(visit.ranges, ['bytes=60000-']);
  }));

test('a connection that breaks in the middle is taken up where it stopped', () => {
  let first = true;
  return visiting(
    (request, response) => {
      if (!first) return honest(request, response);
      first = false;
      response.writeHead(200, { 'content-length': data.length });
      response.write(data.subarray(0, 30_000), () => response.destroy());
    },
    async visit => {
      await visit.fetch();
      complete(visit);
      assert.equal(visit.ranges, [undefined, 'bytes=30000-']);
    },
  );
});

test('a connection that breaks each time keeps its part for the next command', () =>
  visiting(
    (_, response) => {
      response.writeHead(200, { 'content-length': data.length });
      response.write(data.subarray(0, 30_000), () => response.destroy());
    },
    async visit => {
      const error = await errorOf(() => visit.fetch());
      assert.instance(error, UnavailableError);
      assert.match(error.message, /set.bin must be reachable, got http.* - check the network/);
      assert.is(readFileSync(`${visit.path}.part`).length, 30_000);
    },
  ));

test('a server that ignores ranges: from the start again', () =>
  visiting(
    (_, response) => void response.end(data),
    async visit => {
      writeFileSync(`${visit.path}.part`, new Uint8Array(500));
      await visit.fetch();
      complete(visit);
    },
  ));

test('a range refused: from the start again; a part too long is dropped', () =>
  visiting(
    (request, response) => {
      if (request.headers.range) response.writeHead(416).end();
      else response.end(data);
    },
    async visit => {
      writeFileSync(`${visit.path}.part`, new Uint8Array(500));
      await visit.fetch();
      complete(visit);
      assert.is(visit.ranges.length, 2);
    },
  ));

test('a part longer than the file is dropped, a full one only checked', () =>
  visiting(honest, async visit => {
    writeFileSync(`${visit.path}.part`, new Uint8Array(data.length + 1));
    await visit.fetch();
    complete(visit);
    const other = `${visit.path}2`;
    writeFileSync(`${other}.part`, data);
    await download(visit.pinned, other);
    assert.equal(visit.ranges, [undefined]);
  }));

test('wrong contents of the right size', () =>
  visiting(
    (_, response) => void response.end(new Uint8Array(data.length)),
    async visit => {
      const error = await errorOf(() => visit.fetch());
      assert.instance(error, InputError);
      assert.match(error.message, /got SHA-256 \w+ instead of \w+ - the part was deleted/);
      assert.equal(readdirSync(join(visit.path, '..')), []);
    },
  ));

test('wrong size, announced or not', async () => {
  await visiting(
    (_, response) => void response.writeHead(200, { 'content-length': 5 }).end('hello'),
    async visit => {
      const error = await errorOf(() => visit.fetch());
      assert.instance(error, InputError);
      assert.match(error.message, /must have 100000 bytes, got 5 at http/);
    },
  );
  await visiting(
    (_, response) => {
      response.write(data);
      response.end('more');
    },
    async visit =>
      assert.match((await errorOf(() => visit.fetch())).message, /got more - do not use this server/),
  );
});

test('404, 503, and answers to a range that make no sense', async () => {
  const refused = async (handler: Handler, pattern: RegExp, requests: number): Promise<void> =>
    visiting(handler, async visit => {
      writeFileSync(`${visit.path}.part`, data.subarray(0, 10));
      const error = await errorOf(() => visit.fetch());
      assert.instance(error, UnavailableError);
      assert.match(error.message, pattern);
      assert.is(visit.ranges.length, requests);
    });
  await refused((_, response) => void response.writeHead(404).end(), /the server answered 404/, 1);
  await refused((_, response) => void response.writeHead(503).end(), /the server answered 503/, 2);
  await refused((_, response) => void response.writeHead(206).end(), /206 without a valid content-range/, 1);
  await refused(
    (_, response) => void response.writeHead(206, { 'content-range': 'bytes 7-99999/100000' }).end(),
    /sent bytes from 7, asked for 10/,
    1,
  );
});

test('redirects are followed; the second place is tried when the first refuses', () =>
  visiting(
    (request, response) => {
      if (request.url === '/gone') response.writeHead(404).end();
      else if (request.url === '/old') response.writeHead(302, { location: '/set.bin' }).end();
      else honest(request, response);
    },
    async visit => {
      const urls = [`${visit.base}/gone`, `${visit.base}/old`];
      assert.is(await download({ ...visit.pinned, urls }, visit.path), 'fetched');
      complete(visit);
    },
  ));

test('a place with a login page or another file is passed over for the next, whatever it left in the part', async () => {
  const page = '<!DOCTYPE html><form>Who are you?</form>';
  const elsewhere: Readonly<Record<string, Handler>> = {
    page: (_, response) =>
      void response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page),
    unnamed: (_, response) => {
      response.write(page); // no type and no length
      response.end();
    },
    size: (_, response) => void response.writeHead(200, { 'content-length': 5 }).end('hello'),
    more: (_, response) => {
      response.write(data);
      response.end('more');
    },
    contents: (_, response) => void response.end(new Uint8Array(data.length)),
    range: (_, response) => {
      response.writeHead(206, { 'content-range': `bytes 0-99999/100000` });
      response.end(new Uint8Array(data.length));
    },
  };
  for (const name of Object.keys(elsewhere))
    await visiting(
      (request, response) => (request.url!.startsWith('/bad') ? elsewhere[name]! : honest)(request, response),
      async visit => {
        const urls = [`${visit.base}/bad?name=${name}`, `${visit.base}/set.bin`];
        await download({ ...visit.pinned, urls }, visit.path, { attempts: 1 });
        complete(visit);
      },
    );
});

test('a part with other contents is thrown away, not added to, with a single attempt too', () =>
  visiting(honest, async visit => {
    for (const size of [1, 60_000, data.length]) {
      const path = `${visit.path}-${size}`;
      writeFileSync(`${path}.part`, new Uint8Array(size).fill(7));
      await download(visit.pinned, path, { attempts: 1 });
      assert.equal(new Uint8Array(readFileSync(path)), data);
    }
  }));

test('when every place has something else, each is named and nothing is left', () =>
  visiting(
    (_, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<p>Log in</p>'),
    async visit => {
      const urls = ['a', 'b'].map(name => `${visit.base}/${name}`);
      const error = await errorOf(() => download({ ...visit.pinned, urls }, visit.path));
      assert.instance(error, InputError);
      assert.match(error.message, /got a web page at http\S+\/a .*got a web page at http\S+\/b /);
      assert.equal(readdirSync(join(visit.path, '..')), []);
    },
  ));

test('user and password are sent as a header; no message shows them, nor what a query holds', async () => {
  const secret = /s3cret|t0ken|alice/;
  let sent: string | undefined;
  await visiting(
    (request, response) => {
      sent = request.headers.authorization;
      if (request.url?.startsWith('/moved')) response.writeHead(302, { location: '/other?sig=t0ken' }).end();
      else if (request.url?.startsWith('/other'))
        response.writeHead(200, { 'content-length': 5 }).end('hello');
      else if (request.url?.startsWith('/set')) honest(request, response);
      else response.writeHead(403).end();
    },
    async visit => {
      const at = (path: string): string =>
        `${visit.base.replace('//', '//alice:s3cret%40x@')}/${path}?key=t0ken#t0ken`;
      for (const path of ['denied', 'moved']) {
        const { pinned } = visit;
        const error = await errorOf(() => download({ ...pinned, urls: [at(path)] }, visit.path));
        assert.match(error.message, /\*\*\*/);
        assert.not.match(error.message, secret);
        assert.not.match(error.stack!, secret);
      }
      const nobody = 'http://alice:s3cret@127.0.0.1:9/x?key=t0ken';
      const error = await errorOf(() =>
        download({ ...visit.pinned, urls: [nobody] }, visit.path, { attempts: 1 }),
      );
      assert.not.match(error.message, secret);
      await download({ ...visit.pinned, urls: [at('set.bin')] }, visit.path);
      assert.is(sent, `Basic ${Buffer.from('alice:s3cret@x').toString('base64')}`);
      complete(visit);
    },
  );
  for (const text of ['alice:s3cret@host/x?t0ken', 'ftp://alice:s3cret@host/x#t0ken', 'alice:s3/cret@host'])
    assert.not.match(shownUrl(text), /s3|cret|t0ken|alice/);
  const line = "got 'https://alice:s3cret@host/a?key=t0ken' and http://host/b?t0ken";
  assert.is(withoutSecrets(line), "got 'https://***@host/a?***' and http://host/b?***");
  assert.is(below('https://u:p@host/dir/?key=1', 'set.bin'), 'https://u:p@host/dir/set.bin?key=1');
});

test('a silent server, nobody listening, an interruption', () =>
  visiting(
    (_, response) => {
      response.writeHead(200, { 'content-length': data.length });
      response.write(data.subarray(0, 100));
    },
    async visit => {
      const silent = await errorOf(() => visit.fetch({ stallMs: 100, attempts: 1 }));
      assert.match(silent.message, /the server stopped sending/);
      assert.is(readFileSync(`${visit.path}.part`).length, 100);
      const stop = AbortSignal.timeout(50);
      assert.match((await errorOf(() => visit.fetch({ signal: stop }))).message, /interrupted/);
      const urls = ['http://127.0.0.1:9/set.bin'];
      const nobody = await errorOf(() => download({ ...visit.pinned, urls }, visit.path, { attempts: 1 }));
      assert.instance(nobody, UnavailableError);
    },
  ));

test('a complete file that is another is not touched; a place that cannot be written to', () =>
  visiting(honest, async visit => {
    writeFileSync(visit.path, 'mine');
    const error = await errorOf(() => visit.fetch());
    assert.match(error.message, /got 4 bytes instead of 100000 - delete it/);
    assert.is(readFileSync(visit.path, 'utf8'), 'mine');
    mkdirSync(`${visit.path}2.part`);
    const blocked = await errorOf(() => download(visit.pinned, `${visit.path}2`));
    assert.instance(blocked, UnavailableError);
  }));

test.run();
