/** @file Verifying claims: jobs out, one result model back. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { CLAIM_IDS, type ClaimId, claimModule, LARGE_WHEN_DEEP } from '../../../properties/registry.js';
import { SUITE_ALPHA } from '../../claims/checks/statistical.js';
import { DECISION_RULES } from '../../claims/order.js';
import type { ClaimResult, RunInfo, VerifyResult } from '../../claims/result.js';
import { countOutcome } from '../../gate/consistent.js';
import type { Shard } from '../../gate/shard.js';
import { ownCommit } from './commit.js';
import type { Job, RawResult } from './job.js';
import { runJobs } from './pool.js';
import { encodeReplay } from './replay.js';
import { claimDigest, codeDigest, integrity, registryDigest, vouchedDigest } from './sources.js';

export interface VerifyOptions {
  readonly ids: readonly ClaimId[];
  readonly seed: number;
  readonly runs?: number;
  readonly effort?: number;
  /** Only this check (and path) of each claim: a replay. */
  readonly check?: string;
  readonly path?: string;
  readonly shard?: Shard;
  readonly workers?: number;
  /** Called as each claim ends. */
  readonly progress?: (result: ClaimResult, done: number) => void;
}

function versionOf(name: string): string {
  const require = createRequire(import.meta.url);
  let folder = require.resolve.paths(name)?.map(path => `${path}/${name}/package.json`) ?? [];
  folder = folder.filter(path => {
    try {
      readFileSync(path);
      return true;
    } catch {
      return false;
    }
  });
  return folder[0] === undefined
    ? 'absent'
    : (JSON.parse(readFileSync(folder[0], 'utf8')) as { version: string }).version;
}

/** Self-description of a run: what it ran on. */
export function runInfo(seed: number): RunInfo {
  const own = JSON.parse(readFileSync(new URL('../../../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  const packages = ['@tensorflow/tfjs', 'fast-check', 'mathjs', 'onnxruntime-node'];
  return {
    engine: 'float64',
    seed,
    alpha: SUITE_ALPHA,
    versions: {
      flatcheck: own.version,
      node: process.versions.node,
      ...Object.fromEntries(packages.map(name => [name, versionOf(name)])),
    },
    integrity: integrity(),
    commit: ownCommit(),
    digest: vouchedDigest(),
    code: codeDigest(),
    registry: registryDigest(CLAIM_IDS),
    rules: DECISION_RULES,
  };
}

function finish(job: Job, raw: RawResult): ClaimResult {
  const failing = raw.checks.find(check => check.outcome !== 'pass');
  const replay = encodeReplay({
    claim: job.id,
    digest: claimDigest(claimModule(job.id as ClaimId)),
    seed: job.seed,
    ...(failing !== undefined && { check: failing.name }),
    ...(failing?.path !== undefined && { path: failing.path }),
  });
  return { ...raw, replay };
}

/** Runs the claims on all cores and puts the results in the registry's order. */
export async function verify(options: VerifyOptions): Promise<VerifyResult> {
  const { ids, seed, runs, effort, check, path } = options;
  const deep = (effort ?? 1) > 1;
  // of the code that runs now, not of what a rebuild may have put there meanwhile
  const info = runInfo(seed);
  const results = new Map<string, ClaimResult>();
  const jobs = ids.map(
    (id): Job => ({
      id,
      seed,
      ...(runs !== undefined && { runs }),
      ...(effort !== undefined && { effort }),
      ...(check !== undefined && { check }),
      ...(path !== undefined && { path }),
      ...(deep && LARGE_WHEN_DEEP.has(id) && { large: true }),
    }),
  );
  await runJobs(
    jobs,
    (job, raw) => {
      const result = finish(job, raw);
      results.set(job.id, result);
      options.progress?.(result, results.size);
    },
    options.workers,
  );
  const claims = ids.map(id => results.get(id)!);
  return {
    schema: 1,
    claims,
    passed: countOutcome(claims, 'pass'),
    failed: countOutcome(claims, 'fail'),
    inconclusive: countOutcome(claims, 'inconclusive'),
    run: {
      ...info,
      ...(runs !== undefined && { runs }),
      ...(effort !== undefined && { effort }),
      ...(check !== undefined && { replayed: true }),
      ...(options.shard !== undefined && { shard: options.shard }),
    },
  };
}
