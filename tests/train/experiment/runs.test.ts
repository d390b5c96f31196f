import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { InputError } from '../../../src/formats/input-error.js';
import { InUseError, lockFolder } from '../../../src/formats/lock.js';
import { readSafetensors } from '../../../src/formats/safetensors.js';
import { type CollectOptions, collect } from '../../../src/train/experiment/collect.js';
import { executeRun } from '../../../src/train/experiment/execute.js';
import { openExperimentFolder, readShared, runFolder } from '../../../src/train/experiment/folder.js';
import type { PlannedRun } from '../../../src/train/experiment/plan.js';
import { planOf } from '../../../src/train/experiment/plan.js';
import { readRun } from '../../../src/train/experiment/records.js';
import { isHeld, statusOf } from '../../../src/train/experiment/status.js';
import { MOST_POINTS, Thinned } from '../../../src/train/experiment/thinned.js';
import { errorOf, inFolder } from '../../formats/temporary.js';
import { suite } from '../../harness.js';
import {
  COMPUTED,
  COMPUTED_STEPS,
  EXPERIMENT,
  open,
  optionsFor,
  PLAN,
  SETTING,
  SHARED,
  TRAINED,
} from './tiny.js';

const test = suite('experiment runs');

const execute = (out: string, run: PlannedRun, more = {}) =>
  executeRun(EXPERIMENT, SETTING, run, optionsFor(out, run, more));

const collected = (
  out: string,
  onDamaged: CollectOptions['onDamaged'] = (_, text) => assert.unreachable(text),
) =>
  collect({
    experiment: EXPERIMENT,
    shared: SHARED,
    plan: PLAN,
    out,
    data: 'made up',
    commit: null,
    versions: {},
    verified: true,
    onDamaged,
  });

const sum = 1 + (COMPUTED_STEPS * (COMPUTED_STEPS - 1)) / 2;

test('ids follow from arm, seed and configuration, not from threads or the place of the data', () => {
  assert.is(new Set(PLAN.map(({ id }) => id)).size, PLAN.length);
  for (const { id } of PLAN) assert.match(id, /^[0-9a-f]{12}$/);
  const changed = (change: object): string[] =>
    planOf(
      {
        ...EXPERIMENT,
        plan: setting =>
          EXPERIMENT.plan(setting).map(run =>
            run.job.kind === 'train'
              ? { ...run, job: { kind: 'train', config: { ...run.job.config, ...change } } }
              : run,
          ),
      },
      SETTING,
    ).map(({ id }) => id);
  const ids = PLAN.map(({ id }) => id);
  assert.equal(changed({ threads: 3 }), ids);
  assert.equal(changed({ data: { ...SETTING.data, folder: '/elsewhere' } }), ids);
  assert.not.equal(changed({ batchSize: 8 }), ids);
  const twice = { ...EXPERIMENT, plan: () => [TRAINED, TRAINED] };
  assert.throws(() => planOf(twice, SETTING), /must differ, got samba, alpha2 0.01, seed 1 twice/);
});

test('a training run: trained, measured once, with images; a second call does nothing', () =>
  inFolder(async out => {
    open(out);
    const folder = runFolder(out, TRAINED.id);
    assert.is(statusOf(folder, TRAINED), 'waiting');
    assert.is(await execute(out, TRAINED), 'complete');
    assert.is(statusOf(folder, TRAINED), 'complete');
    const { record, verified } = readRun(EXPERIMENT, TRAINED, out);
    assert.not(verified);
    const { numbers, curves } = record;
    assert.is(numbers.ones, 1);
    assert.ok(numbers.decoderJacobian! > 0 && numbers.decoderJacobianError! > 0);
    assert.ok(numbers.decoderJacobianProbeError! < numbers.decoderJacobianError!);
    assert.ok(numbers.secondsPerStep! > 0);
    assert.is(curves.trainingLoss!.length, 24);
    assert.is(curves.loss!.at(-1)![1], numbers.loss);
    const { tensors, metadata } = readSafetensors(join(folder, 'images.safetensors'));
    assert.equal([...tensors.keys()], ['originals', 'reconstructions', 'samples']);
    for (const { shape, data } of tensors.values()) {
      assert.equal(shape, [8, 8, 8, 3]);
      assert.ok((data as Float32Array).every(pixel => pixel >= 0 && pixel <= 1));
    }
    assert.equal(JSON.parse(metadata.get('flatcheck')!), { version: 1, samplesFrom: 'prior' });
    const before = readdirSync(folder).map(name => readFileSync(join(folder, name), 'base64'));
    assert.is(await execute(out, TRAINED), 'complete');
    assert.equal(
      readdirSync(folder).map(name => readFileSync(join(folder, name), 'base64')),
      before,
    );
  }));

test('an engine that is chosen trains, measures and draws', () =>
  inFolder(async out => {
    open(out);
    const { job } = TRAINED;
    if (job.kind !== 'train') throw new Error('the first run of the plan is a training run');
    await execute(out, TRAINED);
    const of = (run: PlannedRun): Readonly<Record<string, number>> =>
      readRun(EXPERIMENT, run, out).record.numbers;
    const native = of(TRAINED);
    rmSync(runFolder(out, TRAINED.id), { recursive: true });
    const exact = { ...TRAINED, job: { ...job, config: { ...job.config, engine: 'float64' as const } } };
    const setting = { ...SETTING, engine: 'float64' as const };
    assert.is(await executeRun(EXPERIMENT, setting, exact, optionsFor(out, exact)), 'complete');
    for (const name of ['loss', 'lossGradientNorm', 'decoderJacobian']) {
      const error = Math.abs(of(exact)[name]! - native[name]!) / native[name]!;
      assert.ok(error > 0 && error < 1e-4, `${name}: ${error}`);
    }
    assert.ok(existsSync(join(runFolder(out, TRAINED.id), 'images.safetensors')));
  }));

test('killed between training and the last measurement, a run is not complete, and goes on there', () =>
  inFolder(async out => {
    open(out);
    const run = PLAN[2]!; // samples from a Gaussian fitted to its codes
    await execute(out, run);
    const folder = runFolder(out, run.id);
    const whole = ['final.json', 'images.safetensors'].map(name =>
      readFileSync(join(folder, name), 'base64'),
    );
    for (const name of ['final.json', 'images.safetensors']) rmSync(join(folder, name));
    assert.is(statusOf(folder, run), 'interrupted');
    await execute(out, run);
    assert.equal(
      ['final.json', 'images.safetensors'].map(name => readFileSync(join(folder, name), 'base64')),
      whole,
    );
  }));

test('a computed run stopped half way goes on from its state', () =>
  inFolder(async out => {
    open(out);
    const controller = new AbortController();
    const seen: number[] = [];
    const first = await execute(out, COMPUTED, {
      signal: controller.signal,
      onProgress: (done: number) => {
        seen.push(done);
        if (done === 8) controller.abort();
      },
    });
    assert.is(first, 'interrupted');
    assert.is(statusOf(runFolder(out, COMPUTED.id), COMPUTED), 'interrupted');
    assert.is(
      await execute(out, COMPUTED, { onProgress: (done: number) => void seen.push(done) }),
      'complete',
    );
    assert.equal(
      seen,
      Array.from({ length: COMPUTED_STEPS }, (_, i) => i + 1),
    );
    assert.equal(readRun(EXPERIMENT, COMPUTED, out).record.numbers, { sum });
  }));

test('a computed run is not taken up by other code, nor from a damaged state', () =>
  inFolder(async out => {
    open(out);
    const stopAt = async (): Promise<void> => {
      const controller = new AbortController();
      await execute(out, COMPUTED, { signal: controller.signal, onProgress: () => controller.abort() });
    };
    await stopAt();
    const other = { source: { codeDigest: 'other', commit: null, versions: {} } };
    const error = await errorOf(() => execute(out, COMPUTED, other));
    assert.instance(error, InputError);
    assert.match(
      error.message,
      /must be resumed with the codeDigest it began with, got other instead of test/,
    );
    const path = join(runFolder(out, COMPUTED.id), 'checkpoint.safetensors');
    const bytes = readFileSync(path);
    bytes[bytes.length - 1]! ^= 1;
    writeFileSync(path, bytes);
    assert.match((await errorOf(() => execute(out, COMPUTED))).message, /must have SHA-256 .* it is damaged/);
  }));

test('two on the same run: the second is told so, by an error of its own kind', () =>
  inFolder(async out => {
    open(out);
    await execute(out, COMPUTED, { signal: AbortSignal.abort() });
    const folder = runFolder(out, COMPUTED.id);
    rmSync(join(folder, 'result.json'), { force: true });
    assert.not(isHeld(folder));
    const release = await lockFolder('test', folder);
    assert.ok(isHeld(folder));
    assert.instance(await errorOf(() => execute(out, COMPUTED)), InUseError);
    release();
    assert.is(await execute(out, COMPUTED), 'complete');
    assert.not(isHeld(join(out, 'nowhere')));
  }));

test('the folder is of one experiment under one setting', () =>
  inFolder(async out => {
    open(out);
    open(out);
    const refuses = async (change: object, pattern: RegExp): Promise<void> => {
      const error = await errorOf(() => openExperimentFolder(out, { ...SHARED, ...change }));
      assert.instance(error, InputError);
      assert.match(error.message, pattern);
    };
    await refuses({ setting: { ...SETTING, seeds: [1] } }, /seeds \[1,2\] there, \[1\] now/);
    await refuses({ threads: 2 }, /threads 1 there, 2 now/);
    await refuses({ name: 'other' }, /name "tiny" there, "other" now/);
    await refuses({ dataDigest: 'new' }, /dataDigest "digest" there, "new" now/);
    writeFileSync(join(out, 'experiment.json'), '{"schema":2}');
    await refuses({}, /must have schema 1, got 2/);
    rmSync(join(out, 'experiment.json'));
    writeFileSync(join(out, 'notes.txt'), '');
    await refuses({}, /must be new, empty or of this experiment, got .* with "notes.txt" in it/);
  }));

test('collecting: partial folders count as they are, damaged ones are named', () =>
  inFolder(async out => {
    open(out);
    const nothing = collected(out);
    assert.equal(new Set(nothing.runs.map(({ status }) => status)), new Set(['waiting']));
    assert.equal(nothing.summaries, []);
    await execute(out, TRAINED);
    await execute(out, COMPUTED);
    const some = collected(out);
    assert.equal(
      some.runs.map(({ status }) => status),
      ['complete', 'waiting', 'waiting', 'waiting', 'complete'],
    );
    assert.is(some.summaries.find(({ quantity }) => quantity === 'loss')?.n, 1);
    assert.not(some.provenance.verified);
    assert.ok(existsSync(join(out, 'result.json')));
    const damage = (id: string, name: string, text: string): void =>
      writeFileSync(join(runFolder(out, id), name), text);
    for (const [id, name, text, pattern] of [
      [
        TRAINED.id,
        'final.json',
        '{"schema":1,"numbers":{"a":"b"}}',
        /final.json must have required property/,
      ],
      [TRAINED.id, 'final.json', '{', /final.json: must be JSON/],
      [
        COMPUTED.id,
        'result.json',
        '{"schema":1,"numbers":{"a":1}}',
        /must have required property .* delete the run's folder/,
      ],
    ] as const) {
      const told: string[] = [];
      damage(id, name, text);
      const result = collected(out, (run, message) => told.push(`${run.id} ${message}`));
      assert.ok(
        told.some(line => line.startsWith(id) && pattern.test(line)),
        told.join('\n'),
      );
      assert.is(result.runs.find(run => run.id === id)!.status, 'damaged');
    }
  }));

/** A file of a run with another content, for as long as the body takes. */
function changed<T>(path: string, content: string | Uint8Array | undefined, body: () => T): T {
  const before = existsSync(path) ? readFileSync(path) : undefined;
  const write = (bytes: string | Uint8Array | undefined): void => {
    rmSync(path, { force: true });
    if (bytes !== undefined) writeFileSync(path, bytes);
  };
  write(content);
  try {
    return body();
  } finally {
    write(before);
  }
}

test('whatever a report believes of a run is its own, and as it was written', () =>
  inFolder(async out => {
    open(out);
    const [first, other] = [PLAN[0]!, PLAN[1]!];
    await execute(out, first);
    await execute(out, other);
    await execute(out, COMPUTED);
    const of = (run: PlannedRun, name: string): string => join(runFolder(out, run.id), name);
    const damaged = (run: PlannedRun): string => {
      const told: string[] = [];
      const result = collected(out, (_, message) => told.push(message));
      const record = result.runs.find(({ id }) => id === run.id)!;
      assert.is(record.damage, told[0]);
      return told.length === 0 ? record.status : told.join('\n');
    };
    assert.is(damaged(first), 'complete');
    for (const [name, pattern] of [
      ['config.json', /config.json must be of this configuration/],
      ['result.json', /result.json must be of this configuration/],
      ['provenance.json', /provenance.json must be of this configuration/],
      ['final.json', /final.json must be of the network/],
      ['timing.json', /timing.json must be of this configuration/],
      ['metrics.jsonl', /metrics.jsonl must have the (sum \w+|\d+ bytes)/],
      ['images.safetensors', /images.safetensors must have SHA-256/],
    ] as const) {
      const foreign = changed(of(first, name), readFileSync(of(other, name)), () => damaged(first));
      assert.match(foreign, pattern, name);
      const whole = readFileSync(of(first, name), 'latin1');
      const at = whole.search(/[1-8](?=\d*[,}\s])/);
      if (at < 0 || name === 'config.json') continue;
      const digit = `${whole.slice(0, at)}${Number(whole[at]) + 1}${whole.slice(at + 1)}`;
      const flipped = changed(of(first, name), Buffer.from(digit, 'latin1'), () => damaged(first));
      assert.match(flipped, new RegExp(`${name.replace('.', '\\.')}[: ]`), name);
      // without its timing nothing else is lost; without its last file a run is not done
      const without = changed(of(first, name), undefined, () => damaged(first));
      assert.match(
        without,
        name === 'timing.json' ? /^complete$/ : name === 'final.json' ? /^interrupted$/ : new RegExp(name),
      );
    }
    const line = readFileSync(of(first, 'metrics.jsonl'), 'utf8').split('\n');
    line[4] = line[4]!.replace(/"loss":(\d)/, (_, d: string) => `"loss":${(Number(d) + 1) % 10}`);
    assert.match(
      changed(of(first, 'metrics.jsonl'), line.join('\n'), () => damaged(first)),
      /metrics.jsonl:5 \(byte \d+\) must be the line that was written/,
    );
    const state = readFileSync(of(COMPUTED, 'result.json'), 'utf8').replace('"sum": 1', '"sum": 2');
    assert.match(
      changed(of(COMPUTED, 'result.json'), state, () => damaged(COMPUTED)),
      /result.json must hold what was written/,
    );
    const config = readFileSync(of(COMPUTED, 'config.json'), 'utf8').replace(/"seed": (\d)/, '"seed": 9$1');
    assert.match(
      changed(of(COMPUTED, 'config.json'), config, () => damaged(COMPUTED)),
      /config.json must be of this configuration/,
    );
    assert.is(damaged(COMPUTED), 'complete');
    assert.is(damaged(first), 'complete');
  }));

test('the measurement of a finished run is not made of another checkpoint', () =>
  inFolder(async out => {
    open(out);
    const [first, other] = [PLAN[0]!, PLAN[1]!];
    await execute(out, first);
    await execute(out, other);
    rmSync(join(runFolder(out, first.id), 'final.json'));
    const path = join(runFolder(out, first.id), 'checkpoint.safetensors');
    writeFileSync(path, readFileSync(join(runFolder(out, other.id), 'checkpoint.safetensors')));
    const error = await errorOf(() => execute(out, first));
    assert.instance(error, InputError);
    assert.match(error.message, /checkpoint.safetensors must be of this configuration/);
  }));

test('settings of an experiment: whole, with different seeds, as they were written', () =>
  inFolder(async out => {
    open(out);
    const path = join(out, 'experiment.json');
    const whole = readFileSync(path, 'utf8');
    for (const [content, pattern] of [
      ['{"schema":1}', /must have required property 'name'/],
      ['null', /must have schema 1, got null/],
      [whole.replace(/"seeds": \[[^\]]*\]/, '"seeds": [1, 1]'), /seeds must NOT have duplicate items/],
      [whole.replace(/"seeds": \[[^\]]*\]/, '"seeds": [1, 1e300]'), /seeds\/1 must be <= 9007199254740991/],
      [whole.replace(/"seeds": \[[^\]]*\]/, '"seeds": [1, 3]'), /must hold what was written/],
      [whole.replace('"threads": 1', '"threads": 1e300'), /threads must be <= 256/],
    ] as const) {
      writeFileSync(path, content);
      for (const read of [() => openExperimentFolder(out, SHARED), () => readShared(out)]) {
        const error = await errorOf(read);
        assert.instance(error, InputError);
        assert.match(error.message, pattern);
      }
    }
  }));

test('a curve of any length keeps few points, the first and the last among them', () => {
  for (const count of [1, 2, MOST_POINTS, MOST_POINTS + 1, 100_003]) {
    const thinned = new Thinned();
    for (let i = 0; i < count; i++) thinned.add(i, 2 * i);
    const { curve } = thinned;
    assert.ok(curve.length === count || (count > MOST_POINTS && curve.length <= MOST_POINTS + 1), `${count}`);
    assert.equal(
      [curve[0], curve.at(-1)],
      [
        [0, 0],
        [count - 1, 2 * (count - 1)],
      ],
    );
    assert.ok(curve.every(([x, y], i) => y === 2 * x && (i === 0 || x > curve[i - 1]![0])));
  }
});

test.run();
