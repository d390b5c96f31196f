import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { train } from '../../src/train/train.js';
import { inFolder } from '../formats/temporary.js';
import { suite } from '../harness.js';
import { times } from '../soak.js';
import { bits, FILES, optionsFor, tiny } from './tiny.js';

const test = suite('killed runs');

const TRAIN = new URL('../../src/train/', import.meta.url);

/** The run as a process of its own, which may be killed. */
function child(folder: string, steps: number) {
  const code = `
    const { train } = await import(${JSON.stringify(new URL('train.js', TRAIN).href)});
    const { interruption } = await import(${JSON.stringify(new URL('interrupt.js', TRAIN).href)});
    const { tiny, optionsFor } = await import(${JSON.stringify(new URL('./tiny.js', import.meta.url).href)});
    const { signal } = interruption();
    const result = await train(tiny({ steps: ${steps} }), optionsFor(${JSON.stringify(folder)}, { signal }));
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
async function stopAfterLines(folder: string, steps: number, more: number, signal: NodeJS.Signals) {
  const lines = linesIn(folder) + more;
  const process = child(folder, steps);
  const timer = setInterval(() => {
    if (linesIn(folder) < lines) return;
    process.kill(signal);
    clearInterval(timer);
  }, 1);
  const [code, by] = (await once(process, 'exit')) as [number | null, string];
  clearInterval(timer);
  return code ?? by;
}

test('killed at random moments, then resumed: the same bits as never killed', () =>
  inFolder(async folder => {
    const steps = times(400, 4000);
    await train(tiny({ steps }), optionsFor(join(folder, 'whole')));
    const parts = join(folder, 'parts');
    const ends: (number | string)[] = [];
    for (let i = 0; i < times(4, 50); i++)
      ends.push(await stopAfterLines(parts, steps, 1 + Math.floor(Math.random() * 80), 'SIGKILL'));
    assert.ok(ends.includes('SIGKILL'), `no run was killed: ${ends}`);
    const interrupted = await stopAfterLines(parts, steps, 5, 'SIGINT');
    assert.ok(interrupted === 130 || interrupted === 0, `interrupted: ${interrupted}`);
    await train(tiny({ steps }), optionsFor(parts));
    assert.equal(bits(parts), bits(join(folder, 'whole')));
    assert.equal(readdirSync(parts).sort(), [...FILES, 'provenance.json'].sort());
  }));

test.run();
