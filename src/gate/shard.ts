/**
 * @file Splitting the claims over several jobs of a CI, by a hash that does not depend on the other claims.
 */
import { createHash } from 'node:crypto';

/** One part of `count`, counted from 1. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

export const inShard = (id: string, { index, count }: Shard): boolean =>
  createHash('sha256').update(id).digest().readUInt32BE(0) % count === index - 1;
