import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { start } from '../../src/cli/commands/start.js';
import { run as train } from '../../src/cli/commands/train.js';
import { OBJECTIVES } from '../../src/cli/first-look.js';
import { FLATCHECK } from '../../src/cli/program.js';
import { cifarRecords } from '../formats/archives.js';
import { inFolder } from '../formats/temporary.js';
import { suite } from '../harness.js';
import { claimsBehind, PROGRAM, REGISTRY } from '../registry.js';
import { TINY } from '../train/tiny.js';
import { captured } from './captured.js';
import { flatcheck, oneLine } from './run.js';

const test = suite('train command', 300);

const configure = (folder: string, changes: object, name = 'tiny.json'): void =>
  writeFileSync(join(folder, name), JSON.stringify({ ...TINY, steps: 4, ...changes }));

const written = (folder: string, name: string): string =>
  existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8') : '';

test('on a terminal: step, epoch, loss and time left; notes apart; the result named at the end', () =>
  inFolder(async folder => {
    configure(folder, { steps: 30 });
    const where = { folder, terminal: true };
    const { status, stdout, stderr } = await captured(
      () => train(['tiny.json', '--unverified'], PROGRAM),
      where,
    );
    assert.is(status, 0, stderr);
    assert.match(stderr, /vae: step 30\/30, epoch \d\/\d, loss \d+\.\d+, 0 s left/);
    assert.match(stderr, /vae: UNVERIFIED: the claims behind 'vae' were not asked for\n/);
    assert.match(stdout, /complete: runs\/tiny\/result\.json\n$/);
  }));

test('another engine and folder by their flags; an engine that does not exist', () =>
  inFolder(async folder => {
    configure(folder, { steps: 2 });
    const argv = ['tiny.json', '--unverified', '--engine', 'tfjs-cpu', '--out', 'there'];
    const { status, stderr } = await captured(() => train(argv, PROGRAM), { folder });
    assert.is(status, 0, stderr);
    const { engine } = JSON.parse(written(folder, 'there/config.json')) as { engine: string };
    assert.is(engine, 'tfjs-cpu');
    assert.not.ok(existsSync(join(folder, 'runs')));
    assert.match((await captured(() => train([], PROGRAM))).stderr, /train: give a configuration file/);
  }));

test('--data names the data folder; data that are missing or cut off are one line, and no run begins', () =>
  inFolder(async folder => {
    const whole = cifarRecords(40);
    for (const [name, bytes] of [
      ['good', whole],
      ['cut', whole.subarray(0, whole.length - 5)],
      ['label', whole.map((byte, i) => (i === 3 * 3073 ? 12 : byte))],
    ] as const) {
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, 'data_batch_1.bin'), bytes);
    }
    configure(folder, { data: { kind: 'cifar10' }, batchSize: 8, steps: 2, validation: { fraction: 0.2 } });
    const trained = await captured(() => train(['tiny.json', '--unverified', '--data', 'good'], PROGRAM), {
      folder,
    });
    assert.is(trained.status, 0, trained.stderr);
    for (const [name, status, part] of [
      ['cut', 2, /data_batch_1\.bin/],
      ['label', 2, /label.*12/],
      ['nowhere', 4, /nowhere does not exist/],
    ] as const) {
      const argv = ['train', 'tiny.json', '--unverified', '--data', name, '--out', 'bad'];
      const ended = await flatcheck(argv, folder);
      assert.is(ended.status, status, ended.stderr);
      assert.match(ended.stderr, part);
      assert.ok(oneLine(ended), ended.stderr);
      assert.not.ok(existsSync(join(folder, 'bad')));
    }
    const env = { CIFAR10_DIR: undefined, FLATCHECK_DATA: folder };
    const none = await captured(() => train(['tiny.json', '--unverified', '--out', 'bad'], PROGRAM), {
      folder,
      env,
    });
    assert.is(none.status, 4, none.stderr);
  }));

test('Ctrl-C: exit code 130, a checkpoint, and how to go on', () =>
  inFolder(async folder => {
    configure(folder, {
      steps: 100_000,
      checkpointEvery: 50_000,
      validation: { fraction: 0.2, every: 50_000 },
    });
    const child = spawn(process.execPath, [FLATCHECK, 'train', 'tiny.json', '--unverified'], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let printed = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (part: Buffer) => {
        printed += part.toString();
      });
    const watch = setInterval(() => {
      if (written(folder, 'runs/tiny/metrics.jsonl') === '') return;
      clearInterval(watch);
      child.kill('SIGINT');
    }, 20);
    const [code] = (await once(child, 'close')) as [number | null];
    assert.is(code, 130, printed);
    assert.match(
      printed,
      /vae: interrupted at step \d+ of 100000, with a checkpoint in runs\/tiny - run the same command to go on\n/,
    );
    assert.ok(existsSync(join(folder, 'runs/tiny/checkpoint.safetensors')));
    assert.not.match(printed, /result\.json/);
    assert.not.ok(existsSync(join(folder, 'runs/tiny/result.json')));
  }));

test('start stops at once for a folder without CIFAR-10', () =>
  inFolder(async folder => {
    const claims = await claimsBehind('vae');
    const objectives = OBJECTIVES.filter(({ name }) => name === 'vae');
    const options = { out: 'out', folder: 'nowhere', registry: REGISTRY, claims, objectives, steps: 1 };
    const wrong = await captured(() => start(options), { folder });
    assert.is(wrong.status, 4);
    assert.match(wrong.stderr, /nowhere/);
    assert.is(wrong.stdout, '');
    assert.equal(readdirSync(folder), []);
  }));

test.run();
