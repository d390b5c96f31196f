/**
 * @file Writing files so that a reader sees the old contents or the new, never a part, whenever we are
 * killed.
 */
import { randomBytes } from 'node:crypto';
import {
  accessSync,
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { unavailable } from './files.js';
import { InputError, UnavailableError } from './input-error.js';

const TEMPORARY = /^\..+\.\d+-[0-9a-f]+\.tmp$/;

/**
 * A name in the same folder that nobody else has, be it a process of the same number in another container.
 */
const temporaryFor = (path: string): string =>
  join(dirname(path), `.${basename(path)}.${process.pid}-${randomBytes(6).toString('hex')}.tmp`);

/** Writes the parts as one file: temporary name in the same folder, fsync, rename, fsync of the folder. */
export function writeAtomic(what: string, path: string, ...parts: readonly (Uint8Array | string)[]): void {
  const temporary = temporaryFor(path);
  try {
    const fd = openSync(temporary, 'wx', 0o666);
    try {
      for (const part of parts) writeAll(fd, typeof part === 'string' ? Buffer.from(part) : part);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(temporary, path);
    syncFolder(dirname(path));
  } catch (error) {
    removeQuietly(temporary);
    throw unavailable(what, path, error);
  }
}

/**
 * Removes a file if that can be done: not where the file system has become read-only, which the error before
 * says.
 */
export function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {}
}

/**
 * Opens a file of our own to be written to in place, at its end: an ordinary file under one name only, or
 * none yet. A link, a pipe or a device of that name is refused at once, with nothing written to what it
 * stands for.
 */
export function openForWriting(what: string, path: string): number {
  const { O_RDWR, O_CREAT, O_APPEND, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
  refuseOther(what, path);
  let fd: number;
  try {
    fd = openSync(path, O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK, 0o666);
  } catch (error) {
    throw unavailable(what, path, error);
  }
  const stat = fstatSync(fd);
  const kind = stat.isFile() ? (stat.nlink > 1 ? linked(stat.nlink) : undefined) : kindOf(stat);
  if (kind === undefined) return fd;
  closeSync(fd);
  throw notOurs(what, path, kind);
}

/**
 * Refuses a path where something else than an ordinary file is; a link counts as one, whatever it leads to.
 */
export function refuseOther(what: string, path: string): void {
  let stat: Stats | undefined;
  try {
    stat = lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    throw unavailable(what, path, error);
  }
  if (stat !== undefined && !stat.isFile()) throw notOurs(what, path, kindOf(stat));
}

const linked = (names: number): string => `a file under ${names} names (hard links)`;

const notOurs = (what: string, path: string, kind: string): InputError =>
  new InputError(
    `${what}: ${path} must be an ordinary file of its own, got ${kind} - move it away or choose another folder`,
  );

function kindOf(stat: Stats): string {
  if (stat.isSymbolicLink()) return 'a symbolic link';
  if (stat.isDirectory()) return 'a folder';
  if (stat.isFIFO()) return 'a named pipe';
  return stat.isSocket() ? 'a socket' : 'a device';
}

/** Writes a value as indented JSON, atomically. */
export const writeJson = (what: string, path: string, value: unknown): void =>
  writeAtomic(what, path, `${JSON.stringify(value, null, 2)}\n`);

/**
 * Writes a value as indented JSON unless the file is there already; whether it did. Of several callers at
 * once one does.
 */
export function writeJsonOnce(what: string, path: string, value: unknown): boolean {
  const temporary = temporaryFor(path);
  try {
    writeAtomic(what, temporary, `${JSON.stringify(value, null, 2)}\n`);
    linkSync(temporary, path); // unlike a rename, fails where the name is taken
    syncFolder(dirname(path));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw unavailable(what, path, error);
  } finally {
    removeQuietly(temporary);
  }
}

/** Writes all bytes; `writeSync` alone may stop short. */
export function writeAll(fd: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; )
    done += writeSync(fd, bytes, done, Math.min(bytes.length - done, 1 << 26));
}

/** Makes a rename or a new name durable, where the system can. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return; // folders cannot be opened there
  const fd = openSync(folder, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Creates a folder and those above it. */
export function makeFolder(what: string, path: string): void {
  try {
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
    // one by one: mkdir with `recursive` hides why it failed
    const above = dirname(path);
    if (above !== path) makeFolder(what, above);
    mkdirSync(path);
  } catch (error) {
    const there = (error as NodeJS.ErrnoException).code === 'EEXIST';
    if (there && statSync(path, { throwIfNoEntry: false })?.isDirectory()) return; // made meanwhile
    if (there && lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink())
      throw new UnavailableError(
        `${what}: ${path} is a symbolic link to something that is not there - remove the link or choose another place`,
      );
    throw unavailable(what, path, error);
  }
}

const ACCESS = constants.W_OK | constants.X_OK;

/**
 * Throws where `writeAtomic` could not write a file; leaves no trace. For a command to ask before work of
 * hours.
 */
export function checkFileToWrite(what: string, path: string): void {
  const refuse = (why: string): never => {
    throw new UnavailableError(`${what}: ${path} ${why}`);
  };
  if (path.trim() === '') throw new UnavailableError(`${what}: must name a file, got '${path}'`);
  let asked = path;
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat?.isDirectory() || /[\\/]$|(^|[\\/])\.\.?$/.test(path)) refuse('is a folder - give a file');
    if (stat !== undefined && !stat.isFile())
      refuse('is not a regular file, and would be replaced by one - give a file');
    asked = dirname(path);
    if (!statSync(asked).isDirectory()) refuse('lies under something that is not a folder - check the path');
    accessSync(asked, ACCESS);
    statSync(temporaryFor(path), { throwIfNoEntry: false }); // its name is the longest
  } catch (error) {
    throw unavailable(what, (error as NodeJS.ErrnoException).code === 'ENAMETOOLONG' ? path : asked, error);
  }
}

/** The same of a folder that may have to be made, with those above it. */
export function checkFolderToWrite(what: string, path: string): void {
  if (path.trim() === '') throw new UnavailableError(`${what}: must name a folder, got '${path}'`);
  let asked = path;
  try {
    while (statSync(asked, { throwIfNoEntry: false }) === undefined && dirname(asked) !== asked)
      asked = dirname(asked);
    if (!statSync(asked).isDirectory())
      throw new UnavailableError(`${what}: ${asked} is not a folder - move it away or choose another place`);
    accessSync(asked, ACCESS);
  } catch (error) {
    throw unavailable(what, asked, error);
  }
}

/**
 * Removes the temporary files that killed writers left in a folder; only for a folder that nobody else writes
 * to.
 */
export function removeTemporaries(folder: string): void {
  for (const name of readdirSync(folder)) if (TEMPORARY.test(name)) removeQuietly(join(folder, name));
}
