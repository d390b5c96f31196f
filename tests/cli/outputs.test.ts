/**
 * @file Exit codes and results survive the reporting: readers that leave, full disks, outputs that cannot be
 * written.
 */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { run as verify } from '../../src/cli/commands/verify.js';
import { combined, EXIT } from '../../src/cli/exit.js';
import { FLATCHECK } from '../../src/cli/program.js';
import { checkOutputs, emit } from '../../src/cli/verify/output.js';
import { checkFileToWrite, checkFolderToWrite } from '../../src/formats/atomic.js';
import { UnavailableError } from '../../src/formats/input-error.js';
import { errorOf, inFolder } from '../formats/temporary.js';
import { suite } from '../harness.js';
import { PROGRAM } from '../registry.js';
import { FAILED, PASSED, RESULT } from '../report/sample.js';
import { captured } from './captured.js';
import { oneLine } from './run.js';
import { shards } from './shards.js';

const test = suite('outputs', 300);

const outputsIn = (folder: string) => ({
  'json-file': join(folder, 'out.json'),
  junit: join(folder, 'out.xml'),
  markdown: join(folder, 'out.md'),
  html: join(folder, 'out.html'),
});

/** The program under `sh`, with `$P` for it and its arguments; its exit code is the last line of `code`. */
function underShell(folder: string, line: string, args: readonly string[]) {
  const script = `P() { "$0" "$@"; echo $? >code; }; ${line}`;
  const ended = spawnSync('sh', ['-c', script, process.execPath, FLATCHECK, ...args], {
    cwd: folder,
    encoding: 'utf8',
  });
  return { ...ended, code: Number(readFileSync(join(folder, 'code'), 'utf8')) };
}

test('a reader that leaves, of stdout or stderr or both, changes no exit code and stops no file', () =>
  inFolder(folder => {
    const failing = shards(folder, { 'KP-8': 'fail' });
    const flags = Object.entries(outputsIn(folder)).flatMap(([flag, path]) => [`--${flag}`, path]);
    const gone = underShell(folder, 'P "$@" | true', ['merge', ...failing, ...flags]);
    assert.equal([gone.code, gone.stderr], [1, '']);
    for (const path of Object.values(outputsIn(folder))) assert.ok(statSync(path).size > 1000, path);
    const both = underShell(folder, 'P "$@" 2>&1 | true', ['vectors', 'check', 'nowhere']);
    assert.is(both.code, 4);
  }));

const hasFull = existsSync('/dev/full');

if (hasFull)
  test('a full disk behind stdout is said on stderr and is no success; a failure keeps its code', () =>
    inFolder(folder => {
      const fine = underShell(folder, 'P "$@" >/dev/full', ['--help']);
      assert.is(fine.code, 4);
      assert.match(fine.stderr, /^flatcheck: stdout cannot be written \(ENOSPC\) - .*\n$/);
      const usage = underShell(folder, 'P "$@" >/dev/full 2>/dev/full', ['verify', '--sed']);
      assert.is(usage.code, 2);
    }));

test('an output that cannot be written is refused before the work, with no trace', () =>
  inFolder(async folder => {
    const at = (name: string): string => join(folder, name);
    mkdirSync(at('folder'));
    writeFileSync(at('file'), 'mine');
    symlinkSync('folder', at('link'));
    spawnSync('mkfifo', [at('fifo')]);
    const wrong = [
      ...[
        'folder',
        'folder/',
        'link',
        'absent/x.json',
        'file/x.json',
        'fifo',
        'x/',
        `${'n'.repeat(250)}.json`,
      ],
    ].map(at);
    const before = readdirSync(folder);
    for (const path of ['', '.', '..', '/dev/null', ...wrong]) {
      const error = await errorOf(() => checkFileToWrite('verify --html', path));
      assert.instance(error, UnavailableError);
      assert.match(error.message, /^verify --html: /, path);
      for (const flag of ['--json-file', '--html']) {
        const ended = await captured(() => verify(['--claim', 'KP-8', `${flag}=${path}`], PROGRAM));
        assert.is(ended.status, 4, `${path}: ${ended.stderr}`);
        assert.ok(oneLine(ended) && ended.stdout === '', ended.stderr);
      }
    }
    for (const path of [at('file/x/y'), at('file'), ''])
      assert.instance(await errorOf(() => checkFolderToWrite('report --out', path)), UnavailableError);
    for (const path of [at('new.json'), at('file'), at('folder/new.json')]) checkFileToWrite('verify', path);
    for (const path of [at('folder'), at('a/b/c')]) checkFolderToWrite('report', path);
    assert.equal(readdirSync(folder), before);
    assert.is(readFileSync(at('file'), 'utf8'), 'mine');
  }));

if (process.getuid?.() !== 0)
  // who may write everywhere
  test('without the right to write', () =>
    inFolder(async folder => {
      mkdirSync(join(folder, 'locked'), { mode: 0o555 });
      const error = await errorOf(() => checkFileToWrite('verify', join(folder, 'locked', 'x')));
      assert.match(error.message, /permission denied/);
    }));

test('two outputs, or an output and an input, are different files', () =>
  inFolder(async folder => {
    const [html, json] = [join(folder, 'x'), `${folder}/./x`];
    const twice = await errorOf(() => checkOutputs('verify', { html, 'json-file': json }));
    assert.match(twice.message, /--html must be a file of its own, got .* which is written by --json-file/);
    const input = await errorOf(() => checkOutputs('merge', { html }, [json]));
    assert.match(input.message, /which is read by this command/);
  }));

test('an output that becomes unwritable loses nothing else: the others, the text, and a code that tells', () =>
  inFolder(async folder => {
    const outputs = { ...outputsIn(folder), junit: join(folder, 'sub', 'out.xml') };
    mkdirSync(join(folder, 'sub'));
    checkOutputs('verify', outputs);
    rmSync(join(folder, 'sub'), { recursive: true });
    const ended = await captured(() => emit('verify', { ...RESULT, claims: [PASSED, FAILED] }, outputs));
    assert.is(ended.status, EXIT.unavailable);
    assert.match(ended.stderr, /^verify: .*out\.xml does not exist - check the path\n$/);
    assert.match(ended.stdout, /1 claims passed, 1 failed/);
    for (const flag of ['json-file', 'markdown', 'html'] as const) assert.ok(existsSync(outputs[flag]), flag);
  }));

test('of several codes a failure wins, then what could not be written', () => {
  assert.is(combined(EXIT.fine, EXIT.fine), EXIT.fine);
  assert.is(combined(EXIT.failed, EXIT.unavailable), EXIT.failed);
  assert.is(combined(EXIT.inconclusive, EXIT.unavailable), EXIT.unavailable);
  assert.is(combined(EXIT.inconclusive, EXIT.fine), EXIT.inconclusive);
});

test('verify: the certificate cannot be written; the text is printed all the same', () =>
  inFolder(async folder => {
    writeFileSync(join(folder, '.flatcheck'), '');
    const ended = await captured(() => verify(['--claim', 'SAMBA-15', '--workers', '1'], PROGRAM), {
      folder,
    });
    assert.is(ended.status, EXIT.unavailable, ended.stderr);
    assert.match(ended.stderr, /^certificate: \S*\.flatcheck\S* /);
    assert.match(ended.stdout, /1 claims passed/);
  }));

test.run();
