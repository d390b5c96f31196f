import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { run as merge } from '../../src/cli/commands/merge.js';
import { readResult } from '../../src/cli/verify/read-result.js';
import { inFolder } from '../formats/temporary.js';
import { suite } from '../harness.js';
import { CLAIM_IDS, PROGRAM, REGISTRY } from '../registry.js';
import type { RESULT } from '../report/sample.js';
import { captured } from './captured.js';
import { oneLine } from './run.js';
import { shards } from './shards.js';

const test = suite('merge command');

test('two shards become one result, in the order of the registry', () =>
  inFolder(async folder => {
    const out = join(folder, 'all.json');
    const ended = await captured(() => merge([...shards(folder).reverse(), '--json-file', out], PROGRAM));
    assert.equal([ended.status, ended.stderr], [0, '']);
    assert.match(ended.stdout, new RegExp(`${CLAIM_IDS.length} claims passed, 0 failed`));
    assert.equal(
      readResult('test', out, REGISTRY).claims.map(claim => claim.id),
      [...CLAIM_IDS],
    );
  }));

test('a claim that failed: exit code 1, its name and its replay line; it wins over an inconclusive one', () =>
  inFolder(async folder => {
    const paths = shards(folder, { 'KP-14': 'fail', 'RAE-3': 'inconclusive' });
    const ended = await captured(() => merge(paths, PROGRAM));
    assert.is(ended.status, 1);
    assert.match(ended.stdout, /\nKP-14[\s\S]*flatcheck verify --replay flat1\.b/);
    assert.match(ended.stdout, /1 failed, 1 inconclusive/);
  }));

test('inconclusive alone is exit code 3', () =>
  inFolder(async folder => {
    const paths = shards(folder, { 'RAE-3': 'inconclusive' });
    assert.is((await captured(() => merge(paths, PROGRAM))).status, 3);
  }));

test('--json prints the document alone; a missing shard is one line and writes nothing', () =>
  inFolder(async folder => {
    const paths = shards(folder);
    const { stdout } = await captured(() => merge([...paths, '--json'], PROGRAM));
    assert.is((JSON.parse(stdout) as typeof RESULT).passed, CLAIM_IDS.length);
    const out = join(folder, 'all.json');
    const ended = await captured(() => merge([paths[1]!, '--json-file', out], PROGRAM));
    assert.is(ended.status, 2);
    assert.match(ended.stderr, /merge: shard 1\/2 is missing/);
    assert.ok(oneLine(ended));
    assert.not.ok(existsSync(out));
    assert.ok(readFileSync(paths[0]!, 'utf8').includes('"shard"'));
  }));

test.run();
