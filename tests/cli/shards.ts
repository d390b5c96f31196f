/** @file Files of shards as `flatcheck verify --shard` writes them, of claims that were never run. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClaimResult } from '../../src/claims/result.js';
import { registryDigest, vouchedDigest } from '../../src/cli/verify/sources.js';
import { inShard } from '../../src/gate/shard.js';
import { CLAIM_IDS, claimEntry, REGISTRY } from '../registry.js';
import { FAILED, PASSED, RESULT } from '../report/sample.js';

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
export function shards(
  folder: string,
  others: Readonly<Record<string, ClaimResult['outcome']>> = {},
  change: (claim: ClaimResult) => ClaimResult = claim => claim,
): string[] {
  return [1, 2].map(index => {
    const shard = { index, count: 2 };
    const claims = CLAIM_IDS.filter(id => inShard(id, shard)).map(id =>
      change({ ...ENDED[others[id] ?? 'pass'], id, paper: claimEntry(id).paper }),
    );
    const count = (outcome: ClaimResult['outcome']): number =>
      claims.filter(claim => claim.outcome === outcome).length;
    const result = {
      ...RESULT,
      claims,
      passed: count('pass'),
      failed: count('fail'),
      inconclusive: count('inconclusive'),
      run: { ...RESULT.run, digest: vouchedDigest(REGISTRY), registry: registryDigest(REGISTRY), shard },
    };
    const path = join(folder, `${index}.json`);
    writeFileSync(path, JSON.stringify(result));
    return path;
  });
}
