/**
 * @file What is written in Python, where there is a Python with PyTorch: the golden vectors can be made
 * again, the example works.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { checkVector } from '../../src/vectors/check.js';
import { readVector } from '../../src/vectors/vector.js';
import { inFolder } from '../formats/temporary.js';
import { suite } from '../harness.js';
import { REPOSITORY } from './support.js';

const python = (command: string, args: readonly string[], folder?: string) =>
  spawnSync(command, args, {
    encoding: 'utf8',
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
    ...(folder !== undefined && { cwd: folder }),
  });

const wanted = process.env.FLATCHECK_PYTHON;
const candidates = wanted === undefined ? ['python3', '/usr/bin/python3', 'python'] : [wanted];
const command = candidates.find(name => python(name, ['-c', 'import torch']).status === 0);

const test = suite('vectors/pytorch');

if (command === undefined) {
  test('LEFT OUT', () =>
    console.error(
      `\n*** vectors/pytorch LEFT OUT: no PyTorch in ${candidates.join(', ')} - install it, or name a Python in FLATCHECK_PYTHON ***`,
    ));
} else {
  test('golden/vectors is what golden/pytorch makes', () => {
    const { status, stdout, stderr } = python(command, [
      join(REPOSITORY, 'golden/pytorch/make.py'),
      '--check',
    ]);
    assert.is(status, 0, stdout + stderr);
    assert.match(stdout, /^\d+ vectors agree\n$/);
  });

  test('the example exports a vector that passes', () =>
    inFolder(folder => {
      const script = join(REPOSITORY, 'examples/pytorch/export_vector.py');
      const { status, stderr } = python(command, [script, 'mine.safetensors'], folder);
      assert.is(status, 0, stderr);
      const { pass, maxRelativeError, worst } = checkVector(readVector(join(folder, 'mine.safetensors')));
      assert.ok(pass, `${maxRelativeError} in ${worst}`);
    }));
}

test.run();
