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
const ONE = shard(1, [FAILED]);
const TWO = shard(2, [PASSED]);

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
  const whole = merge([ONE, TWO], ORDER) as VerifyResult;
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
  says([ONE, shard(2, [PASSED], { seed: 9 })], /different runs: seed 5 in shard 1, 9 in shard 2/);
  says([ONE, shard(2, [PASSED], { shard: { index: 2, count: 3 } })], /different splits: 2 and 3/);
  says([ONE, RESULT], /different splits: 2 and none/);
  says([ONE, shard(2, [FAILED])], /KP-14 is in two shards/);
  says([ONE, shard(2, [])], /SAMBA-18 is in no shard/);
});

test.run();
