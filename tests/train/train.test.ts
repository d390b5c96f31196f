import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import * as assert from 'uvu/assert';
import { compileFloat64 } from '../../src/engine/float64/compile.js';
import { InputError, UnavailableError } from '../../src/formats/input-error.js';
import { readSafetensors } from '../../src/formats/safetensors.js';
import { openData } from '../../src/train/data.js';
import { evaluation, graphOf, squaredErrorAtMean } from '../../src/train/graphs.js';
import { readMetrics } from '../../src/train/metrics.js';
import { modelOf } from '../../src/train/model.js';
import { describe } from '../../src/train/result.js';
import { train } from '../../src/train/train.js';
import { errorOf, inFolder } from '../formats/temporary.js';
import { suite } from '../harness.js';
import { bits, FILES, optionsFor, stopAfter, tiny } from './tiny.js';

const test = suite('train');

test('a run learns, says what it did, and gives the same bits again', () =>
  inFolder(async folder => {
    const notes: string[] = [];
    const result = await train(tiny(), optionsFor(join(folder, 'a'), { onNote: note => notes.push(note) }));
    assert.is(result.status, 'complete');
    assert.is(result.step, 60);
    assert.ok(result.data.generated && !result.verified);
    assert.match(notes.join('\n'), /data: GENERATED images.*\nUNVERIFIED/);
    const lines = [...readMetrics(join(folder, 'a', 'metrics.jsonl'))];
    assert.equal(
      lines.map(({ kind, step }) => `${kind} ${step}`),
      Array.from({ length: 60 }, (_, i) => [
        `step ${i + 1}`,
        ...([25, 50, 60].includes(i + 1) ? [`validation ${i + 1}`] : []),
      ]).flat(),
    );
    const [before, after] = [lines[0]!.numbers.loss!, result.validation!.numbers.loss!];
    assert.ok(after < 0.9 * before, `${before} -> ${after}`);
    assert.equal(Object.keys(lines[0]!.numbers).sort(), ['loss', 'term.kl', 'term.reconstruction']);
    assert.equal(readdirSync(join(folder, 'a')).sort(), [...FILES, 'provenance.json'].sort());
    assert.equal(await train(tiny(), optionsFor(join(folder, 'b'))), result);
    assert.equal(bits(join(folder, 'b')), bits(join(folder, 'a')));
    const table = describe([result]);
    assert.equal(table.rows[0]!.slice(0, 3), ['vae', 'generated (made up)', '60']);
    assert.is(table.rows[0]!.length, table.head.length);
  }));

test('interrupted and resumed: the same bits, nothing twice', () =>
  inFolder(async folder => {
    await train(tiny(), optionsFor(join(folder, 'whole')));
    const parts = join(folder, 'parts');
    for (const steps of [3, 5, 24]) {
      const result = await train(tiny(), optionsFor(parts, stopAfter(steps)));
      assert.is(result.status, 'interrupted');
      assert.not(existsSync(join(parts, 'result.json')));
      assert.match(describe([result]).rows[0]![2]!, /^\d+ of 60$/);
    }
    appendFileSync(join(parts, 'metrics.jsonl'), '{"kind":"step","step":999}\n{"kin'); // written after the checkpoint
    const notes: string[] = [];
    await train(tiny(), optionsFor(parts, { onNote: note => notes.push(note) }));
    assert.match(notes.join('\n'), /resumed at step 24 on 1 threads/);
    assert.equal(bits(parts), bits(join(folder, 'whole')));
    const { sessions } = JSON.parse(readFileSync(join(parts, 'provenance.json'), 'utf8'));
    assert.equal(
      sessions.map((session: { step: number }) => session.step),
      [0, 3, 5, 24],
    );
    await train(tiny(), optionsFor(parts, { onNote: note => notes.push(note) }));
    assert.match(notes.at(-1)!, /is complete already/);
  }));

test('convolutions, sgd, an objective that counts zero directions, epochs, no validation', () =>
  inFolder(async folder => {
    const config = tiny({
      objective: { name: 'samba', rec: 'mean', beta: 0.01, variance: { fixed: 0.01 } },
      net: { kind: 'conv', channels: [4, 8], latent: 3, activation: 'softplus', output: 'identity' },
      optimiser: { name: 'sgd', rate: 0.05 },
      validation: { fraction: 0 },
      epochs: 2,
    });
    const result = await train(config, optionsFor(folder));
    assert.is(result.step, 18);
    assert.is(result.epochs, 2);
    assert.is(result.training.zeroDirections, 0);
    assert.is(result.validation, undefined);
    assert.is(describe([result]).rows[0]![4], '');
    const stages = tiny({
      net: { kind: 'conv', channels: [4, 4, 4, 4], latent: 3, activation: 'elu', posterior: 'diagonal' },
    });
    const error = await errorOf(() => train(stages, optionsFor(join(folder, 'stages'))));
    assert.match(error.message, /net.channels must have so many stages that 8x8 pixels can be halved/);
  }));

test('validation is the mean over all records, the last smaller batch included, as float64 has it', () =>
  inFolder(async folder => {
    const config = tiny({
      objective: { name: 'rae-loss-gradient', rec: 'sum', beta: 0.1, lambda: 0.2 },
      steps: 5,
    });
    const result = await train(config, optionsFor(folder));
    const data = openData(config);
    const model = modelOf(config, data.images.shape);
    const program = compileFloat64(graphOf(evaluation(model, 30, { squaredErrorAtMean })));
    const { tensors } = readSafetensors(join(folder, 'checkpoint.safetensors'));
    const params = [...tensors].filter(([name]) => name.startsWith('param.'));
    const expected = program.run({
      ...Object.fromEntries(
        params.map(([name, tensor]) => [name, Float64Array.from(tensor.data as Float32Array)]),
      ),
      x: Float64Array.from(data.validation(0, 30)),
    });
    const got = result.validation!.numbers;
    assert.equal(Object.keys(got).sort(), Object.keys(expected).sort());
    for (const [name, [value]] of Object.entries(expected))
      assert.ok(
        Math.abs(got[name]! - value!) < 1e-5 * Math.abs(value!),
        `${name}: ${got[name]} against ${value}`,
      );
  }));

test('the same run on a tfjs backend: the same numbers to rounding, and resumed with the same bits', () =>
  inFolder(async folder => {
    const config = tiny({ engine: 'tfjs-cpu', steps: 20 });
    const backend = tf.getBackend();
    const memory = tf.memory().numTensors;
    const whole = await train(config, optionsFor(join(folder, 'whole')));
    await train(config, optionsFor(join(folder, 'parts'), stopAfter(7)));
    await train(config, optionsFor(join(folder, 'parts')));
    assert.equal(bits(join(folder, 'parts')), bits(join(folder, 'whole')));
    assert.is(tf.getBackend(), backend);
    assert.is(tf.memory().numTensors, memory);
    const native = await train(tiny({ steps: 20 }), optionsFor(join(folder, 'native')));
    for (const [name, value] of Object.entries(native.validation!.numbers)) {
      const other = whole.validation!.numbers[name]!;
      assert.ok(Math.abs(other - value) < 1e-4 * Math.abs(value), `${name}: ${other} against ${value}`);
    }
  }));

test('an engine that is not on this machine leaves the folder free', () =>
  inFolder(async folder => {
    const outcome = await train(tiny({ engine: 'cuda', steps: 1 }), optionsFor(folder)).catch(error => error);
    if (!(outcome instanceof Error)) return; // this machine has it
    assert.instance(outcome, UnavailableError);
    assert.match(outcome.message, /engine cuda must run on this machine, got: .* - flatcheck doctor tells/);
    assert.equal(readdirSync(folder), []);
  }));

test('refuses another configuration, another code, a folder with other things', () =>
  inFolder(async folder => {
    const run = join(folder, 'run');
    await train(tiny(), optionsFor(run, stopAfter(2)));
    const other = await errorOf(() => train(tiny({ batchSize: 8 }), optionsFor(run)));
    assert.instance(other, InputError);
    assert.match(other.message, /another configuration in .*run \(batchSize 16 there, 8 now\)/);
    const source = { codeDigest: 'newer', commit: null, versions: {} };
    const code = await errorOf(() => train(tiny(), optionsFor(run, { source })));
    assert.match(code.message, /resumed with the codeDigest it began with, got "newer" instead of "test"/);
    mkdirSync(join(folder, 'mine'));
    writeFileSync(join(folder, 'mine', 'thesis.tex'), '');
    const mine = await errorOf(() => train(tiny(), optionsFor(join(folder, 'mine'))));
    assert.match(mine.message, /must be new, empty or of this run, got .* with "thesis.tex" in it/);
    assert.equal(readdirSync(join(folder, 'mine')), ['thesis.tex']);
  }));

test('without a certificate nothing is written; a run that was ever unverified stays so', () =>
  inFolder(async folder => {
    const certificate = {
      folder: join(folder, 'none'),
      codeDigest: 'a',
      engine: 'float64',
      claims: ['SAMBA-18'],
    };
    const run = join(folder, 'run');
    const error = await errorOf(() => train(tiny(), optionsFor(run, { certificate })));
    assert.instance(error, UnavailableError);
    assert.not(existsSync(run));
  }));

test('a folder in use, one that is a file, one that is read-only', () =>
  inFolder(async folder => {
    let inner: Promise<Error> | undefined;
    const run = join(folder, 'run');
    await train(
      tiny(),
      optionsFor(run, {
        onProgress: () => {
          inner ??= errorOf(() => train(tiny(), optionsFor(run)));
        },
      }),
    );
    assert.match((await inner!).message, /in use by this very process/);
    writeFileSync(join(folder, 'file'), '');
    assert.instance(await errorOf(() => train(tiny(), optionsFor(join(folder, 'file')))), UnavailableError);
    if (process.getuid?.() === 0) return; // root may write anywhere
    mkdirSync(join(folder, 'closed'));
    chmodSync(join(folder, 'closed'), 0o500);
    assert.instance(await errorOf(() => train(tiny(), optionsFor(join(folder, 'closed')))), UnavailableError);
    assert.equal(readdirSync(join(folder, 'closed')), []);
  }));

test('a loss that grows without bound', () =>
  inFolder(async folder => {
    const optimiser = { name: 'sgd', rate: 1e9 };
    const net = { kind: 'dense', hidden: [8], latent: 2, activation: 'identity', output: 'identity' };
    const error = await errorOf(() => train(tiny({ optimiser, net }), optionsFor(folder)));
    assert.instance(error, InputError);
    assert.match(error.message, /must stay finite, got \S+ at step \d+ - lower optimiser.rate/);
  }));

test('damaged files of a run', () =>
  inFolder(async folder => {
    await train(tiny(), optionsFor(folder, stopAfter(20)));
    const refused = async (
      name: string,
      damage: (whole: Buffer) => Uint8Array,
      pattern: RegExp,
    ): Promise<void> => {
      const whole = readFileSync(join(folder, name));
      writeFileSync(join(folder, name), damage(whole));
      const error = await errorOf(() => train(tiny(), optionsFor(folder)));
      assert.instance(error, InputError);
      assert.match(error.message, pattern);
      writeFileSync(join(folder, name), whole);
    };
    const replace = (from: string, to: string) => (whole: Buffer) =>
      Buffer.from(whole.toString('latin1').replace(from, to), 'latin1');
    const checkpoint = 'checkpoint.safetensors';
    await refused(checkpoint, whole => whole.subarray(0, -4), /data must have the \d+ bytes/);
    await refused(checkpoint, replace('"flatcheck"', '"flatchick"'), /must be a checkpoint of flatcheck/);
    await refused(
      checkpoint,
      replace('\\"version\\":2', '\\"version\\":3'),
      /version must be one of 2, got 3/,
    );
    await refused(
      checkpoint,
      replace('configDigest\\":\\"', 'configDigest\\":\\"0'),
      /JSON|header|another|checkpoint/,
    );
    await refused(
      checkpoint,
      replace('param.mu.bias', 'param.mu.bios'),
      /only this network's tensors, got "param.mu.bios"/,
    );
    await refused(
      'metrics.jsonl',
      whole => whole.subarray(0, 100),
      /at least the \d+ bytes of the checkpoint, got 100/,
    );
    await refused('provenance.json', replace('"schema": 1', '"schema": 9'), /must have schema 1, got 9/);
    await refused('config.json', replace('"seed"', '"sead"'), /sead is not a known key/);
    rmSync(join(folder, checkpoint));
    assert.is((await train(tiny(), optionsFor(folder))).status, 'complete');
  }));

test.run();
