import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import type { ExperimentResult, RunRecord } from '../../src/claims/experiment/model.js';
import { summaries } from '../../src/claims/experiment/summary.js';
import { run as experiment } from '../../src/cli/commands/experiment.js';
import { type Choice, choose } from '../../src/cli/experiment/choose.js';
import { Display } from '../../src/cli/experiment/display.js';
import { engineFor } from '../../src/cli/experiment/engine.js';
import { experimentLines } from '../../src/cli/experiment/print.js';
import { ensureVerified } from '../../src/cli/experiment/verified.js';
import { timeLeft } from '../../src/cli/time-left.js';
import type { RunPlan } from '../../src/train/experiment/experiment.js';
import { inFolder } from '../formats/temporary.js';
import { suite } from '../harness.js';
import { PROGRAM, REGISTRY } from '../registry.js';
import { COMPUTED, EXPERIMENT, PLAN, TRAINED } from '../train/experiment/tiny.js';
import { captured, type Where } from './captured.js';
import { oneLine } from './run.js';

const test = suite('experiment command', 300);

/** No data set is here. */
const NOTHING = { CIFAR10_DIR: undefined, CIFAR100_DIR: undefined, MNIST_DIR: undefined };

const at = (folder: string, more: Partial<Where> = {}): Where => ({
  folder,
  env: { ...NOTHING, FLATCHECK_DATA: join(folder, 'data') },
  ...more,
});

const call = (folder: string, argv: readonly string[], more: Partial<Where> = {}) =>
  captured(() => experiment(argv, PROGRAM), at(folder, more));

test('mistakes are one line each, and nothing is written', () =>
  inFolder(async folder => {
    for (const [argv, status, pattern] of [
      [[], 2, /give a name \(there are .*samba-fig2/],
      [['samba-fig5'], 2, /no experiment 'samba-fig5'; did you mean 'samba-fig/],
      [['samba-fig2', '--scale', 'smol'], 2, /--scale must be one of smoke, small, paper, got 'smol'/],
      [['vgr-fig3', '--convention', 'released-code'], 2, /--convention of vgr-fig3 must be one of paper/],
      [['samba-fig2', '--seeds', '1,x'], 2, /--seeds must be an integer of at least 0, got 'x'/],
      [['samba-fig2', '--seeds', '3,3'], 2, /--seeds must be different, got '3,3'/],
      [['samba-fig2', '--seeds', '1,'.repeat(99_999)], 2, /--seeds must be at most 1000, got 100000/],
      [['samba-fig2', '--seeds', '9007199254740993'], 2, /--seeds must be an integer of at least 0/],
      [['samba-fig2', '--threads', '1000'], 2, /--threads must be at most 256, got '1000'/],
      [['samba-fig2', '--engine', 'onnx'], 2, /--engine must be one of/],
      [['vgr-fig3', '--engine', 'webgpu'], 2, /--engine of vgr-fig3 must be float64/],
      [['vgr-fig3', '--data', 'x'], 2, /vgr-fig3 makes its own data, got --data 'x'/],
      [['vgr-fig3', '--jobs', '0'], 2, /--jobs must be an integer of at least 1, got '0'/],
      [['vgr-fig3', '--only', 'nobody'], 2, /--only must be the id of a run of vgr-fig3/],
      [['vgr-fig3', 'x'], 2, /takes at most 1 arguments, got 'x'/],
      [
        ['samba-fig2', '--scale', 'paper'],
        4,
        /at scale paper must have cifar10, got none - run: flatcheck data get/,
      ],
    ] as const) {
      const ended = await call(folder, argv);
      assert.is(ended.status, status, ended.stderr);
      assert.match(ended.stderr, pattern);
      assert.ok(oneLine(ended), ended.stderr);
    }
    assert.equal(readdirSync(folder), []);
  }));

test('computed runs end to end: a line for each, a table, judgements; then nothing is left to do', () =>
  inFolder(async folder => {
    const out = join(folder, 'out');
    for (const { id } of (await choose(['vgr-fig3'], REGISTRY)).plan.slice(0, 9))
      await call(folder, ['vgr-fig3', '--out', out, '--only', id]); // faster than a process for each
    const first = await call(folder, ['vgr-fig3', '--out', out]);
    assert.is(first.status, 0, first.stderr);
    assert.is(first.stderr.match(/\d+ of 12 runs done: /g)?.length, 3);
    assert.match(first.stdout, /12 of 12 runs complete/);
    assert.match(first.stdout, /SUPPORTED smooth: /);
    assert.match(first.stdout, /result: .*out\/result\.json/);
    const again = await call(folder, ['vgr-fig3', '--out', out, '--json']);
    assert.is(again.status, 0);
    assert.is(again.stderr, '');
    const result = JSON.parse(again.stdout) as ExperimentResult;
    const { sha256: _, ...written } = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8'));
    assert.equal(result, written);
    assert.is(result.runs.length, 12);
    const other = await call(folder, ['vgr-fig3', '--out', out, '--seeds', '9']);
    assert.is(other.status, 2);
    assert.match(other.stderr, /got another setting in .*seeds .* there, \[9\] now/);
    const [damaged] = result.runs;
    writeFileSync(join(out, 'runs', damaged!.id, 'result.json'), '{}');
    const partial = await call(folder, ['vgr-fig3', '--out', out]);
    assert.is(partial.status, 1);
    assert.match(partial.stderr, /must have schema 1, got nothing - it was changed; delete the run's folder/);
    assert.match(
      partial.stdout,
      /11 of 12 runs complete\n.*\nDAMAGED and left out: .*result.json must have schema 1/,
    );
  }));

test('a folder keeps the engine it was begun with; one for a cluster need not be here', async () => {
  const before = { engine: 'tfjs-cpu', engineWhy: 'as asked' } as const;
  for (const asked of [undefined, 'auto', 'tfjs-cpu'])
    assert.is(await engineFor(EXPERIMENT, asked, before, true), before);
  assert.is((await engineFor(EXPERIMENT, 'onnx-cpu', before, true)).engine, 'onnx-cpu');
  assert.is((await engineFor(EXPERIMENT, undefined, undefined, true)).engineWhy, 'the default');
  const there = await engineFor(EXPERIMENT, 'cuda', undefined, false);
  assert.equal(there, { engine: 'cuda', engineWhy: 'as asked' });
  const measured = await engineFor(EXPERIMENT, 'auto', undefined, true);
  assert.match(measured.engineWhy, /^the fastest: .*onnx-cpu takes/);
  assert.is(
    (await engineFor({ ...EXPERIMENT, doubles: true }, 'float64', undefined, true)).engine,
    'float64',
  );
});

test('--only does one run in this process', () =>
  inFolder(async folder => {
    const { plan } = await choose(['vgr-fig3'], REGISTRY);
    const id = plan[0]!.id;
    const ended = await call(folder, ['vgr-fig3', '--only', id]);
    assert.is(ended.status, 0, ended.stderr);
    assert.match(ended.stdout, new RegExp(`^complete: .*${id}`));
    assert.equal(readdirSync(join(folder, 'runs/vgr-fig3-smoke/runs')), [id]);
  }));

test('--only of a training run: notes on stderr, made-up images named as such', () =>
  inFolder(async folder => {
    const where = at(folder);
    const ids: string[] = [];
    const listed = await captured(async () => {
      ids.push((await choose(['samba-fig2', '--seeds', '7'], REGISTRY)).plan[0]!.id);
      return 0;
    }, where);
    assert.is(listed.status, 0, listed.stderr);
    const refused = await call(folder, ['samba-fig2', '--seeds', '7', '--only', ids[0]!]);
    assert.is(refused.status, 4);
    assert.match(refused.stderr, /must have passed for this code/);
    const ended = await call(folder, ['samba-fig2', '--seeds', '7', '--only', ids[0]!, '--unverified']);
    assert.is(ended.status, 0, ended.stderr);
    assert.match(ended.stderr, /GENERATED images/);
    assert.match(ended.stderr, /UNVERIFIED/);
  }));

test('--dry-run measures and prints, and writes nothing', () =>
  inFolder(async folder => {
    const ended = await call(folder, ['samba-fig2', '--dry-run', '--seeds', '1']);
    assert.is(ended.status, 0, ended.stderr);
    assert.match(ended.stdout, /8 runs in runs\/samba-fig2-smoke/);
    assert.match(ended.stdout, /^vae +4 +200 +32 +\d+ /m);
    assert.match(ended.stdout, /hours of runs in all/);
    assert.match(ended.stdout, /of disk/);
    assert.match(ended.stdout, /^[0-9a-f]{12} +samba, alpha2 0.01, seed 1$/m);
    const computed = await call(folder, ['vgr-fig3', '--dry-run']);
    assert.match(computed.stdout, /12 computed runs, whose cost is not known/);
    assert.equal(readdirSync(folder), []);
  }));

test('verifies what is missing before training, once', () =>
  inFolder(async folder => {
    const objective = { name: 'vae-sam-samba-learned', klCoeff: 0.1 };
    const run = { ...TRAINED, job: { kind: 'train', config: { objective } } } as unknown as RunPlan;
    const choice = {
      registry: REGISTRY,
      plan: [run],
      experiment: { name: 'tiny' },
      unverified: false,
    } as unknown as Choice;
    const first = await captured(() => ensureVerified(choice), at(folder));
    assert.is(first.status, 0, first.stderr);
    assert.match(first.stderr, /verifying the 1 claims behind vae-sam-samba-learned first/);
    assert.ok(existsSync(join(folder, '.flatcheck')));
    const second = await captured(() => ensureVerified(choice), at(folder));
    assert.equal(second, { status: 0, stdout: '', stderr: '' });
  }));

test('progress on a terminal is one line, with the time left; elsewhere a line for each finished run', async () => {
  const show = async (terminal: boolean) =>
    captured(
      async () => {
        const display = new Display('tiny', 1, PLAN.length);
        display.show({ kind: 'started', run: TRAINED });
        display.show({ kind: 'progress', run: TRAINED, done: 2, total: 4 });
        display.show({ kind: 'progress', run: TRAINED, done: 3, total: 4 });
        display.show({ kind: 'started', run: COMPUTED });
        display.show({ kind: 'failed', run: COMPUTED, code: 1, error: 'why' });
        display.show({ kind: 'finished', run: TRAINED, seconds: 12.3, done: 2 });
        display.show({ kind: 'started', run: PLAN[1]! });
        display.show({ kind: 'stopped', run: PLAN[1]! });
        display.show({ kind: 'waiting', runs: 2 });
        display.show({ kind: 'waiting', runs: 2 });
        display.clear();
        return 0;
      },
      { terminal },
    );
  const pipe = await show(false);
  assert.equal(pipe.stderr.split('\n'), [
    'tiny: sum, seed 1 failed: why',
    'tiny: 2 of 5 runs done, 1 failed: samba, alpha2 0.01, seed 1 (12 s)',
    'tiny: 2 runs are with other processes; waiting for them',
    '',
  ]);
  const terminal = await show(true);
  assert.match(terminal.stderr, /1 of 5 runs done, 1 running; 0 s left; step 3\/4 of samba, alpha2/);
  assert.not.match(terminal.stderr, /\(12 s\)/);
});

test('while runs are missing, only settled statements are printed', () => {
  const run = (seed: number, status: RunRecord['status']): RunRecord => ({
    ...{ id: `${seed}`, arm: { model: 'vae' }, seed, status, curves: {} },
    numbers: status === 'complete' ? { loss: 1 } : {},
  });
  const of = (...statuses: RunRecord['status'][]): string => {
    const runs = statuses.map((status, i) => run(i, status));
    const statement = { says: 'so it is.', source: 'here', why: 'one\ntwo' };
    const result: ExperimentResult = {
      ...{ schema: 1, name: 'tiny', source: 'here', says: 'x', figures: [], comparisons: [], runs },
      setting: {
        ...{ scale: 'smoke', convention: 'paper', seeds: [0, 1], data: 'nothing', generated: false },
        engine: 'onnx-cpu',
      },
      quantities: { loss: { label: 'the loss', says: '', scale: 'linear' } },
      summaries: summaries(runs, ['loss']),
      statements: [
        { id: 'a', outcome: 'contradicted', ...statement },
        {
          ...{ id: 'b', outcome: 'cannot-tell', ...statement },
          published: { source: 'their files', outcome: 'supported', why: 'three\nfour' },
        },
      ],
      provenance: { commit: null, versions: {}, engineWhy: 'the default', threads: 1, verified: true },
    };
    return experimentLines(result, ['loss']).join('\n');
  };
  const [none, one, all] = [of('waiting', 'waiting'), of('complete', 'waiting'), of('complete', 'complete')];
  assert.not.match(none, /the loss/);
  assert.match(one, /1 of 2 runs complete.*the loss.*CONTRADICTED a: so it is\.\n {2}one\n {2}two/s);
  assert.not.match(one, /CANNOT-TELL/);
  assert.match(one, /1 of 2 statements cannot be told before all runs are complete/);
  assert.match(
    all,
    /CANNOT-TELL b.*\n {2}two\n {2}the authors' own runs: SUPPORTED \(their files\)\n {4}three\n {4}four/s,
  );
  assert.not.match(one, /authors/);
  assert.not.match(all, /cannot be told before/);
});

test('durations for people', () => {
  assert.equal([3.4, 75, 9600].map(timeLeft), ['3 s', '1 min 15 s', '2 h 40 min']);
});

test.run();
