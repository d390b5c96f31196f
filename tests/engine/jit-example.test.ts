/** @file The example of docs/jit.md runs and says what it should. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as assert from 'uvu/assert';
import { suite } from '../harness.js';

const EXAMPLE = fileURLToPath(new URL('../../../examples/jit/train.js', import.meta.url));

const test = suite('engine/jit-example');

test('the training loop learns', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [EXAMPLE]);
  const number = (pattern: RegExp): number => Number(pattern.exec(stdout)?.[1]);
  assert.ok(number(/differs from float64 by (\S+)/) < 1e-5, stdout);
  assert.ok(number(/step 0: loss (\S+)/) > 0.5, stdout);
  assert.ok(number(/step 1000: loss (\S+)/) < 0.05, stdout);
  assert.ok(number(/accuracy on new points: (\S+) %/) > 95, stdout);
});

test.run();
