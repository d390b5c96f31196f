import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { OBJECTIVES } from '../../experiments/first-look.js';
import { CLAIM_IDS, objectivesVouchedFor } from '../../properties/registry.js';
import { start } from '../../src/cli/commands/start.js';
import { readResult } from '../../src/cli/verify/read-result.js';
import { suite } from '../harness.js';
import { type Ended, emptyFolder, flatcheck, oneLine } from './run.js';

const test = suite('commands', 300);

const folder = emptyFolder();
const inFolder = (...args: string[]): Ended => flatcheck(args, folder);
const text = (name: string): string => readFileSync(join(folder, name), 'utf8');

/** The claims behind the VAE, and one that has no order. */
const VOUCHING = (await objectivesVouchedFor()).vae!;
const CHOSEN = CLAIM_IDS.filter(id => id === 'SAMBA-15' || VOUCHING.includes(id));

const CONFIG = {
  objective: { name: 'vae', rec: 'mean', beta: 1e-3, variance: { fixed: 0.01 } },
  net: { kind: 'dense', hidden: [8], latent: 2, activation: 'tanh' },
  data: { kind: 'generated', count: 60, size: 8 },
  optimiser: { name: 'adam', rate: 1e-3 },
  batchSize: 8,
  steps: 6,
  validation: { fraction: 0.2 },
};

test('train refuses what was not verified', () => {
  writeFileSync(join(folder, 'vae.json'), JSON.stringify(CONFIG));
  const ended = inFolder('train', 'vae.json');
  assert.is(ended.status, 4, ended.stderr);
  assert.match(ended.stderr, /must have passed.*flatcheck verify .*--claim SAMBA-5.*--unverified/);
  assert.ok(oneLine(ended));
  assert.not.ok(existsSync(join(folder, 'runs')));
});

test('verify writes every report, and the certificate that train asks for', () => {
  const files = [
    '--json-file',
    'r.json',
    '--junit',
    'j.xml',
    '--markdown',
    'm.md',
    '--html',
    'h.html',
    '--claims-doc',
    'c.md',
  ];
  const ended = inFolder('verify', ...CHOSEN.flatMap(id => ['--claim', id]), ...files);
  assert.is(ended.status, 0, ended.stdout + ended.stderr);
  assert.match(ended.stdout, /SAMBA-15 .* pass/);
  assert.match(ended.stdout, new RegExp(`${CHOSEN.length} claims passed, 0 failed`));
  const result = readResult('test', join(folder, 'r.json'));
  assert.equal(
    result.claims.map(claim => claim.id),
    [...CHOSEN],
  );
  assert.match(text('j.xml'), /<testsuite name="samba" tests="\d+" failures="0"/);
  assert.match(text('m.md'), /^# flatcheck: \d+ claims passed, 0 failed/);
  assert.match(text('h.html'), /<math/);
  assert.match(text('c.md'), /### SAMBA-15/);
  const trained = inFolder('train', 'vae.json');
  assert.is(trained.status, 0, trained.stderr);
  assert.match(trained.stdout, /complete: runs\/vae\/result\.json/);
  assert.match(inFolder('train', 'vae.json').stderr, /complete already/);
});

test('train: bad configurations are one line', () => {
  const refuses = (change: object, part: RegExp): void => {
    writeFileSync(join(folder, 'bad.json'), JSON.stringify({ ...CONFIG, ...change }));
    const ended = inFolder('train', 'bad.json', '--unverified');
    assert.is(ended.status, 2, ended.stderr);
    assert.match(ended.stderr, part);
    assert.ok(oneLine(ended), ended.stderr);
    assert.not.ok(existsSync(join(folder, 'runs', 'bad')));
  };
  refuses({ batchSize: -4 }, /train: batchSize must be a positive integer, got -4 \(bad\.json\)/);
  refuses({ bachSize: 4 }, /bachSize.*batchSize/);
  const ended = inFolder('train', 'vae.json', '--engine', 'abacus');
  assert.is(ended.status, 2);
  assert.match(ended.stderr, /--engine must be one of/);
});

test('--json prints one document and nothing else; a token from it replays', () => {
  const { status, stdout, stderr } = inFolder(
    'verify',
    '--claim',
    'SAMBA-15',
    '--runs',
    '10',
    '--seed',
    '3',
    '--json',
  );
  assert.is(status, 0, stderr);
  assert.is(stderr, '');
  const result = JSON.parse(stdout) as { claims: { replay: string }[]; run: { seed: number } };
  assert.is(result.run.seed, 3);
  const again = inFolder('verify', '--replay', result.claims[0]!.replay);
  assert.is(again.status, 0, again.stderr);
  assert.match(again.stdout, /seed 3/);
});

test('the gate takes a baseline, holds it, and stops a regression by name', () => {
  const gate = (...more: string[]): Ended =>
    inFolder('gate', '--baseline', 'base.json', '--current', ...more);
  assert.is(gate('r.json', '--update', '--reason', 'first').status, 0);
  assert.is(gate('r.json').status, 0);
  writeFileSync(join(folder, 'worse.json'), text('r.json').replaceAll('"expected": 1\n', '"expected": 2\n'));
  const worse = gate('worse.json');
  assert.is(worse.status, 1, worse.stdout);
  assert.match(worse.stdout, /regressed +SAMBA-5 \/ .* \/ order +order 1\.000 -> 1\.000 \(expected 1 -> 2\)/);
  writeFileSync(
    join(folder, 'v.json'),
    JSON.stringify({ vectors: [{ id: 'a', pass: true, maxRelativeError: 1e-15 }] }),
  );
  writeFileSync(
    join(folder, 'b.json'),
    JSON.stringify({ ratios: [{ name: 'x', value: 0.1, spread: 0.01 }] }),
  );
  const more = gate('r.json', '--vectors', 'v.json', '--bench', 'b.json');
  assert.is(more.status, 0, more.stderr);
  assert.match(more.stdout, /new +vector a \/ error[\s\S]*new +bench x/);
  assert.is(gate('r.json', '--vectors', 'b.json').status, 2);
  const failed = text('r.json').replace('"failed": 0', '"failed": 1');
  writeFileSync(join(folder, 'failed.json'), failed);
  assert.is(gate('failed.json', '--update', '--reason', 'no').status, 2);
});

test('merge refuses what are not all shards', () => {
  const ended = inFolder('merge', 'r.json');
  assert.is(ended.status, 2);
  assert.match(ended.stderr, /merge: the first file is no shard/);
});

test('a file that cannot be written is exit code 4', () => {
  const ended = inFolder(
    'verify',
    '--claim',
    'SAMBA-15',
    '--runs',
    '8',
    '--json-file',
    'no/such/folder/r.json',
  );
  assert.is(ended.status, 4, ended.stderr);
  assert.ok(oneLine(ended), ended.stderr);
});

test('doctor measures the engines that everything needs', () => {
  const { status, stdout } = inFolder('doctor', '--json');
  assert.is(status, 0);
  const { engines } = JSON.parse(stdout) as {
    engines: { name: string; available: boolean; precision: number }[];
  };
  const of = (name: string): { available: boolean; precision: number } =>
    engines.find(engine => engine.name === name)!;
  assert.ok(of('float64').available && of('float64').precision < 1e-13);
  assert.ok(of('onnx-cpu').available && of('onnx-cpu').precision < 1e-5);
  assert.match(inFolder('doctor').stdout, /engine +here +version/);
});

test('start verifies, trains and leaves both results', async () => {
  const before = process.cwd();
  process.chdir(folder);
  const log = console.log;
  const lines: string[] = [];
  console.log = line => void lines.push(String(line));
  try {
    const options = { out: 'runs/start', folder: undefined, claims: VOUCHING, steps: 2 };
    assert.is(await start({ ...options, objectives: OBJECTIVES.filter(({ name }) => name === 'vae') }), 0);
  } finally {
    console.log = log;
    process.chdir(before);
  }
  assert.match(lines.join('\n'), /GENERATED images[\s\S]*validation loss/);
  const { runs } = JSON.parse(text('runs/start/result.json')) as {
    runs: { objective: string; verified: boolean }[];
  };
  assert.equal(
    runs.map(({ objective, verified }) => [objective, verified]),
    [['vae', true]],
  );
  assert.is(readResult('test', join(folder, 'runs/start/verification.json')).passed, VOUCHING.length);
});

test.run();
