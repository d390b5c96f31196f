/** @file Reading files whose size and presence are not to be trusted. */
import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  createReadStream,
  fstatSync,
  openSync,
  type ReadStream,
  readdirSync,
  readSync,
  type Stats,
} from 'node:fs';
import { InputError, UnavailableError } from './input-error.js';

/**
 * A file system's refusal in words: what we wanted to do with which path, why not, and what to do about it.
 * Anything else (an error already in words, a bug of ours) comes back as it is.
 */
export function unavailable(what: string, path: string, error: unknown): unknown {
  const { code, syscall, message } = error as NodeJS.ErrnoException;
  if (error instanceof UnavailableError || code === undefined || syscall === undefined) return error;
  const [why, todo] = REASONS[code] ?? [`cannot be used (${message})`, 'see the reason given'];
  return new UnavailableError(`${what}: ${path} ${why} - ${todo}`);
}

const REASONS: Readonly<Record<string, readonly [string, string]>> = {
  ENOENT: ['does not exist', 'check the path'],
  EEXIST: ['is there already, and is not what is needed', 'move it away or choose another place'],
  ENOTDIR: ['lies under something that is not a folder', 'check the path'],
  EISDIR: ['is a folder', 'give a file'],
  EACCES: ['is not accessible (permission denied)', 'change its permissions or choose another place'],
  EPERM: ['is not accessible (not permitted)', 'change its permissions or choose another place'],
  EROFS: ['is on a read-only file system', 'choose another place'],
  ENOSPC: ['does not fit: the disk is full', 'free some space, then run the same command again'],
  EDQUOT: ['does not fit: the disk quota is used up', 'free some space, then run the same command again'],
  ENAMETOOLONG: ['has too long a name', 'choose a shorter path'],
  ELOOP: ['is a circle of symbolic links', 'check the path'],
  ENXIO: ['is a socket or a device, not a file', 'give a file'],
};

/** What else than a file a path may lead to. */
const kindOf = (stat: Stats): string => {
  if (stat.isDirectory()) return 'a folder';
  if (stat.isFIFO()) return 'a pipe';
  if (stat.isCharacterDevice() || stat.isBlockDevice()) return 'a device';
  return stat.isSocket() ? 'a socket' : 'something else';
};

/**
 * Opens a regular file for reading. Anything else of that name is refused at once: opening a pipe would wait
 * for its writer, reading a device might never end.
 */
export function openFile(what: string, path: string): { readonly fd: number; readonly stat: Stats } {
  let fd: number | undefined;
  try {
    fd = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0));
    const stat = fstatSync(fd);
    if (!stat.isFile())
      throw new UnavailableError(
        `${what}: ${path} must be a regular file, got ${kindOf(stat)} - give a file (what comes through a pipe must be saved first)`,
      );
    return { fd, stat };
  } catch (error) {
    if (fd !== undefined) closeSync(fd);
    throw unavailable(what, path, error);
  }
}

/** A regular file as a stream. */
export const streamFile = (what: string, path: string): ReadStream =>
  createReadStream(path, { fd: openFile(what, path).fd, highWaterMark: 1 << 20 });

export interface ReadOptions {
  /** Refuse files larger than this many bytes. */
  readonly atMost: number;
  /** Read only this many bytes from the start, where the file has more. */
  readonly first?: number;
}

/** An open file of known size. */
export interface OpenFile {
  readonly size: number;
  /** Fills `bytes` with what begins at byte `at`. */
  read(bytes: Uint8Array, at: number): void;
}

/** Opens a regular file of at most so many bytes, and closes it after `use`. */
export function withFile<T>(what: string, path: string, atMost: number, use: (file: OpenFile) => T): T {
  const { fd, stat } = openFile(what, path);
  try {
    const { size } = stat;
    if (size > atMost)
      throw new InputError(
        `${what}: ${path} must have at most ${atMost} bytes, got ${size} - is it the right file?`,
      );
    const read = (bytes: Uint8Array, at: number): void => {
      for (let done = 0; done < bytes.length; ) {
        const got = readSync(fd, bytes, done, Math.min(bytes.length - done, 1 << 26), at + done);
        if (got === 0)
          throw new InputError(
            `${what}: ${path} shrank while it was read - run again when nothing writes to it`,
          );
        done += got;
      }
    };
    return use({ size, read });
  } catch (error) {
    throw unavailable(what, path, error);
  } finally {
    closeSync(fd);
  }
}

/** The bytes of a regular file; its size is checked before anything is allocated. */
export const readBytes = (what: string, path: string, { atMost, first = atMost }: ReadOptions): Uint8Array =>
  withFile(what, path, atMost, ({ size, read }) => {
    const bytes = new Uint8Array(Math.min(size, first));
    read(bytes, 0);
    return bytes;
  });

/** UTF-8 text of a small file; a byte sequence that is not UTF-8 is an error. */
export function readText(what: string, path: string, atMost: number): string {
  const bytes = readBytes(what, path, { atMost });
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new InputError(`${what}: ${path} must be UTF-8 text, got other bytes - is it the right file?`);
  }
}

/** Names in a folder, sorted. */
export function listFolder(what: string, path: string): string[] {
  try {
    return readdirSync(path).sort();
  } catch (error) {
    throw unavailable(what, path, error);
  }
}

export const sha256 = (...parts: readonly (Uint8Array | string)[]): string =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest('hex');

/** SHA-256 of a file of any size. */
export async function sha256File(what: string, path: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of streamFile(what, path)) hash.update(chunk as Uint8Array);
  } catch (error) {
    throw unavailable(what, path, error);
  }
  return hash.digest('hex');
}
