/**
 * @file The packages that take part in what is verified and trained: which files of theirs run, and the hash
 * of each package.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import { dirname, extname, join, relative, resolve, sep } from 'node:path';

interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly type?: string;
  readonly exports?: unknown;
}

const IMPORT =
  /(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\s*\(\s*|\bcreateRequire\s*\([^()]*\)\s*\(\s*)(?:'([^'\n\\]+)'|"([^"\n\\]+)")/g;

/** What a source imports or requires by a name that stands in it. */
const targets = (source: string): string[] => [
  ...new Set([...source.matchAll(IMPORT)].map(([, single, double]) => single ?? double!)),
];

const isBare = (name: string): boolean => /^[@\w]/.test(name) && !name.startsWith('node:');

/** The packages that a source of ours imports, by the names that it uses. */
export const bareImports = (source: string): string[] => targets(source).filter(isBare);

/** The name of a package, and the file that imports it. */
export type BareImport = readonly [name: string, from: string];

const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;

interface Package {
  readonly folder: string;
  readonly name: string;
  readonly version: string;
  readonly type: string | undefined;
}

/** Finds the package of a file: the nearest folder above it whose package.json names one. */
function packageFinder(): (folder: string) => Package | undefined {
  const known = new Map<string, Package | undefined>();
  const find = (folder: string): Package | undefined => {
    if (known.has(folder)) return known.get(folder);
    const { name, version, type } = manifestOf(folder) ?? {};
    const above = dirname(folder);
    const found =
      name !== undefined && version !== undefined
        ? { folder, name, version, type }
        : above === folder
          ? undefined
          : find(above);
    known.set(folder, found);
    return found;
  };
  return find;
}

function manifestOf(folder: string): Manifest | undefined {
  const path = join(folder, 'package.json');
  return isFile(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Manifest) : undefined;
}

/** What `exports` has for ES modules in Node, without patterns. */
function conditional(entry: unknown): string | undefined {
  if (typeof entry === 'string') return entry;
  if (typeof entry !== 'object' || entry === null) return undefined;
  for (const [condition, value] of Object.entries(entry))
    if (['node', 'import', 'default'].includes(condition)) {
      const found = conditional(value);
      if (found !== undefined) return found;
    }
  return undefined;
}

/**
 * Where an `import` of a package in `from` leads; undefined for a module of Node's and for a package that is
 * not there.
 */
function imported(name: string, from: string): string | undefined {
  const require = createRequire(from);
  const [scope, rest = ''] = name.split('/');
  const packageName = name.startsWith('@') ? `${scope}/${rest}` : scope!;
  const subpath = `.${name.slice(packageName.length)}`;
  const folder = (require.resolve.paths(name) ?? [])
    .map(path => join(path, packageName))
    .find(path => existsSync(join(path, 'package.json')));
  const table = folder === undefined ? undefined : (manifestOf(folder)?.exports as Record<string, unknown>);
  const hasPaths = typeof table === 'object' && Object.keys(table).every(key => key.startsWith('.'));
  const target = conditional(hasPaths ? table[subpath] : subpath === '.' ? table : undefined);
  if (target !== undefined && isFile(join(folder!, target))) return join(folder!, target);
  return required(name, from);
}

function required(name: string, from: string): string | undefined {
  try {
    const path = createRequire(from).resolve(name);
    return path.includes(sep) ? path : undefined;
  } catch {
    return undefined;
  }
}

const isModule = (file: string, { type }: Package): boolean =>
  extname(file) === '.mjs' || (extname(file) !== '.cjs' && type === 'module');

/** Compiled code of this machine's kind that a package chooses by a computed name. */
function natives(folder: string): string[] {
  const here = `${sep}${process.platform}${sep}${process.arch}${sep}`;
  return ['bin', 'lib', 'build', 'deps']
    .map(name => join(folder, name))
    .filter(path => existsSync(path))
    .flatMap(path => readdirSync(path, { recursive: true, encoding: 'utf8' }).map(name => join(path, name)))
    .filter(path => /\.(?:node|dll|dylib)$|\.so(?:\.\d+)*$/.test(path))
    .filter(path => path.includes(here) || !/[\\/](?:linux|darwin|win32)[\\/]/.test(path))
    .filter(isFile);
}

interface Loaded extends Package {
  readonly files: Map<string, Buffer>;
}

/** Every file that the packages load by imports and requires that stand in their source, by package. */
function loaded(imports: Iterable<BareImport>): Map<string, Loaded> {
  const packages = new Map<string, Loaded>();
  const find = packageFinder();
  const seen = new Set<string>();
  const queue: string[] = [];
  const want = (path: string | undefined): void => {
    if (path !== undefined) queue.push(realpathSync.native(path));
  };
  for (const [name, from] of imports) want(imported(name, from));
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    const of = find(dirname(file));
    if (of === undefined) continue;
    const key = `${of.name}@${of.version}`;
    const known = packages.get(key) ?? { ...of, files: new Map<string, Buffer>() };
    if (!packages.has(key)) {
      packages.set(key, known);
      for (const path of [join(of.folder, 'package.json'), ...natives(of.folder)])
        known.files.set(path, readFileSync(path));
    }
    const content = readFileSync(file);
    known.files.set(file, content);
    if (!/\.[cm]?js$/.test(file)) continue;
    const source = content.toString('latin1');
    const modules = isModule(file, of);
    for (const name of targets(source))
      if (!isBare(name)) want(beside(name, file));
      else if (!isBuiltin(name)) want(modules ? imported(name, file) : required(name, file));
  }
  return packages;
}

function beside(name: string, file: string): string | undefined {
  if (!name.startsWith('.')) return undefined;
  const path = resolve(dirname(file), name);
  return isFile(path) ? path : required(name, file);
}

/**
 * The packages behind imports, with theirs, by `name@version`: a hash of the content of every file that they
 * load by an import or a require that stands in their source, and of native libraries for this machine. Not
 * covered: what a package finds by a computed name, Node itself but for its version, the system's libraries.
 */
export function dependencies(imports: Iterable<BareImport>): Record<string, string> {
  const found = [...loaded(imports)].sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(
    found.map(([key, { folder, files }]) => {
      const hash = createHash('sha256');
      for (const [file, content] of [...files].sort(([a], [b]) => (a < b ? -1 : 1)))
        hash.update(relative(folder, file)).update('\0').update(content).update('\0');
      return [key, hash.digest('hex').slice(0, 32)];
    }),
  );
}
