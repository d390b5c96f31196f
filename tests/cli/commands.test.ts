import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { start } from '../../src/cli/commands/start.js';
import { readResult } from '../../src/cli/verify/read-result.js';
import { suite } from '../harness.js';
import { CLAIM_IDS, claimsBehind, REGISTRY } from '../registry.js';
import { captured, type Ended } from './captured.js';
import { emptyFolder, flatcheck, oneLine } from './run.js';

const test = suite('commands', 300);

const folder = emptyFolder();
const inFolder = (...args: string[]): Promise<Ended> => flatcheck(args, folder);
const text = (name: string): string => readFileSync(join(folder, name), 'utf8');

/** An objective with one claim behind it, and a claim that has orders. */
const OBJECTIVE = { name: 'vae-sam-samba-learned', klCoeff: 0.1 } as const;
const VOUCHING = await claimsBehind(OBJECTIVE.name);
const CHOSEN = CLAIM_IDS.filter(id => id === 'SAMBA-5' || VOUCHING.includes(id));

const CONFIG = {
  objective: OBJECTIVE,
  net: { kind: 'dense', hidden: [8], latent: 2, activation: 'tanh' },
  data: { kind: 'generated', count: 60, size: 8 },
  optimiser: { name: 'adam', rate: 1e-3 },
  batchSize: 8,
  steps: 6,
  validation: { fraction: 0.2 },
};

test('train refuses what was not verified', async () => {
  writeFileSync(join(folder, 'learned.json'), JSON.stringify(CONFIG));
  const ended = await inFolder('train', 'learned.json');
  assert.is(ended.status, 4, ended.stderr);
  assert.match(ended.stderr, /must have passed.*flatcheck verify --claim SAMBA-15.*--unverified/);
  assert.ok(oneLine(ended));
  assert.not.ok(existsSync(join(folder, 'runs')));
});

test('verify writes every report, and the certificate that train asks for', async () => {
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
  const ended = await inFolder('verify', ...CHOSEN.flatMap(id => ['--claim', id]), ...files);
  assert.is(ended.status, 0, ended.stdout + ended.stderr);
  assert.match(ended.stdout, /SAMBA-15 .* pass/);
  assert.match(ended.stdout, new RegExp(`${CHOSEN.length} claims passed, 0 failed`));
  const result = readResult('test', join(folder, 'r.json'), REGISTRY);
  assert.equal(
    result.claims.map(claim => claim.id),
    [...CHOSEN],
  );
  assert.match(text('j.xml'), /<testsuite name="samba" tests="\d+" failures="0"/);
  assert.match(text('m.md'), /^# flatcheck: \d+ claims passed, 0 failed/);
  assert.match(text('h.html'), /<math/);
  assert.match(text('c.md'), /### SAMBA-15/);
  const trained = await inFolder('train', 'learned.json');
  assert.is(trained.status, 0, trained.stderr);
  assert.match(trained.stdout, /complete: runs\/learned\/result\.json/);
  assert.match((await inFolder('train', 'learned.json')).stderr, /complete already/);
});

test('train: bad configurations are one line', async () => {
  const refuses = async (change: object, part: RegExp): Promise<void> => {
    writeFileSync(join(folder, 'bad.json'), JSON.stringify({ ...CONFIG, ...change }));
    const ended = await inFolder('train', 'bad.json', '--unverified');
    assert.is(ended.status, 2, ended.stderr);
    assert.match(ended.stderr, part);
    assert.ok(oneLine(ended), ended.stderr);
    assert.not.ok(existsSync(join(folder, 'runs', 'bad')));
  };
  await refuses({ batchSize: -4 }, /train: batchSize must be a positive integer, got -4 \(bad\.json\)/);
  await refuses({ bachSize: 4 }, /bachSize.*batchSize/);
  const ended = await inFolder('train', 'learned.json', '--engine', 'abacus');
  assert.is(ended.status, 2);
  assert.match(ended.stderr, /--engine must be one of/);
});

test('--json prints one document and nothing else; a token from it replays', async () => {
  const { status, stdout, stderr } = await inFolder(
    'verify',
    '--claim',
    'UJV-8',
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
  const again = await inFolder('verify', '--replay', result.claims[0]!.replay);
  assert.is(again.status, 0, again.stderr);
  assert.match(again.stdout, /seed 3/);
});

test('the gate takes a baseline, holds it, and stops a regression by name', async () => {
  const gate = (...more: string[]): Promise<Ended> =>
    inFolder('gate', '--baseline', 'base.json', '--current', ...more);
  assert.is((await gate('r.json', '--update', '--reason', 'first')).status, 0);
  assert.is((await gate('r.json')).status, 0);
  writeFileSync(join(folder, 'base.json'), text('base.json').replaceAll('"expected":1,', '"expected":2,'));
  const worse = await gate('r.json');
  assert.is(worse.status, 1, worse.stdout);
  assert.match(
    worse.stdout,
    /regressed +SAMBA-5 \/ .* \/ order +order 1\.000 .* \(expected 2\) -> 1\.000 .*\(expected 1\)/,
  );
});

test('merge refuses what are not all shards', async () => {
  const ended = await inFolder('merge', 'r.json');
  assert.is(ended.status, 2);
  assert.match(ended.stderr, /merge: the first file is no shard/);
});

test('a file that cannot be written is exit code 4', async () => {
  const ended = await inFolder(
    'verify',
    '--claim',
    'UJV-8',
    '--runs',
    '8',
    '--json-file',
    'no/such/folder/r.json',
  );
  assert.is(ended.status, 4, ended.stderr);
  assert.ok(oneLine(ended), ended.stderr);
});

test('doctor measures the engines that everything needs', async () => {
  const { status, stdout } = await inFolder('doctor', '--json');
  assert.is(status, 0);
  const { engines } = JSON.parse(stdout) as {
    engines: { name: string; available: boolean; precision: number }[];
  };
  const of = (name: string): { available: boolean; precision: number } =>
    engines.find(engine => engine.name === name)!;
  assert.ok(of('float64').available && of('float64').precision < 1e-13);
  assert.ok(of('onnx-cpu').available && of('onnx-cpu').precision < 1e-5);
  assert.match((await inFolder('doctor')).stdout, /engine +here +version/);
});

test('start verifies, trains and leaves both results', async () => {
  const options = { out: 'runs/start', folder: undefined, registry: REGISTRY, claims: VOUCHING, steps: 2 };
  const ended = await captured(() => start({ ...options, objectives: [OBJECTIVE] }), { folder });
  assert.is(ended.status, 0, ended.stderr);
  assert.match(ended.stdout, /GENERATED images[\s\S]*validation loss/);
  const { runs } = JSON.parse(text('runs/start/result.json')) as {
    runs: { objective: string; verified: boolean }[];
  };
  assert.equal(
    runs.map(({ objective, verified }) => [objective, verified]),
    [[OBJECTIVE.name, true]],
  );
  assert.is(
    readResult('test', join(folder, 'runs/start/verification.json'), REGISTRY).passed,
    VOUCHING.length,
  );
});

test.run();
