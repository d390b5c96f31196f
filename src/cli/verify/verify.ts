/** @file Verifying claims: jobs out, one result model back. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { SUITE_ALPHA } from '../../claims/checks/statistical.js';
import { DECISION_RULES } from '../../claims/order.js';
import type { ClaimResult, RunInfo, VerifyResult } from '../../claims/result.js';
import { countOutcome } from '../../gate/consistent.js';
import type { Shard } from '../../gate/shard.js';
import { VERSION } from '../program.js';
import type { Registry } from '../registry.js';
import { ownCommit } from './commit.js';
import type { Job, RawResult } from './job.js';
import { LOST_CHECK } from './lost.js';
import { runJobs } from './pool.js';
import { encodeReplay } from './replay.js';
import { claimDigest, codeDigest, integrity, type Known, registryDigest, vouchedDigest } from './sources.js';

export interface VerifyOptions {
  /** Of claims of the registry. */
  readonly ids: readonly string[];
  readonly registry: Registry;
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

const PACKAGES = ['@tensorflow/tfjs', 'fast-check', 'mathjs', 'onnxruntime-node'];

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

/** What this program and its parts are. */
export const versionsHere = (): Readonly<Record<string, string>> => ({
  flatcheck: VERSION,
  node: process.versions.node,
  ...Object.fromEntries(PACKAGES.map(name => [name, versionOf(name)])),
});

/** Self-description of a run: what it ran on, with which claims at hand. */
export const runInfo = (seed: number, known: Known): RunInfo => ({
  engine: 'float64',
  seed,
  alpha: SUITE_ALPHA,
  versions: versionsHere(),
  integrity: integrity(known),
  commit: ownCommit(),
  digest: vouchedDigest(known),
  code: codeDigest(known),
  registry: registryDigest(known),
  rules: DECISION_RULES,
});

function finish(job: Job, raw: RawResult, module: string): ClaimResult {
  const failing = raw.checks.find(check => check.outcome !== 'pass');
  const replay = encodeReplay({
    claim: job.id,
    digest: claimDigest(module),
    seed: job.seed,
    ...(failing !== undefined && failing.name !== LOST_CHECK && { check: failing.name }),
    ...(failing?.path !== undefined && { path: failing.path }),
  });
  return { ...raw, replay };
}

/** The claims with a check that takes gigabytes when deep. */
async function largeOf(ids: readonly string[], { claims }: Registry): Promise<ReadonlySet<string>> {
  const large = new Set<string>();
  for (const id of ids) if ((await claims.get(id)!.load()).checks.some(check => check.large)) large.add(id);
  return large;
}

/** Runs the claims on all cores and puts the results in the registry's order. */
export async function verify(options: VerifyOptions): Promise<VerifyResult> {
  const { ids, registry, seed, runs, effort, check, path } = options;
  const deep = (effort ?? 1) > 1;
  // of the code that runs now, not of what a rebuild may have put there meanwhile
  const info = runInfo(seed, registry);
  const results = new Map<string, ClaimResult>();
  const large = deep ? await largeOf(ids, registry) : new Set<string>();
  const jobs = ids.map(
    (id): Job => ({
      id,
      seed,
      ...(runs !== undefined && { runs }),
      ...(effort !== undefined && { effort }),
      ...(check !== undefined && { check }),
      ...(path !== undefined && { path }),
      ...(large.has(id) && { large: true }),
    }),
  );
  await runJobs(
    jobs,
    (job, raw) => {
      const result = finish(job, raw, registry.claims.get(job.id)!.module);
      results.set(job.id, result);
      options.progress?.(result, results.size);
    },
    registry.modules,
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
