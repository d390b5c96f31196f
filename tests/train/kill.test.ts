import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { train } from '../../src/train/train.js';
import { inFolder } from '../formats/temporary.js';
import { suite } from '../harness.js';
import { SOAK, times } from '../soak.js';
import { bits, FILES, optionsFor, RESNET, tiny } from './tiny.js';

const test = suite('killed runs');

/** Writing its checkpoints takes most of its time. */
const LARGE = {
  net: { kind: 'dense', hidden: [1000], latent: 4, activation: 'tanh', output: 'sigmoid' },
  checkpointEvery: 1,
};

const TRAIN = new URL('../../src/train/', import.meta.url);

/** The run as a process of its own, which may be killed. */
function child(folder: string, changes: object) {
  const code = `
    const { train } = await import(${JSON.stringify(new URL('train.js', TRAIN).href)});
    const { interruption } = await import(${JSON.stringify(new URL('interrupt.js', TRAIN).href)});
    const { tiny, optionsFor } = await import(${JSON.stringify(new URL('./tiny.js', import.meta.url).href)});
    const { signal } = interruption();
    const result = await train(tiny(${JSON.stringify(changes)}), optionsFor(${JSON.stringify(folder)}, { signal }));
    process.exitCode = result.status === 'complete' ? 0 : 130;`;
  return spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

const linesIn = (folder: string): number => {
  const path = join(folder, 'metrics.jsonl');
  return existsSync(path) ? readFileSync(path, 'latin1').split('\n').length - 1 : 0;
};

const namesIn = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder) : []);

/** Whether a checkpoint is being written, or was when the run died. */
const isWriting = (folder: string): boolean =>
  namesIn(folder).some(name => /^\.checkpoint\.safetensors\..*\.tmp$/.test(name));

/** Whether the last line of metrics is not whole. */
const isTorn = (folder: string): boolean => {
  const path = join(folder, 'metrics.jsonl');
  return existsSync(path) && !/(^|\n)$/.test(readFileSync(path, 'latin1'));
};

/**
 * Sends a signal as soon as the run is where it is wanted; resolves to its exit code or the signal it died
 * of.
 */
async function stopWhen(there: () => boolean, folder: string, changes: object, signal: NodeJS.Signals) {
  const run = child(folder, changes);
  const ended = once(run, 'exit') as Promise<[number | null, string]>;
  let over = false;
  void ended.then(() => {
    over = true;
  });
  while (!over && !there()) await nextTurn();
  run.kill(signal);
  const [code, by] = await ended;
  return code ?? by;
}

/** Lets this process hear of others, and leaves them the core for a while. */
const nextTurn = (): Promise<void> => new Promise(resolve => setTimeout(resolve, 1));

/** So many lines of metrics after now, and up to 20 ms more. */
function atRandom(folder: string, lines: number): () => boolean {
  const wanted = linesIn(folder) + 1 + Math.floor(Math.random() * lines);
  let until = Number.POSITIVE_INFINITY;
  return () => {
    if (until === Number.POSITIVE_INFINITY && linesIn(folder) >= wanted)
      until = performance.now() + 20 * Math.random();
    return performance.now() >= until;
  };
}

/** When the checkpoint is being written that is found after at least one new line of metrics. */
function whileWriting(folder: string): () => boolean {
  const before = linesIn(folder);
  return () => isWriting(folder) && linesIn(folder) > before;
}

interface Soak {
  readonly changes: object;
  /** Kills at random moments. */
  readonly kills: number;
  /** Lines of metrics written between two of them, at most. */
  readonly lines: number;
  /** Then kills that hit a checkpoint being written. */
  readonly writing: number;
}

const killed = (what: string, { changes, kills, lines, writing }: Soak): Promise<void> =>
  inFolder(async folder => {
    await train(tiny(changes), optionsFor(join(folder, 'whole')));
    const parts = join(folder, 'parts');
    const count = { kills: 0, writing: 0, torn: 0 };
    const kill = async (there: () => boolean): Promise<void> => {
      const end = await stopWhen(there, parts, changes, 'SIGKILL');
      assert.ok(end === 'SIGKILL' || end === 0, `the run ended by itself: ${end}`);
      if (end === 0) return;
      count.kills++;
      if (isWriting(parts)) count.writing++;
      if (isTorn(parts)) count.torn++;
    };
    while (count.kills < kills && !existsSync(join(parts, 'result.json'))) await kill(atRandom(parts, lines));
    const wanted = count.writing + writing;
    // a write may be over before the signal arrives: that kill counts as one at a random moment
    for (let i = 0; i < 10 * writing && count.writing < wanted; i++) await kill(whileWriting(parts));
    console.log(
      `${what}: ${count.kills} kills, ${count.writing} of them while a checkpoint was being written` +
        `${count.torn > 0 ? `, ${count.torn} within a line of metrics` : ''}`,
    );
    assert.ok(count.kills >= kills, `the run was over after ${count.kills} kills`);
    assert.ok(count.writing >= wanted, `only ${count.writing} kills hit a checkpoint being written`);
    const more = linesIn(parts) + 5;
    const interrupted = await stopWhen(() => linesIn(parts) >= more, parts, changes, 'SIGINT');
    assert.ok(interrupted === 130 || interrupted === 0, `interrupted: ${interrupted}`);
    await train(tiny(changes), optionsFor(parts));
    assert.equal(bits(parts), bits(join(folder, 'whole')));
    assert.equal(readdirSync(parts).sort(), [...FILES, 'provenance.json'].sort());
  });

test('killed at random moments, then resumed: the same bits as never killed', () =>
  killed('small checkpoints', {
    changes: { steps: times(400, 4000) },
    kills: times(4, 50),
    lines: 80,
    writing: 0,
  }));

test('killed while a checkpoint is being written', () =>
  killed('checkpoints of 5 MB, one a step', {
    changes: { ...LARGE, steps: times(30, 200) },
    kills: 0,
    lines: 4,
    writing: times(1, 25),
  }));

// 20 s for a single kill, and batch-norm.test.ts has such a run stopped and resumed
if (SOAK)
  test('a residual network killed and resumed: the same bits, running statistics among them', () =>
    killed('a residual network', {
      changes: { ...RESNET, steps: 400, checkpointEvery: 2 },
      kills: 15,
      lines: 6,
      writing: 5,
    }));

test.run();
