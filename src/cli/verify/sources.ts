/** @file Digests of source: what a replay token and a certificate are bound to. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the compiled package: it holds src/ and properties/. */
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

const IMPORT = /(?:\bfrom\s*|\bimport\s*\(?\s*)['"](\.{1,2}\/[^'"]+)['"]/g;

/** A file that lies beside the code and is read when it runs: the golden values that claims compare with. */
const DATA = /\bnew URL\(\s*['"](\.{1,2}\/[^'"]+\.json)['"]/g;

const named = (file: string, pattern: RegExp): string[] =>
  [...readFileSync(file, 'utf8').matchAll(pattern)]
    .map(([, target]) => resolve(dirname(file), target!))
    .filter(target => existsSync(target));

/** Everything of ours that a module reaches by its static and dynamic imports, itself and the data they read included. */
function closure(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const data of named(file, DATA)) seen.add(data);
  for (const target of named(file, IMPORT)) closure(target, seen);
  return seen;
}

/** Relative to the package; to `home` for what lies elsewhere, so that a digest does not depend on where that is. */
function nameOf(file: string, home = ROOT): string {
  const base = relative(ROOT, file).startsWith(`..${sep}..`) ? home : ROOT;
  return relative(base, file).split(sep).join('/');
}

function digestOf(files: Iterable<string>, home?: string): string {
  const hash = createHash('sha256');
  for (const file of [...files].sort()) {
    hash.update(nameOf(file, home)).update('\0');
    hash.update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex');
}

/** What `claimDigest` covers, relative to the folder of the compiled package. */
export const claimSources = (module: string): string[] =>
  [...closure(fileURLToPath(module))].map(file => nameOf(file)).sort();

/**
 * The digest of a claim, by the URL of its module, with its generators, the data they read and all core and engine code
 * that it runs; not of machine or Node.
 */
export const claimDigest = (module: string): string => moduleDigest(module).slice(0, 16);

/** The digest of all code that decides what a training run computes and whether its claims pass. */
export function codeDigest(): string {
  const files = [
    'src/core',
    'src/engine',
    'src/claims',
    'src/theory',
    'src/studies',
    'src/train',
    'src/formats',
    'properties',
  ].flatMap(room =>
    readdirSync(join(ROOT, room), { recursive: true, encoding: 'utf8' })
      .filter(file => file.endsWith('.js'))
      .map(file => join(ROOT, room, file)),
  );
  return digestOf(new Set(files.flatMap(file => [file, ...named(file, DATA)]))).slice(0, 32);
}

/** The digest of a module, by its URL, with all of ours that it reaches. */
export function moduleDigest(module: string): string {
  const file = fileURLToPath(module);
  return digestOf(closure(file), dirname(file)).slice(0, 32);
}
