import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { train } from '../../src/train/train.js';
import { inFolder } from '../formats/temporary.js';
import { suite } from '../harness.js';
import { times } from '../soak.js';
import { bits, FILES, optionsFor, RESNET, tiny } from './tiny.js';

const test = suite('killed runs');

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

/** Sends a signal when the run has written so many more lines; resolves to its exit code or the signal it died of. */
async function stopAfterLines(folder: string, changes: object, more: number, signal: NodeJS.Signals) {
  const lines = linesIn(folder) + more;
  const process = child(folder, changes);
  const timer = setInterval(() => {
    if (linesIn(folder) < lines) return;
    process.kill(signal);
    clearInterval(timer);
  }, 1);
  const [code, by] = (await once(process, 'exit')) as [number | null, string];
  clearInterval(timer);
  return code ?? by;
}

interface Soak {
  readonly changes: object;
  readonly kills: number;
  /** Lines of metrics written between two kills, at most. */
  readonly lines: number;
}

const killed = ({ changes, kills, lines }: Soak): Promise<void> =>
  inFolder(async folder => {
    await train(tiny(changes), optionsFor(join(folder, 'whole')));
    const parts = join(folder, 'parts');
    const ends: (number | string)[] = [];
    for (let i = 0; i < kills; i++)
      ends.push(await stopAfterLines(parts, changes, 1 + Math.floor(Math.random() * lines), 'SIGKILL'));
    assert.ok(ends.includes('SIGKILL'), `no run was killed: ${ends}`);
    const interrupted = await stopAfterLines(parts, changes, 5, 'SIGINT');
    assert.ok(interrupted === 130 || interrupted === 0, `interrupted: ${interrupted}`);
    await train(tiny(changes), optionsFor(parts));
    assert.equal(bits(parts), bits(join(folder, 'whole')));
    assert.equal(readdirSync(parts).sort(), [...FILES, 'provenance.json'].sort());
  });

test('killed at random moments, then resumed: the same bits as never killed', () =>
  killed({ changes: { steps: times(400, 4000) }, kills: times(4, 50), lines: 80 }));

test('a residual network killed and resumed: the same bits, running statistics among them', () =>
  killed({
    changes: { ...RESNET, steps: times(16, 400), checkpointEvery: 2 },
    kills: times(1, 50),
    lines: 6,
  }));

test.run();
