/** @file Putting the results of shards together. */
import type { VerifyResult } from '../claims/result.js';

/** The shards' results as one, or what keeps them from being one run. */
export function merge(shards: readonly VerifyResult[], order: readonly string[]): VerifyResult | string {
  const first = shards[0]?.run;
  if (first === undefined) return 'there is no shard';
  const count = first.shard?.count;
  if (count === undefined) return 'the first file is no shard (flatcheck verify --shard I/N)';
  for (const { run } of shards)
    for (const field of ['digest', 'seed', 'engine'] as const)
      if (run[field] !== first[field])
        return `the shards are of different runs: ${field} ${first[field]} in shard ${first.shard?.index}, ${run[field]} in shard ${run.shard?.index}`;
  const seen = new Set<number>();
  for (const { run } of shards) {
    if (run.shard?.count !== count)
      return `the shards are of different splits: ${count} and ${run.shard?.count ?? 'none'}`;
    if (seen.has(run.shard.index)) return `shard ${run.shard.index}/${count} is there twice`;
    seen.add(run.shard.index);
  }
  const absent = Array.from({ length: count }, (_, i) => i + 1).filter(index => !seen.has(index));
  if (absent.length > 0) return `shard ${absent.map(index => `${index}/${count}`).join(', ')} is missing`;
  const claims = shards.flatMap(shard => shard.claims);
  const ids = claims.map(claim => claim.id);
  const twice = ids.find((id, i) => ids.indexOf(id) !== i);
  if (twice !== undefined) return `claim ${twice} is in two shards`;
  const lost = order.filter(id => !ids.includes(id));
  if (lost.length > 0) return `claim ${lost.join(', ')} is in no shard`;
  const { shard: _, ...run } = first;
  const sum = (field: 'passed' | 'failed' | 'inconclusive'): number =>
    shards.reduce((total, shard) => total + shard[field], 0);
  const place = new Map(order.map((id, i) => [id, i]));
  return {
    schema: 1,
    claims: claims.sort((a, b) => (place.get(a.id) ?? 0) - (place.get(b.id) ?? 0)),
    passed: sum('passed'),
    failed: sum('failed'),
    inconclusive: sum('inconclusive'),
    run,
  };
}
