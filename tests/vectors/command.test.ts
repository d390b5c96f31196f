/** @file `flatcheck vectors` as a user runs it. */
import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { run } from '../../src/cli/commands/vectors.js';
import { checkVector } from '../../src/vectors/check.js';
import { evaluateMistaken } from '../../src/vectors/evaluate.js';
import { VectorsJson } from '../../src/vectors/result.js';
import { writeVector } from '../../src/vectors/vector.js';
import { captured } from '../cli/captured.js';
import { inFolder } from '../formats/temporary.js';
import { suite } from '../harness.js';
import { changed, GOLDEN, golden, problem, vectorOf } from './support.js';

const test = suite('vectors/command');

/** Runs the command in this process, with what it prints. */
async function vectors(...argv: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const { status, stdout, stderr } = await captured(() => run(argv));
  return { code: status, out: stdout, err: stderr };
}

interface Row {
  readonly id: string;
  readonly objective: string;
  readonly pass: boolean;
  readonly maxRelativeError: number;
  readonly worst: string;
  readonly diagnosis?: { readonly suspects: readonly { readonly mistake: string }[] };
}

test('files and folders are checked, and listed', async () => {
  const { code, out, err } = await vectors(
    'check',
    join(GOLDEN, 'vae-0.safetensors'),
    join(GOLDEN, 'sam-wrong-no-detach.safetensors'),
  );
  assert.equal([code, err], [0, '']);
  assert.match(out, /pass +vae-0 +vae +\d\.\de-1\d +/);
  assert.match(out, /rejected, as it should be +sam-wrong-no-detach/);
  assert.match(out, /2 vectors passed, 0 failed\n$/);
});

test('a wrong vector: exit code 1, its tensor, and the mistake that it looks like', () =>
  inFolder(async folder => {
    const question = problem('samba', 3);
    writeVector(
      join(folder, 'a.safetensors'),
      vectorOf(question, evaluateMistaken(question, 'covarianceForRoot')!),
    );
    mkdirSync(join(folder, 'deeper'));
    const off = changed(golden('grae-0'), 'expect.grad.mu.weight', data => {
      data[2]! += 3e-6 * Math.hypot(...data);
    });
    writeVector(join(folder, 'deeper', 'b.safetensors'), off);
    const plain = await vectors('check', folder);
    assert.is(plain.code, 1);
    assert.match(plain.out, /consistent with Sigma in place of sqrt\(Sigma\)/);
    assert.match(plain.out, /only expect\.grad\.mu\.weight disagrees/);
    assert.match(plain.out, /0 vectors passed, 2 failed\n$/);
    const { code, out } = await vectors('check', '--json', folder);
    assert.is(code, 1);
    const {
      vectors: rows,
      passed,
      failed,
    } = JSON.parse(out) as { vectors: Row[]; passed: number; failed: number };
    assert.equal([passed, failed], [0, 2]);
    assert.equal([rows[0]!.pass, rows[0]!.objective], [false, 'samba']);
    assert.equal(
      rows[0]!.diagnosis?.suspects.map(({ mistake }) => mistake),
      ['covarianceForRoot'],
    );
    assert.equal([rows[1]!.id, rows[1]!.worst], ['grae-0', 'expect.grad.mu.weight']);
    assert.ok(rows[1]!.maxRelativeError > 2.9e-6 && rows[1]!.maxRelativeError < 3.1e-6);
  }));

test('a file that is no vector: exit code 2 and why, and the others are checked all the same', () =>
  inFolder(async folder => {
    const bad = join(folder, 'bad.safetensors');
    writeFileSync(bad, readFileSync(join(GOLDEN, 'vae-0.safetensors')).subarray(0, 500));
    const alone = await vectors('check', bad);
    assert.equal([alone.code, alone.out], [2, '']);
    assert.match(alone.err, /^safetensors: .*bad\.safetensors.*\n$/);
    const both = await vectors('check', '--json', join(GOLDEN, 'vae-0.safetensors'), bad);
    assert.is(both.code, 2);
    const { passed, errors } = JSON.parse(both.out) as { passed: number; errors: { file: string }[] };
    assert.equal([passed, errors.length, errors[0]!.file], [1, 1, bad]);
  }));

test('what cannot be read keeps no other file from being checked, and what is met twice counts once', () =>
  inFolder(async folder => {
    const at = (name: string): string => join(folder, name);
    const vae = join(GOLDEN, 'vae-0.safetensors');
    mkdirSync(at('v/sub.safetensors'), { recursive: true });
    copyFileSync(vae, at('v/a.SafeTensors'));
    copyFileSync(vae, at('v/sub.safetensors/z.safetensors'));
    for (const [to, name] of [
      ['.', 'v/b'],
      ['.', 'v/c'],
      ['nowhere', 'v/dead.safetensors'],
      ['/dev/zero', 'v/device.safetensors'],
    ] as const)
      symlinkSync(to, at(name));
    writeFileSync(at('v/sparse.safetensors'), '');
    truncateSync(at('v/sparse.safetensors'), 10 * 2 ** 30);
    mkdirSync(at('empty'));
    const argv = [at('empty'), at('none'), at('v'), at('v'), at('v/a.SafeTensors')];
    const { code, out, err } = await vectors('check', ...argv);
    assert.is(code, 4);
    assert.match(out, /2 vectors passed, 0 failed, 5 files are no vectors or cannot be read\n$/);
    for (const says of [
      /^vectors: counted once: .*a\.SafeTensors \(met as .*\n/,
      /empty must hold \.safetensors files, got none/,
      /none does not exist/,
      /dead\.safetensors does not exist/,
      /device\.safetensors must be a regular file, got a device/,
      /sparse\.safetensors must have at most 67108864 bytes, got 10737418240/,
    ])
      assert.match(err, says);
    assert.not.match(err, /\n\s+at /);
    const json = await vectors('check', '--json', ...argv);
    const result = JSON.parse(json.out) as { vectors: unknown[]; errors: unknown[]; passed: number };
    assert.equal([result.vectors.length, result.errors.length, result.passed], [2, 5, 2]);
    writeFileSync(at('v/no.safetensors'), 'x');
    const off = changed(golden('vae-0'), 'expect.loss', data => data.fill(7));
    writeVector(at('v/y.safetensors'), off);
    assert.is((await vectors('check', at('v'))).code, 1);
    assert.is((await vectors('check', at('v/no.safetensors'))).code, 2);
  }));

test('each vector is on its way before the next is looked at', () => {
  const check = checkVector(golden('sam-0'));
  for (const count of [0, 1, 3]) {
    const said: string[] = [];
    const json = new VectorsJson(text => said.push(text));
    for (let i = 0; i < count; i++) {
      json.vector({ file: String(i), ...check });
      assert.is(said.length, 2 + i);
    }
    json.end([], { passed: count, failed: 0 });
    const value = JSON.parse(said.join('')) as { vectors: unknown[] };
    assert.is(value.vectors.length, count);
    assert.is(said.join(''), `${JSON.stringify(value, null, 1)}\n`);
  }
});

test('an error is one line whatever the file holds', () =>
  inFolder(async folder => {
    const path = join(folder, 'a.safetensors');
    const header = Buffer.from('{\n"a"\u001b[31m}');
    writeFileSync(path, Buffer.concat([Buffer.from([header.length, 0, 0, 0, 0, 0, 0, 0]), header]));
    const { code, err } = await vectors('check', path);
    assert.is(code, 2);
    assert.match(err, /^[^\p{Cc}]+\n$/u);
  }));

test('vectors are made, and pass', () =>
  inFolder(async folder => {
    const out = join(folder, 'a', 'b');
    const made = await vectors('make', '--objective', 'asam', '--count', '4', '--seed', '9', '--out', out);
    assert.equal([made.code, made.out], [0, `wrote 4 vectors to ${out}, 1 of them wrong on purpose\n`]);
    assert.equal(readdirSync(out), [
      'flatcheck-asam-9-0000.safetensors',
      'flatcheck-asam-9-0001-wrong.safetensors',
      'flatcheck-asam-9-0002.safetensors',
      'flatcheck-asam-9-0003.safetensors',
    ]);
    const first = readFileSync(join(out, 'flatcheck-asam-9-0000.safetensors'));
    await vectors('make', '--objective', 'asam', '--count', '1', '--seed', '9', '--out', out);
    assert.equal(readFileSync(join(out, 'flatcheck-asam-9-0000.safetensors')), first);
    assert.is((await vectors('check', out)).code, 0);
  }));

test('wrong arguments', () =>
  inFolder(async folder => {
    const refused = async (code: number, message: RegExp, ...argv: string[]): Promise<void> => {
      const ended = await vectors(...argv);
      assert.is(ended.code, code, ended.err);
      assert.match(ended.err, message);
    };
    await refused(2, /must be 'check' or 'make', got ''/);
    await refused(2, /must be 'check' or 'make', got 'chek'/, 'chek');
    await refused(2, /give files or folders, got none/, 'check');
    await refused(2, /Unknown option '--seed'/, 'check', '--seed', '1', folder);
    await refused(2, /must hold \.safetensors files, got none/, 'check', folder);
    await refused(4, /does not exist/, 'check', join(folder, 'none'));
    const make = ['make', '--out', folder, '--seed', '1'];
    await refused(2, /are all needed/, ...make);
    await refused(
      2,
      /no objective 'sambo'; did you mean 'samba'/,
      ...make,
      '--count',
      '1',
      '--objective',
      'sambo',
    );
    await refused(
      2,
      /--count must be an integer of at least 1, got '0'/,
      ...make,
      '--count',
      '0',
      '--objective',
      'vae',
    );
    await refused(2, /takes no arguments, got 'x'/, ...make, '--count', '1', '--objective', 'vae', 'x');
    const file = join(folder, 'file');
    writeFileSync(file, '');
    await refused(
      4,
      /./,
      'make',
      '--objective',
      'vae',
      '--count',
      '1',
      '--seed',
      '1',
      '--out',
      join(file, 'in'),
    );
  }));

test.run();
