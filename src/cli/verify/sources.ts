/** @file Digests of source: what a replay token and a certificate are bound to. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ClaimEntry } from '../../claims/registry.js';
import { sha256 } from '../../formats/files.js';
import { bareImports, dependencies } from './dependencies.js';

/** The folder of the compiled package: it holds src/ and properties/. */
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

const IMPORT = /(?:\bfrom\s*|\bimport\s*\(?\s*)['"](\.{1,2}\/[^'"]+)['"]/g;

/** A file that lies beside the code and is read when it runs: the golden values that claims compare with. */
const DATA = /\bnew URL\(\s*['"](\.{1,2}\/[^'"]+\.json)['"]/g;

/**
 * Our own code that decides what a training run computes and whether claims pass, whatever claims there are.
 */
const COMPUTING = ['core', 'engine', 'claims', 'theory', 'studies', 'train', 'formats'];

const named = (source: string, file: string, pattern: RegExp): string[] =>
  [...source.matchAll(pattern)]
    .map(([, target]) => resolve(dirname(file), target!))
    .filter(target => existsSync(target));

/**
 * Everything of ours that a module reaches by its static and dynamic imports, itself and the data they read
 * included.
 */
function closure(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  const source = readFileSync(file, 'utf8');
  for (const data of named(source, file, DATA)) seen.add(data);
  for (const target of named(source, file, IMPORT)) closure(target, seen);
  return seen;
}

/**
 * Relative to the package; to `home` for what lies elsewhere, so that a digest does not depend on where that
 * is.
 */
function nameOf(file: string, home = ROOT): string {
  const base = relative(ROOT, file).startsWith(`..${sep}..`) ? home : ROOT;
  return relative(base, file).split(sep).join('/');
}

/** The digest of files, by path with their names. */
function digestOf(files: ReadonlyMap<string, string>): string {
  const hash = createHash('sha256');
  for (const [file, name] of [...files].sort(([, a], [, b]) => (a < b ? -1 : 1))) {
    hash.update(name).update('\0');
    hash.update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex');
}

/** What `claimDigest` covers, relative to the folder of the compiled package. */
export const claimSources = (module: string): string[] =>
  [...closure(fileURLToPath(module))].map(file => nameOf(file)).sort();

/** The digest of a module, by its URL, with all of ours that it reaches. */
export function moduleDigest(module: string): string {
  const file = fileURLToPath(module);
  const home = dirname(file);
  return digestOf(new Map([...closure(file)].map(of => [of, nameOf(of, home)]))).slice(0, 32);
}

/**
 * The digest of a claim, by the URL of its module, with its generators, the data they read and all core and
 * engine code that it runs; not of machine or Node.
 */
export const claimDigest = (module: string): string => moduleDigest(module).slice(0, 16);

/** The claims that a process knows, wherever their modules are. */
export interface Known {
  readonly claims: ReadonlyMap<string, ClaimEntry>;
}

/** All code that decides what a training run computes and whether its claims pass: paths with names. */
function computing(modules: readonly string[]): Map<string, string> {
  const names = new Map<string, string>();
  const reached = new Set<string>();
  const add = (file: string): void => {
    for (const of of closure(file, reached)) if (!names.has(of)) names.set(of, nameOf(of, dirname(file)));
  };
  for (const room of COMPUTING)
    for (const file of readdirSync(join(ROOT, 'src', room), { recursive: true, encoding: 'utf8' }))
      if (file.endsWith('.js')) add(join(ROOT, 'src', room, file));
  for (const module of modules) add(fileURLToPath(module));
  return names;
}

interface Vouched {
  /** Of our code, and of the claims'. */
  readonly code: string;
  /** Hashes of the packages that take part, by name@version. */
  readonly integrity: Readonly<Record<string, string>>;
  /** Of both, and of Node's version. */
  readonly digest: string;
}

/** By the modules of the claims: what this process has loaded stays, whatever is put in its place. */
const vouched = new Map<string, Vouched>();

function vouch({ claims }: Known): Vouched {
  const modules = [...claims.values()].map(({ module }) => module);
  const key = JSON.stringify(modules);
  const known = vouched.get(key);
  if (known !== undefined) return known;
  const files = computing(modules);
  const code = digestOf(files).slice(0, 32);
  const integrity = dependencies(
    [...files.keys()].flatMap(file =>
      bareImports(readFileSync(file, 'utf8')).map(name => [name, file] as const),
    ),
  );
  const digest = sha256(code, JSON.stringify(integrity), process.versions.node).slice(0, 32);
  const found: Vouched = { code, integrity, digest };
  vouched.set(key, found);
  return found;
}

/**
 * The digest of all code that decides what a run computes and whether its claims pass, as this process first
 * saw it.
 */
export const codeDigest = (known: Known): string => vouch(known).code;

/** Hashes of the packages that take part, as they lay there when this process first asked. */
export const integrity = (known: Known): Readonly<Record<string, string>> => vouch(known).integrity;

/**
 * The digest of what is verified and of what would train: our code, the packages that take part, Node's
 * version.
 */
export const vouchedDigest = (known: Known): string => vouch(known).digest;

/** The digest of the claims that there are. */
export const registryDigest = ({ claims }: Known): string =>
  sha256(JSON.stringify([...claims.keys()])).slice(0, 16);
