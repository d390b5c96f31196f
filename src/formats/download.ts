/**
 * @file Fetching one pinned file: resumed where it stopped, checked for size and hash, then renamed into
 * place.
 */
import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { syncFolder, writeAll } from './atomic.js';
import { sha256File, unavailable } from './files.js';
import { InputError, UnavailableError } from './input-error.js';
import { request, shownUrl } from './url.js';

/** A file of the web that we know by size and hash. */
export interface Pinned {
  readonly name: string;
  /** Places that have it, tried in turn. */
  readonly urls: readonly string[];
  readonly bytes: number;
  readonly sha256: string;
}

export interface DownloadOptions {
  readonly onProgress?: (done: number, total: number) => void;
  /** Attempts at each place before giving up; each goes on where the last one stopped. */
  readonly attempts?: number;
  /** Give up on a connection that sends nothing for this long. */
  readonly stallMs?: number;
  readonly signal?: AbortSignal;
}

/** Worth another attempt: the connection broke, or the server said that it is busy. */
class Transient extends Error {}
/** The server's last word: another attempt there would not help. */
class Refused extends Error {}
/** The place has another file, or a page that asks who we are: what came from there is thrown away. */
class Other extends Error {
  constructor(
    message: string,
    readonly todo: string,
  ) {
    super(message);
  }
}

const OTHER_FILE = 'the server holds another file: do not use it';

/**
 * Makes `path` hold the pinned file. A complete file that is already there is left alone, whatever lies there
 * is checked.
 */
export async function download(
  pinned: Pinned,
  path: string,
  options: DownloadOptions = {},
): Promise<'present' | 'fetched'> {
  try {
    if (existsSync(path)) {
      const wrong = await mismatch(pinned, path);
      if (wrong === undefined) return 'present';
      throw new InputError(
        `download: ${path} must be the pinned ${pinned.name}, got ${wrong} - delete it, then run again`,
      );
    }
    await fetchPart(pinned, `${path}.part`, options);
    renameSync(`${path}.part`, path);
    syncFolder(dirname(path));
    return 'fetched';
  } catch (error) {
    throw unavailable('download', path, error);
  }
}

async function mismatch({ bytes, sha256 }: Pinned, path: string): Promise<string | undefined> {
  const size = statSync(path).size;
  if (size !== bytes) return `${size} bytes instead of ${bytes}`;
  const hash = await sha256File('download', path);
  return hash === sha256 ? undefined : `SHA-256 ${hash} instead of ${sha256}`;
}

/** Tries place after place until the part is the pinned file. */
async function fetchPart(pinned: Pinned, part: string, options: DownloadOptions): Promise<void> {
  const reasons: (readonly [url: string, error: Error])[] = [];
  for (const url of pinned.urls) {
    const error = await fetchFrom(pinned, url, part, options);
    if (error === undefined) return;
    reasons.push([shownUrl(url), error]);
  }
  const others = reasons.flatMap(([, error]) => (error instanceof Other ? [error] : []));
  const [first] = others;
  if (first !== undefined && others.length === reasons.length)
    throw new InputError(
      reasons.length === 1
        ? `download: ${pinned.name} ${first.message} - ${first.todo}`
        : `download: ${pinned.name} ${reasons.map(([url, { message }]) => `${message} (${url})`).join('; ')} - ${first.todo}`,
    );
  const said = reasons.map(([url, { message }]) => `${url}: ${message}`);
  throw new UnavailableError(
    `download: ${pinned.name} must be reachable, got ${[...new Set(said)].join('; ')} - check the network ` +
      'and run again (what has arrived is kept), or fetch it by other means and use --offline',
  );
}

/** Brings the part to the pinned contents from one place, in several attempts, or says why not. */
async function fetchFrom(
  pinned: Pinned,
  url: string,
  part: string,
  options: DownloadOptions,
): Promise<Error | undefined> {
  let left = options.attempts ?? 5;
  let begunAgain = false;
  for (let attempt = 1; ; attempt++) {
    try {
      const continued = await fetchRest(pinned, url, part, options);
      const wrong = await mismatch(pinned, part);
      if (wrong === undefined) return undefined;
      rmSync(part, { force: true });
      if (!continued)
        return new Other(
          `must be the pinned file, got ${wrong}`,
          `the part was deleted; run again, and if this happens twice ${OTHER_FILE}`,
        );
      // what lay there before may be to blame: once more, all of it from here
      if (!begunAgain) left++;
      begunAgain = true;
      throw new Transient(`the whole did not fit together (${wrong})`);
    } catch (error) {
      if (options.signal?.aborted)
        throw new UnavailableError(
          `download: ${pinned.name} was interrupted - run the same command to go on`,
        );
      if (error instanceof Other || error instanceof Refused) return error;
      if (!(error instanceof Transient)) throw error;
      left--;
      if (left <= 0) return error;
      await sleep(Math.min(200 * 2 ** attempt, 5000));
    }
  }
}

/** Brings the part to its full size, or throws. Whether it went on with what was there before. */
async function fetchRest(
  pinned: Pinned,
  address: string,
  part: string,
  options: DownloadOptions,
): Promise<boolean> {
  let have = existsSync(part) ? statSync(part).size : 0;
  if (have > pinned.bytes) {
    rmSync(part);
    have = 0;
  }
  if (have === pinned.bytes) return true;

  const stall = new AbortController();
  const watch = setTimeout(() => stall.abort(), options.stallMs ?? 60_000);
  const signal = options.signal ? AbortSignal.any([stall.signal, options.signal]) : stall.signal;
  try {
    const { url, headers: credentials } = request(address);
    const range = have > 0 ? { range: `bytes=${have}-` } : {};
    const headers = { 'accept-encoding': 'identity', ...credentials, ...range };
    const response = await fetch(url, { headers, signal });
    const from = startOf(response, have, pinned, part);
    if (response.body === null) throw new Transient('the answer has no body');
    await append(response.body, part, from, pinned, options, () => watch.refresh());
    return from > 0;
  } catch (error) {
    if (!isConnection(error)) throw error;
    throw new Transient(stall.signal.aborted ? 'the server stopped sending' : reasonOf(error));
  } finally {
    clearTimeout(watch);
    stall.abort(); // closes the connection if we left early
  }
}

/** At which byte the answer's body begins; a server that ignores the range sends all from 0. */
function startOf(response: Response, have: number, pinned: Pinned, part: string): number {
  const { status } = response;
  if (status === 416) {
    rmSync(part, { force: true });
    throw new Transient('the server refused to go on in the middle');
  }
  if (status === 429 || status >= 500) throw new Transient(`the server answered ${status}`);
  if (status !== 200 && status !== 206) throw new Refused(`the server answered ${status}`);
  if (/^\s*(text\/html|application\/xhtml)/i.test(response.headers.get('content-type') ?? ''))
    throw new Other(
      `must be the pinned file, got a web page at ${shownUrl(response.url)}`,
      'it may ask for a login, or stand for what is there no more: look at it in a browser',
    );
  const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers.get('content-range') ?? '');
  if (status === 206 && range === null)
    throw new Refused('the server answered 206 without a valid content-range');
  const from = status === 206 ? Number(range![1]) : 0;
  if (from !== 0 && from !== have) throw new Refused(`the server sent bytes from ${from}, asked for ${have}`);
  const length = response.headers.get('content-length');
  const total = status === 206 ? (range![2] === '*' ? null : range![2]!) : length;
  if (total !== null && Number(total) !== pinned.bytes)
    throw new Other(`must have ${pinned.bytes} bytes, got ${total} at ${shownUrl(response.url)}`, OTHER_FILE);
  return from;
}

/** `fetch` reports a broken connection as a TypeError with a cause, an abort as a DOMException. */
const isConnection = (error: unknown): error is Error =>
  error instanceof DOMException || (error instanceof TypeError && error.cause !== undefined);

const reasonOf = ({ cause, message }: Error): string =>
  cause instanceof Error && cause.message !== '' ? cause.message : message;

async function append(
  body: AsyncIterable<Uint8Array>,
  part: string,
  from: number,
  pinned: Pinned,
  options: DownloadOptions,
  alive: () => void,
): Promise<void> {
  const fd = openSync(part, from === 0 ? 'w' : 'a');
  let size = from;
  try {
    for await (const chunk of body) {
      alive();
      size += chunk.length;
      if (size > pinned.bytes) {
        rmSync(part, { force: true });
        throw new Other(`must have ${pinned.bytes} bytes, got more`, 'do not use this server');
      }
      writeAll(fd, chunk);
      options.onProgress?.(size, pinned.bytes);
    }
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  if (size < pinned.bytes) throw new Transient(`the connection ended at byte ${size} of ${pinned.bytes}`);
}
