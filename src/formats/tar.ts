/** @file Unpacking a .tar.gz of plain files: POSIX ustar headers, hostile names refused, sizes bounded. */
import { mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { streamFile, unavailable } from './files.js';
import { InputError } from './input-error.js';

const BLOCK = 512;
/** Codes of the file system that only the names in the archive can be the cause of. */
const CLASHES: ReadonlySet<string> = new Set(['EEXIST', 'ENOTDIR', 'EISDIR', 'ENAMETOOLONG']);

export interface UnpackLimits {
  /** Most unpacked bytes in all, headers included. */
  readonly bytes: number;
  readonly entries: number;
}

/**
 * Unpacks into `folder`, which must exist and should be empty. Returns the paths of the files, as the archive
 * has them.
 */
export async function unpackTarGz(archive: string, folder: string, limits: UnpackLimits): Promise<string[]> {
  const fail = (
    rule: string,
    got: unknown,
    todo = 'it is damaged or another format; get it again',
  ): never => {
    throw new InputError(`tar: ${rule}, got ${got} (${archive}) - ${todo}`);
  };
  const source = streamFile('tar', archive);
  const gunzip = createGunzip();
  source.on('error', error => gunzip.destroy(error));
  const reader = new Blocks(source.pipe(gunzip), limits.bytes, fail);
  const seen = new Set<string>();
  const files: string[] = [];
  try {
    for (;;) {
      const header = await reader.take(BLOCK);
      if (header.every(byte => byte === 0)) return files;
      const { path, size, type } = readHeader(header, reader.position - BLOCK, fail);
      if (seen.size >= limits.entries)
        fail(`the archive must have at most ${limits.entries} entries`, 'more');
      if (seen.has(path)) fail('names must be distinct', `'${path}' twice`);
      seen.add(path);
      if (type === 'folder') await mkdir(join(folder, path), { recursive: true });
      else if (type === 'file') {
        await writeEntry(join(folder, path), size, reader);
        files.push(path);
      } else await reader.skip(size);
      await reader.skip((BLOCK - (size % BLOCK)) % BLOCK);
    }
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    if (code.startsWith('Z_')) fail('the archive must be whole gzip data', message);
    if (CLASHES.has(code)) fail('files and folders must not clash', message, 'do not trust this archive');
    throw unavailable('tar', archive, error);
  } finally {
    source.destroy();
    gunzip.destroy();
  }
}

type Fail = (rule: string, got: unknown, todo?: string) => never;

async function writeEntry(path: string, size: number, reader: Blocks): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, 'wx', 0o644);
  try {
    for (let left = size; left > 0; ) {
      const chunk = await reader.some(left);
      await file.writeFile(chunk);
      left -= chunk.length;
    }
    await file.sync();
  } finally {
    await file.close();
  }
}

interface Header {
  readonly path: string;
  readonly size: number;
  readonly type: 'file' | 'folder' | 'comment';
}

const TYPES: Readonly<Record<string, Header['type']>> = {
  '0': 'file',
  '\0': 'file',
  '5': 'folder',
  g: 'comment',
  x: 'comment',
};

function readHeader(block: Uint8Array, at: number, fail: Fail): Header {
  const text = (start: number, length: number): string =>
    Buffer.from(block.subarray(start, start + length))
      .toString('latin1')
      .split('\0')[0]!;
  const octal = (start: number, length: number, what: string): number => {
    const digits = text(start, length).trim();
    return /^[0-7]{1,11}$/.test(digits)
      ? Number.parseInt(digits, 8)
      : fail(`the ${what} at byte ${at + start} must be octal digits`, JSON.stringify(digits));
  };
  const sum = block.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 32 : byte), 0);
  if (octal(148, 8, 'checksum') !== sum)
    fail(`the header at byte ${at} must have checksum ${sum}`, octal(148, 8, 'checksum'));
  const flag = String.fromCharCode(block[156]!);
  const type = TYPES[flag];
  const posix = text(257, 6) === 'ustar' && block[262] === 0; // GNU's own format keeps other things in the prefix
  const prefix = posix ? text(345, 155) : '';
  const name = prefix === '' ? text(0, 100) : `${prefix}/${text(0, 100)}`;
  if (type === undefined)
    return fail(
      'entries must be plain files or folders',
      `type '${flag}' for '${name}'`,
      'do not trust this archive',
    );
  return {
    path: type === 'comment' ? `${name} (${at})` : safePath(name, fail),
    size: octal(124, 12, 'size'),
    type,
  };
}

/** A relative path of plain names, or an error. */
function safePath(name: string, fail: Fail): string {
  const parts = name.split('/').filter(part => part !== '' && part !== '.');
  const plain = /^[\w][\w. +@-]*$/;
  if (name.startsWith('/') || parts.length === 0 || !parts.every(part => plain.test(part)))
    fail('paths must be relative and of plain names', JSON.stringify(name), 'do not trust this archive');
  return parts.join('/');
}

/** Takes exact amounts from a stream of chunks. */
class Blocks {
  position = 0;
  private readonly chunks: AsyncIterator<Uint8Array>;
  private rest: Uint8Array = new Uint8Array();

  constructor(
    stream: AsyncIterable<Uint8Array>,
    private readonly limit: number,
    private readonly fail: Fail,
  ) {
    this.chunks = stream[Symbol.asyncIterator]();
  }

  /** Between one and `most` bytes. */
  async some(most: number): Promise<Uint8Array> {
    while (this.rest.length === 0) {
      const next = await this.chunks.next();
      if (next.done)
        return this.fail(
          'the archive must end with an empty block',
          `its end at unpacked byte ${this.position}`,
        );
      this.rest = next.value;
    }
    const taken = this.rest.subarray(0, most);
    this.rest = this.rest.subarray(taken.length);
    this.position += taken.length;
    if (this.position > this.limit)
      this.fail(`the archive must unpack to at most ${this.limit} bytes`, 'more');
    return taken;
  }

  async take(count: number): Promise<Uint8Array> {
    const out = new Uint8Array(count);
    for (let done = 0; done < count; ) {
      const part = await this.some(count - done);
      out.set(part, done);
      done += part.length;
    }
    return out;
  }

  async skip(count: number): Promise<void> {
    for (let left = count; left > 0; ) left -= (await this.some(left)).length;
  }
}
