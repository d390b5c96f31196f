/** @file Putting the results of shards together. */
import type { RunInfo, VerifyResult } from '../claims/result.js';
import { countOutcome, twice } from './consistent.js';
import { inShard } from './shard.js';

/** A value as text, its keys in order. */
function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, of]) => `${key} ${canonical(of)}`).join(', ')}}`;
}

/** What every shard of one run has in common: everything but which shard it is. */
function differing(first: RunInfo, other: RunInfo): string | undefined {
  const keys = new Set([...Object.keys(first), ...Object.keys(other)] as (keyof RunInfo)[]);
  keys.delete('shard');
  const [key] = [...keys].filter(of => canonical(first[of]) !== canonical(other[of]));
  if (key === undefined) return undefined;
  const parts = [first, other].map(
    run => new Map(Object.entries(typeof run[key] === 'object' ? { ...run[key] } : { '': run[key] })),
  );
  const names = [...new Set(parts.flatMap(of => [...of.keys()]))];
  const name = names.find(of => parts[0]!.get(of) !== parts[1]!.get(of)) ?? '';
  const text = (of: Map<string, unknown>): string => String(of.get(name) ?? 'none');
  const place = `in shard ${first.shard?.index}`;
  return `${name === '' ? key : `${key} of ${name}`} ${text(parts[0]!)} ${place}, ${text(parts[1]!)} in shard ${other.shard?.index}`;
}

/**
 * The shards' results as one, or what keeps them from being one run. Each must agree with itself: see
 * `contradiction`.
 */
export function merge(shards: readonly VerifyResult[], order: readonly string[]): VerifyResult | string {
  const first = shards[0]?.run;
  if (first === undefined) return 'there is no shard';
  const count = first.shard?.count;
  if (count === undefined) return 'the first file is no shard (flatcheck verify --shard I/N)';
  const seen = new Set<number>();
  for (const { run } of shards) {
    if (run.shard?.count !== count)
      return `the shards are of different splits: ${count} and ${run.shard?.count ?? 'none'}`;
    const other = differing(first, run);
    if (other !== undefined) return `the shards are of different runs: ${other}`;
    if (run.shard.index > count) return `shard ${run.shard.index}/${count} is beyond the last`;
    if (seen.has(run.shard.index)) return `shard ${run.shard.index}/${count} is there twice`;
    seen.add(run.shard.index);
  }
  const absent = Array.from({ length: count }, (_, i) => i + 1).filter(index => !seen.has(index));
  if (absent.length > 0) return `shard ${absent.map(index => `${index}/${count}`).join(', ')} is missing`;
  const claims = shards.flatMap(shard => shard.claims);
  const ids = claims.map(claim => claim.id);
  const double = twice(ids);
  if (double !== undefined) return `claim ${double} is there twice`;
  for (const shard of shards)
    for (const { id } of shard.claims) {
      if (!order.includes(id)) return `claim ${id} is not in the registry`;
      if (!inShard(id, shard.run.shard!))
        return `claim ${id} does not belong to shard ${shard.run.shard!.index}/${count}`;
    }
  const lost = order.filter(id => !ids.includes(id));
  if (lost.length > 0) return `claim ${lost.join(', ')} is in no shard`;
  const { shard: _, ...run } = first;
  const place = new Map(order.map((id, i) => [id, i]));
  return {
    schema: 1,
    claims: claims.sort((a, b) => place.get(a.id)! - place.get(b.id)!),
    passed: countOutcome(claims, 'pass'),
    failed: countOutcome(claims, 'fail'),
    inconclusive: countOutcome(claims, 'inconclusive'),
    run,
  };
}
