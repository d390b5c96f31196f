/** @file What the program of this package knows, for tests of its parts. */
import { REGISTRIES } from '../bin/registries.js';
import type { Claim } from '../src/claims/claim.js';
import { type ClaimEntry, objectivesVouchedFor } from '../src/claims/registry.js';
import { FLATCHECK, type Program } from '../src/cli/program.js';
import { loadRegistry } from '../src/cli/registry.js';

export const REGISTRY = await loadRegistry(REGISTRIES);

export const PROGRAM: Program = { file: FLATCHECK, registry: REGISTRY };

export const CLAIM_IDS = [...REGISTRY.claims.keys()];

export function claimEntry(id: string): ClaimEntry {
  const entry = REGISTRY.claims.get(id);
  if (entry === undefined) throw new Error(`tests: no claim '${id}' in the registry`);
  return entry;
}

export const loadClaim = (id: string): Promise<Claim> => claimEntry(id).load();

/** Ids of the claims behind an objective. */
export const claimsBehind = async (objective: string): Promise<readonly string[]> =>
  (await objectivesVouchedFor(REGISTRY.claims.values()))[objective] ?? [];
