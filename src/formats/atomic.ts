/** @file Writing files so that a reader sees the old contents or the new, never a part, whenever we are killed. */
import {
  accessSync,
  closeSync,
  constants,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { unavailable } from './files.js';
import { UnavailableError } from './input-error.js';

let count = 0;
const TEMPORARY = /^\..+\.\d+-\d+\.tmp$/;

const temporaryFor = (path: string): string =>
  join(dirname(path), `.${basename(path)}.${process.pid}-${count++}.tmp`);

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
    rmSync(temporary, { force: true });
    throw unavailable(what, path, error);
  }
}

/** Writes a value as indented JSON, atomically. */
export const writeJson = (what: string, path: string, value: unknown): void =>
  writeAtomic(what, path, `${JSON.stringify(value, null, 2)}\n`);

/** Writes a value as indented JSON unless the file is there already; whether it did. Of several callers at once one does. */
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
    rmSync(temporary, { force: true });
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
    if ((error as NodeJS.ErrnoException).code === 'EEXIST' && statSync(path).isDirectory()) return; // made meanwhile
    throw unavailable(what, path, error);
  }
}

const ACCESS = constants.W_OK | constants.X_OK;

/** Throws where `writeAtomic` could not write a file; leaves no trace. For a command to ask before work of hours. */
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

/** Removes the temporary files that killed writers left in a folder; only for a folder that nobody else writes to. */
export function removeTemporaries(folder: string): void {
  for (const name of readdirSync(folder))
    if (TEMPORARY.test(name)) rmSync(join(folder, name), { force: true });
}
