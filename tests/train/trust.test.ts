import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { InputError, UnavailableError } from '../../src/formats/input-error.js';
import { lockName } from '../../src/formats/lock.js';
import { checkFits } from '../../src/train/fits.js';
import { MetricsFile, NO_METRICS, readMetrics } from '../../src/train/metrics.js';
import { modelOf } from '../../src/train/model.js';
import { sealed } from '../../src/train/own-files.js';
import { train } from '../../src/train/train.js';
import { makePipe } from '../formats/special.js';
import { errorOf, inFolder } from '../formats/temporary.js';
import { suite } from '../harness.js';
import { bits, optionsFor, stopAfter, tiny } from './tiny.js';

const test = suite('trust in the files of a run');

const refused = async (run: string, pattern: RegExp): Promise<void> => {
  const error = await errorOf(() => train(tiny(), optionsFor(run)));
  assert.instance(error, InputError, error.message);
  assert.match(error.message, pattern);
  assert.not.match(error.message, /\n/);
};

/** Puts the run's files aside, lets them be changed, and puts them back. */
async function changing(run: string, change: () => void, pattern: RegExp): Promise<void> {
  const names = readdirSync(run);
  const whole = names.map(name => readFileSync(join(run, name)));
  change();
  await refused(run, pattern);
  for (const [i, name] of names.entries()) writeFileSync(join(run, name), whole[i]!);
}

test('a run that is resumed believes only what it wrote', () =>
  inFolder(async folder => {
    const at = (run: string, name: string): string => join(folder, run, name);
    const run = join(folder, 'a');
    await train(tiny(), optionsFor(run, stopAfter(40)));
    await train(tiny({ seed: 8 }), optionsFor(join(folder, 'seed'), stopAfter(40)));
    await train(tiny({ engine: 'tfjs-cpu' }), optionsFor(join(folder, 'engine'), stopAfter(40)));
    const source = { codeDigest: 'newer', commit: null, versions: {} };
    await train(tiny(), optionsFor(join(folder, 'code'), { ...stopAfter(40), source }));
    const from = (other: string, name: string) => () => copyFileSync(at(other, name), at('a', name));
    await changing(
      run,
      from('seed', 'checkpoint.safetensors'),
      /checkpoint.safetensors must be of this configuration/,
    );
    await changing(run, from('seed', 'provenance.json'), /provenance.json must be of this configuration/);
    await changing(
      run,
      from('code', 'provenance.json'),
      /checkpoint.safetensors and .*provenance.json must be of the same run/,
    );
    await changing(
      run,
      () => rmSync(at('a', 'provenance.json')),
      /provenance.json must be there beside a checkpoint/,
    );
    await changing(run, from('seed', 'metrics.jsonl'), /metrics.jsonl must have (the sum|at least)/);
    const text = readFileSync(at('a', 'metrics.jsonl'), 'utf8');
    const lines = text.split('\n');
    for (const [number, line] of [
      [1, 0],
      [20, 19],
      [41, 40],
    ] as const) {
      const changed = lines.with(
        line,
        lines[line]!.replace(/"loss":(\d)/, (_, d: string) => `"loss":${(Number(d) + 1) % 10}`),
      );
      assert.is.not(changed[line], lines[line]);
      const byte = Buffer.byteLength(
        lines
          .slice(0, line)
          .map(one => `${one}\n`)
          .join(''),
      );
      await changing(
        run,
        () => writeFileSync(at('a', 'metrics.jsonl'), changed.join('\n')),
        new RegExp(`metrics.jsonl:${number} \\(byte ${byte}\\) must be the line that was written`),
      );
    }
    for (const [what, content] of [
      ['two lines swapped', [lines[1], lines[0], ...lines.slice(2)]],
      ['a line twice', [lines[0], ...lines]],
      ['a null', ['null'.padEnd(lines[0]!.length), ...lines.slice(1)]],
    ] as const)
      await changing(
        run,
        () => writeFileSync(at('a', 'metrics.jsonl'), content.join('\n')),
        /metrics.jsonl:[12] \(byte \d+\) must be the line that was written/,
      ).catch(error => assert.unreachable(`${what}: ${error.message}`));
    await train(tiny(), optionsFor(join(folder, 'whole')));
    assert.is((await train(tiny(), optionsFor(run))).status, 'complete');
    assert.equal(bits(run), bits(join(folder, 'whole')));
  }));

test('unverified stays unverified, whatever provenance lies there', () =>
  inFolder(async folder => {
    const run = join(folder, 'run');
    await train(tiny(), optionsFor(run, stopAfter(10)));
    const path = join(run, 'provenance.json');
    const { sha256: _, ...provenance } = JSON.parse(readFileSync(path, 'utf8'));
    const sessions = provenance.sessions.map((session: object) => ({ ...session, verified: true }));
    await changing(
      run,
      () => writeFileSync(path, JSON.stringify({ ...provenance, sessions })),
      /must have required property 'sha256'|must hold what was written/,
    );
    await changing(
      run,
      () => writeFileSync(path, JSON.stringify(sealed({ ...provenance, sessions }))),
      /must name the unverified session/,
    );
  }));

test('a run that is complete is so only with its own files', () =>
  inFolder(async folder => {
    const run = join(folder, 'a');
    const whole = await train(tiny(), optionsFor(run));
    const other = join(folder, 'seed');
    await train(tiny({ seed: 8 }), optionsFor(other));
    for (const [name, pattern] of [
      ['result.json', /result.json must be of this configuration/],
      ['provenance.json', /provenance.json must be of this configuration/],
      ['checkpoint.safetensors', /checkpoint.safetensors must be of this configuration/],
      ['metrics.jsonl', /metrics.jsonl must have the/],
    ] as const) {
      await changing(run, () => copyFileSync(join(other, name), join(run, name)), pattern);
      await changing(run, () => rmSync(join(run, name)), new RegExp(name)).catch(error => {
        // without its result a run goes on from its checkpoint
        if (name !== 'result.json') throw error;
      });
    }
    const path = join(run, 'result.json');
    const { sha256: _, ...result } = JSON.parse(readFileSync(path, 'utf8'));
    for (const [content, pattern] of [
      ['{"schema":1}', /result.json must have required property 'status', got/],
      ['[]', /must have schema 1/],
      ['{"schema":1', /must be JSON/],
      [
        JSON.stringify({ ...result, step: 1e300, sha256: '0'.repeat(64) }),
        /step must be <= 9007199254740991, got 1e\+300/,
      ],
      [
        readFileSync(path, 'utf8').replace('"step": 60', '"step": 61'),
        /must hold what was written, with SHA-256/,
      ],
    ] as const)
      await changing(run, () => writeFileSync(path, content), pattern);
    assert.equal(await train(tiny(), optionsFor(run)), whole);
  }));

test('what lies in a folder under the names of a run is no link, pipe or folder', () =>
  inFolder(async folder => {
    const run = join(folder, 'run');
    const victim = join(folder, 'victim');
    writeFileSync(victim, 'precious');
    for (const name of [
      'metrics.jsonl',
      'config.json',
      'result.json',
      'provenance.json',
      'checkpoint.safetensors',
      'final.json',
    ])
      for (const [make, got] of [
        [() => symlinkSync(victim, join(run, name)), /a symbolic link/],
        [() => mkdirSync(join(run, name)), /a folder/],
        [() => makePipe(join(run, name)), /a named pipe/],
      ] as const) {
        mkdirSync(run);
        make();
        await refused(run, got);
        rmSync(run, { recursive: true });
      }
    assert.is(readFileSync(victim, 'utf8'), 'precious');
    symlinkSync('nowhere', run);
    assert.instance(await errorOf(() => train(tiny(), optionsFor(run))), UnavailableError);
    rmSync(run);
    symlinkSync('place', run); // a link to a folder is a folder
    mkdirSync(join(folder, 'place'));
    assert.is((await train(tiny({ steps: 2 }), optionsFor(run))).status, 'complete');
  }));

test('a folder is free again after a configuration that could not run in it', () =>
  inFolder(async folder => {
    const net = { kind: 'dense', hidden: [8], latent: 2, activation: 'identity', output: 'identity' };
    const wild = tiny({ optimiser: { name: 'sgd', rate: 1e9 }, net, checkpointEvery: 100 });
    assert.match((await errorOf(() => train(wild, optionsFor(folder)))).message, /must stay finite/);
    const large = tiny({ net: { ...net, hidden: [1e6, 1e6] } });
    assert.match(
      (await errorOf(() => train(large, optionsFor(join(folder, 'none'))))).message,
      /must fit into/,
    );
    assert.not(existsSync(join(folder, 'none')));
    assert.is((await train(tiny(), optionsFor(folder))).status, 'complete');
  }));

test('what a run needs at least is held against the memory there is', () => {
  const config = tiny();
  const model = modelOf(config, [8, 8, 3]);
  checkFits(config, model, 1 << 20);
  assert.throws(
    () => checkFits(config, model, 1 << 16),
    /must fit into this machine's 64.0 KiB of memory, got at least \d+ KiB: 2 x \d+ KiB for \d+ parameters .* a batch of 16/,
  );
});

test('a run whose lock was taken away writes nothing more', () =>
  inFolder(async folder => {
    let size = 0;
    const error = await errorOf(() =>
      train(
        tiny(),
        optionsFor(folder, {
          onProgress: ({ step }) => {
            if (step !== 20) return;
            rmSync(join(folder, lockName()));
            size = readFileSync(join(folder, 'metrics.jsonl')).length;
          },
        }),
      ),
    );
    assert.instance(error, UnavailableError);
    assert.match(error.message, /the lock on .* was lost/);
    assert.is(readFileSync(join(folder, 'metrics.jsonl')).length, size);
    assert.is((await train(tiny(), optionsFor(folder))).status, 'complete');
  }));

test('metrics are read in memory that does not grow with them', () =>
  inFolder(folder => {
    const path = join(folder, 'metrics.jsonl');
    const file = MetricsFile.open(path, NO_METRICS, () => {});
    const numbers = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`term.${i}`, i / 7]));
    for (let step = 1; step <= 3000; step++)
      file.append({ kind: 'step', step, epoch: 1, numbers: { loss: 1, ...numbers } });
    const written = file.sync();
    file.close();
    let most = 0;
    let lines = 0;
    const before = process.memoryUsage().arrayBuffers + process.memoryUsage().external;
    for (const { step } of readMetrics(path, written)) {
      assert.is(step, ++lines);
      if (lines % 500 === 0) {
        const { arrayBuffers, external } = process.memoryUsage();
        most = Math.max(most, arrayBuffers + external - before);
      }
    }
    assert.is(lines, 3000);
    assert.ok(written.bytes > 12e6 && most < written.bytes / 3, `${most} for ${written.bytes}`);
  }));

test.run();
