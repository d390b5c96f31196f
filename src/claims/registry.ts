/** @file Claims as a registry lists them: loaded when they are asked for. */
import type { Claim } from './claim.js';
import type { Paper } from './result.js';

export interface ClaimEntry {
  readonly id: string;
  readonly paper: Paper;
  /** URL of the module that defines it; the digest of a claim covers all that this module imports. */
  readonly module: string;
  load(): Promise<Claim>;
}

/** The objectives that these claims vouch for, by name, each with the ids of its claims. */
export async function objectivesVouchedFor(
  claims: Iterable<ClaimEntry>,
): Promise<Readonly<Record<string, readonly string[]>>> {
  const vouched: Record<string, string[]> = {};
  for (const { id, load } of claims)
    for (const objective of (await load()).objectives ?? [])
      vouched[objective] = [...(vouched[objective] ?? []), id];
  return vouched;
}
