import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { CLAIM_IDS, paperOf } from '../../properties/registry.js';
import type { ClaimResult } from '../../src/claims/result.js';
import { run as merge } from '../../src/cli/commands/merge.js';
import { readResult } from '../../src/cli/verify/read-result.js';
import { registryDigest, vouchedDigest } from '../../src/cli/verify/sources.js';
import { inShard } from '../../src/gate/shard.js';
import { inFolder } from '../formats/temporary.js';
import { suite } from '../harness.js';
import { FAILED, PASSED, RESULT } from '../report/sample.js';
import { captured } from './captured.js';
import { oneLine } from './run.js';

const test = suite('merge command');

const { detects: _, ...undecided } = PASSED.checks[0]!;

const ENDED: Readonly<Record<ClaimResult['outcome'], ClaimResult>> = {
  pass: PASSED,
  fail: FAILED,
  inconclusive: {
    ...PASSED,
    outcome: 'inconclusive',
    checks: [{ ...undecided, outcome: 'inconclusive', decision: 'inconclusive' }],
  },
};

/** Writes two shards of the whole registry where all claims pass but those named; returns their paths. */
function shards(folder: string, others: Readonly<Record<string, ClaimResult['outcome']>> = {}): string[] {
  return [1, 2].map(index => {
    const shard = { index, count: 2 };
    const claims = CLAIM_IDS.filter(id => inShard(id, shard)).map(
      (id): ClaimResult => ({ ...ENDED[others[id] ?? 'pass'], id, paper: paperOf(id) }),
    );
    const count = (outcome: ClaimResult['outcome']): number =>
      claims.filter(claim => claim.outcome === outcome).length;
    const result = {
      ...RESULT,
      claims,
      passed: count('pass'),
      failed: count('fail'),
      inconclusive: count('inconclusive'),
      run: { ...RESULT.run, digest: vouchedDigest(), registry: registryDigest(CLAIM_IDS), shard },
    };
    const path = join(folder, `${index}.json`);
    writeFileSync(path, JSON.stringify(result));
    return path;
  });
}

test('two shards become one result, in the order of the registry', () =>
  inFolder(async folder => {
    const out = join(folder, 'all.json');
    const ended = await captured(() => merge([...shards(folder).reverse(), '--json-file', out]));
    assert.equal([ended.status, ended.stderr], [0, '']);
    assert.match(ended.stdout, new RegExp(`${CLAIM_IDS.length} claims passed, 0 failed`));
    assert.equal(
      readResult('test', out).claims.map(claim => claim.id),
      [...CLAIM_IDS],
    );
  }));

test('a claim that failed: exit code 1, its name and its replay line; it wins over an inconclusive one', () =>
  inFolder(async folder => {
    const paths = shards(folder, { 'KP-14': 'fail', 'RAE-3': 'inconclusive' });
    const ended = await captured(() => merge(paths));
    assert.is(ended.status, 1);
    assert.match(ended.stdout, /\nKP-14[\s\S]*flatcheck verify --replay flat1\.b/);
    assert.match(ended.stdout, /1 failed, 1 inconclusive/);
  }));

test('inconclusive alone is exit code 3', () =>
  inFolder(async folder => {
    const paths = shards(folder, { 'RAE-3': 'inconclusive' });
    assert.is((await captured(() => merge(paths))).status, 3);
  }));

test('--json prints the document alone; a missing shard is one line and writes nothing', () =>
  inFolder(async folder => {
    const paths = shards(folder);
    const { stdout } = await captured(() => merge([...paths, '--json']));
    assert.is((JSON.parse(stdout) as typeof RESULT).passed, CLAIM_IDS.length);
    const out = join(folder, 'all.json');
    const ended = await captured(() => merge([paths[1]!, '--json-file', out]));
    assert.is(ended.status, 2);
    assert.match(ended.stderr, /merge: shard 1\/2 is missing/);
    assert.ok(oneLine(ended));
    assert.not.ok(existsSync(out));
    assert.ok(readFileSync(paths[0]!, 'utf8').includes('"shard"'));
  }));

test.run();
