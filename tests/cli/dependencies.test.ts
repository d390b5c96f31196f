import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as assert from 'uvu/assert';
import { commitOf } from '../../src/cli/verify/commit.js';
import { bareImports, dependencies } from '../../src/cli/verify/dependencies.js';
import { integrity, vouchedDigest } from '../../src/cli/verify/sources.js';
import { inFolder } from '../formats/temporary.js';
import { suite } from '../harness.js';
import { REGISTRY } from '../registry.js';

const test = suite('what is vouched for besides our code');

function put(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
}

const manifest = (name: string, more: object = {}): string =>
  JSON.stringify({ name, version: '1.0.0', ...more });

const ELSEWHERE = process.platform === 'win32' ? 'darwin' : 'win32';

/** A CommonJS package, one of ES modules with conditions, one nested below it, a native library. */
const TREE = {
  'index.js': '',
  'node_modules/a/package.json': manifest('a', { main: 'lib/a.js' }),
  'node_modules/a/lib/a.js':
    "const b = require('./b');\nconst e = require('e/sub');require('node:fs');require('fs')",
  'node_modules/a/lib/b.js': 'exports.tanh = Math.tanh;',
  'node_modules/a/lib/unused.js': 'never loaded',
  [`node_modules/a/bin/napi/${ELSEWHERE}/x64/x.node`]: 'of another system',
  [`node_modules/a/bin/napi/${process.platform}/${process.arch}/x.node`]: 'native',
  'node_modules/e/package.json': manifest('e', {
    type: 'module',
    exports: { '.': './no.js', './sub': { import: './sub.js', require: './sub.cjs' } },
  }),
  'node_modules/e/sub.cjs': 'exports.x = 1',
  'node_modules/e/sub.js': "export * from './deep.js';\nimport n from 'n';",
  'node_modules/e/deep.js': 'export const x = 1;',
  'node_modules/e/node_modules/n/package.json': manifest('n', { type: 'module', exports: './n.js' }),
  'node_modules/e/node_modules/n/n.js': 'export default 1;',
} as const;

test('the files that run are covered, by their contents; others are not', () =>
  inFolder(folder => {
    put(folder, TREE);
    const asked = (): Record<string, string> =>
      dependencies(['a', 'e/sub', 'not-there'].map(name => [name, join(folder, 'index.js')]));
    const before = asked();
    assert.equal(Object.keys(before), ['a@1.0.0', 'e@1.0.0', 'n@1.0.0']);
    const changes = (name: string): string[] => {
      const path = join(folder, name);
      const { atime, mtime } = statSync(path);
      const content = readFileSync(path, 'utf8');
      writeFileSync(
        path,
        content.replace(/.$/, last => (last === ' ' ? '\t' : ' ')),
      );
      utimesSync(path, atime, mtime); // a patch that keeps size and time
      const now = asked();
      writeFileSync(path, content);
      return Object.keys(before).filter(key => now[key] !== before[key]);
    };
    for (const name of ['lib/a.js', 'lib/b.js', `bin/napi/${process.platform}/${process.arch}/x.node`])
      assert.equal(changes(`node_modules/a/${name}`), ['a@1.0.0'], name);
    for (const name of ['sub.js', 'sub.cjs', 'deep.js'])
      assert.equal(changes(`node_modules/e/${name}`), ['e@1.0.0'], name);
    assert.equal(changes('node_modules/e/node_modules/n/n.js'), ['n@1.0.0']);
    for (const name of ['lib/unused.js', `bin/napi/${ELSEWHERE}/x64/x.node`])
      assert.equal(changes(`node_modules/a/${name}`), [], name);
    assert.equal(asked(), before);
  }));

test('imports by name are found in sources, and Node is none of them', () => {
  const source = `import x from 'a';\nimport './b.js'; await import("@c/d/e"); import "node:fs";
    createRequire(import.meta.url)('f');`;
  assert.equal(bareImports(source), ['a', '@c/d/e', 'f']);
});

test('the packages that compute are among ours, in a third of a second at most', () => {
  const names = Object.keys(integrity(REGISTRY)).map(key => key.replace(/@[^@]*$/, ''));
  for (const name of [
    '@tensorflow/tfjs-core',
    '@tensorflow/tfjs',
    'onnxruntime-node',
    'mathjs',
    'fast-check',
    'pure-rand',
  ])
    assert.ok(names.includes(name), `${name} in ${names.join(' ')}`);
  assert.match(vouchedDigest(REGISTRY), /^[0-9a-f]{32}$/);
});

test("a commit is that of the package's own repository, and says when files differ", () =>
  inFolder(folder => {
    const git = (...args: string[]): string =>
      execFileSync('git', ['-C', folder, '-c', 'user.name=x', '-c', 'user.email=x@localhost', ...args], {
        encoding: 'utf8',
      }).trim();
    put(folder, { 'package.json': '{}', 'src/a.js': '1', 'node_modules/flatcheck/package.json': '{}' });
    assert.is(commitOf(folder), null);
    git('init', '-q');
    assert.is(commitOf(folder), null); // no commit yet
    git('add', 'package.json', 'src');
    git('commit', '-q', '-m', 'one', '--no-gpg-sign');
    const head = git('rev-parse', 'HEAD');
    assert.is(commitOf(folder), head);
    put(folder, { 'notes.txt': 'not of the package' });
    assert.is(commitOf(folder), head);
    const inside = join(folder, 'node_modules', 'flatcheck');
    assert.is(commitOf(inside), null, 'the repository of the user is not ours');
    put(inside, { 'package.json': JSON.stringify({ gitHead: 'abc' }) });
    assert.is(commitOf(inside), 'abc');
    process.env.GIT_DIR = '/nowhere';
    assert.is(commitOf(folder), head);
    delete process.env.GIT_DIR;
    put(folder, { 'src/new.js': '2' });
    assert.is(commitOf(folder), `${head}-dirty`);
  }));

test.run();
