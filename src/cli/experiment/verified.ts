/** @file Before an experiment trains: the claims behind its objectives must have passed for this code. */
import { readCertificate, requireCertificate } from '../../train/certificate.js';
import { EXIT, type ExitCode } from '../exit.js';
import { certify, requirementFor } from '../verify/certify.js';
import { printVerify, verifyExit, verifyWithProgress } from '../verify/print.js';
import type { Choice } from './choose.js';

const SEED = 1;

/** Verifies what is missing; the exit code says whether all objectives may train. */
export async function ensureVerified({ registry, plan, experiment, unverified }: Choice): Promise<ExitCode> {
  const objectives = new Set(
    plan.flatMap(({ job }) => (job.kind === 'train' ? [job.config.objective.name] : [])),
  );
  if (unverified || objectives.size === 0) return EXIT.fine;
  const missing = new Set<string>();
  for (const objective of objectives) {
    const requirement = await requirementFor(objective, registry);
    const passed = readCertificate(requirement.folder, requirement)?.claims ?? {};
    for (const id of requirement.claims) if (passed[id] !== 'pass') missing.add(id);
  }
  if (missing.size > 0) {
    console.error(
      `${experiment.name}: verifying the ${missing.size} claims behind ${[...objectives].join(', ')} first`,
    );
    const result = await verifyWithProgress({ ids: [...missing], registry, seed: SEED });
    await certify(result, registry);
    if (verifyExit(result) !== EXIT.fine) {
      printVerify(result);
      return verifyExit(result);
    }
  }
  for (const objective of objectives)
    requireCertificate(objective, await requirementFor(objective, registry));
  return EXIT.fine;
}
