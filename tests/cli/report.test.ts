import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { suite } from '../harness.js';
import { RESULT } from '../report/experiment/sample.js';
import { emptyFolder, flatcheck, oneLine } from './run.js';

const test = suite('flatcheck report');

test('a folder with a result gets its report; one without is an error of one line', () => {
  const folder = emptyFolder();
  mkdirSync(join(folder, 'out'));
  writeFileSync(join(folder, 'out', 'result.json'), JSON.stringify(RESULT));
  const ended = flatcheck(['report', 'out'], folder);
  assert.is(ended.status, 0, ended.stderr);
  for (const name of [
    'index.html',
    'fig2-loss.svg',
    'fig2-loss.png',
    'runs.csv',
    'metrics.csv',
    'tensorboard',
  ])
    assert.ok(existsSync(join(folder, 'out', 'report', name)), name);
  const lines = readFileSync(join(folder, 'out', 'report', 'runs.csv'), 'utf8')
    .trim()
    .split('\n');
  assert.is(lines.length, RESULT.runs.length + 1);
  const none = flatcheck(['report', 'nowhere'], folder);
  assert.is(none.status, 4);
  assert.ok(oneLine(none), none.stderr);
  writeFileSync(join(folder, 'out', 'result.json'), '{"schema":1}');
  const wrong = flatcheck(['report', 'out'], folder);
  assert.is(wrong.status, 2);
  assert.match(wrong.stderr, /must be the result of an experiment, got no runs/);
  assert.is(flatcheck(['report'], folder).status, 2);
});

test.run();
