import * as assert from 'uvu/assert';
import type { VerifyResult } from '../../src/claims/result.js';
import { merge } from '../../src/gate/merge.js';
import { inShard } from '../../src/gate/shard.js';
import { suite } from '../harness.js';
import { FAILED, PASSED, RESULT } from '../report/sample.js';

const test = suite('shards');

const shard = (
  index: number,
  claims: VerifyResult['claims'],
  run: Partial<VerifyResult['run']> = {},
): VerifyResult => ({
  ...RESULT,
  claims,
  passed: claims.filter(claim => claim.outcome === 'pass').length,
  failed: claims.filter(claim => claim.outcome === 'fail').length,
  run: { ...RESULT.run, shard: { index, count: 2 }, ...run },
});

const ORDER = ['SAMBA-18', 'KP-14'];
const ONE = shard(1, [PASSED]);
const TWO = shard(2, [FAILED]);

test('every id is in exactly one shard, whatever the other ids are', () => {
  const ids = Array.from({ length: 200 }, (_, i) => `CLAIM-${i}`);
  for (const count of [1, 2, 5]) {
    const parts = Array.from({ length: count }, (_, i) =>
      ids.filter(id => inShard(id, { index: i + 1, count })),
    );
    assert.is(parts.flat().length, ids.length);
    assert.is(new Set(parts.flat()).size, ids.length);
    assert.ok(parts.every(part => part.length > 0));
  }
});

test('two shards give the whole run, in the order of the registry', () => {
  const whole = merge([TWO, ONE], ORDER) as VerifyResult;
  assert.equal(whole.claims, [PASSED, FAILED]);
  assert.is(whole.passed, 1);
  assert.is(whole.failed, 1);
  assert.is(whole.run.shard, undefined);
});

test('missing, doubled and foreign shards are refused', () => {
  const says = (shards: readonly VerifyResult[], part: RegExp): void =>
    assert.match(String(merge(shards, ORDER)), part);
  says([], /no shard/);
  says([RESULT], /the first file is no shard/);
  says([ONE], /shard 2\/2 is missing/);
  says([ONE, ONE], /1\/2 is there twice/);
  says([ONE, shard(2, [FAILED], { shard: { index: 2, count: 3 } })], /different splits: 2 and 3/);
  says([ONE, shard(2, [FAILED], { shard: { index: 3, count: 2 } })], /3\/2 is beyond the last/);
  says([ONE, RESULT], /different splits: 2 and none/);
  says([ONE, shard(2, [PASSED, FAILED])], /SAMBA-18 is there twice/);
  says([shard(1, []), shard(2, [FAILED])], /SAMBA-18 is in no shard/);
  says([shard(1, [FAILED]), shard(2, [PASSED])], /KP-14 does not belong to shard 1\/2/);
  says([ONE, shard(2, [{ ...FAILED, id: 'KP-99' }])], /KP-99 is not in the registry/);
});

test('shards of other runs are refused, whatever differs', () => {
  const { run } = RESULT;
  for (const [change, part] of [
    [{ seed: 9 }, /seed 5 in shard 1, 9 in shard 2/],
    [{ digest: 'e' }, /digest d in shard 1, e in shard 2/],
    [{ registry: 's' }, /registry r in shard 1, s in shard 2/],
    [{ code: 'other' }, /code c/],
    [{ engine: 'other' }, /engine/],
    [{ alpha: 1e-3 }, /alpha/],
    [{ commit: 'abc' }, /commit none in shard 1, abc in shard 2/],
    [{ versions: { ...run.versions, node: '24' } }, /versions of node 20 in shard 1, 24 in shard 2/],
    [{ integrity: { 'mathjs@15': 'x' } }, /integrity of mathjs@15 none in shard 1, x in shard 2/],
    [{ rules: { precision: 0.5 } }, /rules of precision 0.05 in shard 1, 0.5 in shard 2/],
    [{ effort: 4 }, /effort none in shard 1, 4 in shard 2/],
    [{ runs: 4 }, /runs none in shard 1, 4 in shard 2/],
  ] as const)
    assert.match(
      String(merge([ONE, shard(2, [FAILED], { shard: { index: 2, count: 2 }, ...change })], ORDER)),
      part,
    );
});

test.run();
