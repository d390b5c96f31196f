/**
 * @file Whatever a file claims of itself: 64 MiB and ten times its size, five seconds, and one line that says
 * what is wrong.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { suite } from '../harness.js';
import { CASES } from './hostile.js';
import type { Measured } from './hostile-child.js';
import { inFolder } from './temporary.js';

const test = suite('bounds');

const CHILD = fileURLToPath(new URL('hostile-child.js', import.meta.url));
const SECONDS = 5;

test('files that ask for more than they are', () =>
  inFolder(folder => {
    if (!existsSync('/proc/self/clear_refs')) return; // where else is the peak of a moment to be had?
    const paths = CASES.map(({ write }, i) => {
      const place = join(folder, String(i));
      mkdirSync(place);
      return write(place);
    });
    writeFileSync(join(folder, 'paths.json'), JSON.stringify(paths));
    const child = spawnSync(process.execPath, ['--expose-gc', CHILD, folder], {
      encoding: 'utf8',
      timeout: 250_000,
    });
    const lines = child.stdout.split('\n').filter(line => line !== '');
    const all = lines.map(line => JSON.parse(line) as Measured);
    assert.is(all.length, CASES.length, child.stderr);
    for (const { name, bytes, grown, seconds, error, message } of all) {
      assert.ok(grown <= 64 * 2 ** 20 + 10 * bytes, `${name}: ${bytes} bytes took ${grown}`);
      assert.ok(seconds < SECONDS, `${name} took ${seconds} s`);
      assert.match(error, /^(InputError|UnavailableError)$/, `${name}: ${error} ${message}`);
      assert.ok(message.length < 1000 && !message.includes('\n'), `${name}: ${message}`);
    }
  }));

test.run();
