/** @file Digests of source: what a replay token and a certificate are bound to. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sha256 } from '../../formats/files.js';
import { bareImports, dependencies } from './dependencies.js';

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

const nameOf = (file: string): string => relative(ROOT, file).split(sep).join('/');

function digestOf(files: Iterable<string>): string {
  const hash = createHash('sha256');
  for (const file of [...files].sort()) {
    hash.update(nameOf(file)).update('\0');
    hash.update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex');
}

/** What `claimDigest` covers, relative to the folder of the compiled package. */
export const claimSources = (modulePath: string): string[] =>
  [...closure(join(ROOT, 'properties', modulePath))].map(nameOf).sort();

/** The digest of a claim with its generators, the data they read and all core and engine code that it runs; not of machine or Node. */
export function claimDigest(modulePath: string): string {
  return digestOf(closure(join(ROOT, 'properties', modulePath))).slice(0, 16);
}

/** All code that decides what a training run computes and whether its claims pass. */
const computing = (): string[] =>
  ['src/core', 'src/engine', 'src/theory', 'src/train', 'src/formats', 'properties'].flatMap(room =>
    readdirSync(join(ROOT, room), { recursive: true, encoding: 'utf8' })
      .filter(file => file.endsWith('.js'))
      .map(file => join(ROOT, room, file)),
  );

let code: string | undefined;
let packages: Readonly<Record<string, string>> | undefined;

/** The digest of all our code that decides what a run computes and whether its claims pass, as this process first saw it. */
export function codeDigest(): string {
<<<<<<< /tmp/lift.ours
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
=======
  code ??= digestOf(new Set(computing().flatMap(file => [file, ...named(file, DATA)]))).slice(0, 32);
  return code;
}

/** Hashes of the packages that take part, as they lay there when this process first asked: what it has loaded stays. */
export function integrity(): Readonly<Record<string, string>> {
  packages ??= dependencies(
    bareImports(computing().map(file => readFileSync(file, 'utf8'))),
    join(ROOT, 'src/index.js'),
>>>>>>> /tmp/lift.theirs
  );
  return packages;
}

/** The digest of what is verified and of what would train: our code, the packages that take part, Node's version. */
export const vouchedDigest = (): string =>
  sha256(codeDigest(), JSON.stringify(integrity()), process.versions.node).slice(0, 32);

/** The digest of the claims that there are. */
export const registryDigest = (ids: readonly string[]): string => sha256(JSON.stringify(ids)).slice(0, 16);

/** The digest of a compiled module, by its path in the package, with all of ours that it reaches. */
export const moduleDigest = (path: string): string => digestOf(closure(join(ROOT, path))).slice(0, 32);
