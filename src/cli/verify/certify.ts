/** @file Certificates from a verification run: what `flatcheck train` asks for before it starts. */
import { objectivesVouchedFor } from '../../claims/registry.js';
import type { VerifyResult } from '../../claims/result.js';
import { CERTIFICATES, type Requirement, writeCertificate } from '../../train/certificate.js';
import type { Registry } from '../registry.js';
import { vouchedDigest } from './sources.js';

/**
 * The claims are checked on the graph of a step, in doubles. Every run compares its engine with those doubles
 * before its first step (src/train/conformance.ts), so one certificate serves all engines.
 */
const CHECKED_ON = 'float64';

/** Records what passed, for this code. Returns the file's path. */
export async function certify(result: VerifyResult, { claims }: Registry): Promise<string> {
  return writeCertificate(CERTIFICATES, {
    schema: 1,
    codeDigest: result.run.digest,
    engine: CHECKED_ON,
    claims: Object.fromEntries(result.claims.map(claim => [claim.id, claim.outcome])),
    objectives: await objectivesVouchedFor(claims.values()),
  });
}

/** What training an objective asks for. */
export async function requirementFor(objective: string, registry: Registry): Promise<Requirement> {
  const vouching = (await objectivesVouchedFor(registry.claims.values()))[objective] ?? [];
  const codeDigest = vouchedDigest(registry);
  return { folder: CERTIFICATES, codeDigest, engine: CHECKED_ON, claims: vouching };
}
