/** @file `flatcheck verify`: run the claims and say what came out. */
import { randomInt } from 'node:crypto';
import { CLAIM_IDS, type ClaimId, claimModule, isClaimId, paperOf } from '../../../properties/registry.js';
import { writeAtomic } from '../../formats/atomic.js';
import { claimTable, failureText, summaryLine } from '../../report/table.js';
import type { Paper, VerifyResult } from '../../theory/result.js';
import { integer, nearest, noMore, readArgs } from '../args.js';
import { EXIT, type ExitCode, UsageError } from '../exit.js';
import { progressOn } from '../progress.js';
import { styleOf } from '../style.js';
import { certify } from '../verify/certify.js';
import { decodeReplay, refuseStale } from '../verify/replay.js';
import { claimDigest } from '../verify/sources.js';
import { type VerifyOptions, verify } from '../verify/verify.js';

export const usage = `usage: flatcheck verify [options]

  --paper P        only the claims of a paper: samba, ujvary, kumar-poole, vgr, rae (may be repeated)
  --claim ID       only this claim (may be repeated)
  --runs N         random cases that each check draws, instead of its own number
  --deep           four times the random cases
  --seed S         seed of all random cases (default 1)
  --vary-seed      a fresh seed, printed
  --replay TOKEN   run again the one case that a failure printed
  --workers N      worker processes (default: one a core)
  --json           print the result as one JSON document and nothing else
  --json-file F    write it to F beside the normal output

Exit codes: 0 all pass, 1 a claim failed, 2 wrong arguments, 3 inconclusive.`;

const PAPERS: readonly Paper[] = ['samba', 'ujvary', 'kumar-poole', 'vgr', 'rae'];
const DEEP_EFFORT = 4;

const OPTIONS = {
  paper: { type: 'string', multiple: true },
  claim: { type: 'string', multiple: true },
  runs: { type: 'string' },
  deep: { type: 'boolean' },
  seed: { type: 'string' },
  'vary-seed': { type: 'boolean' },
  replay: { type: 'string' },
  workers: { type: 'string' },
  json: { type: 'boolean' },
  'json-file': { type: 'string' },
} as const;

function known(id: string): ClaimId {
  if (isClaimId(id)) return id;
  const near = nearest(id, CLAIM_IDS);
  throw new UsageError(`verify: no claim '${id}'${near ? `; did you mean '${near}'?` : ''} (flatcheck verify runs them all)`);
}

function select(papers: readonly string[] = [], claims: readonly string[] = []): readonly ClaimId[] {
  for (const paper of papers)
    if (!PAPERS.includes(paper as Paper))
      throw new UsageError(`verify: --paper must be one of ${PAPERS.join(', ')}, got '${paper}'`);
  const named = new Set(claims.map(known));
  if (papers.length === 0 && named.size === 0) return CLAIM_IDS;
  const chosen = CLAIM_IDS.filter(id => named.has(id) || papers.includes(paperOf(id)));
  if (chosen.length === 0) throw new UsageError(`verify: no claims of ${papers.join(', ')} in the registry yet`);
  return chosen;
}

function readOptions(argv: readonly string[]) {
  const { values, positionals } = readArgs('verify', argv, OPTIONS);
  noMore('verify', positionals, 0);
  if (values.replay !== undefined) {
    for (const flag of ['paper', 'claim', 'seed', 'vary-seed', 'runs', 'deep'] as const)
      if (values[flag] !== undefined) throw new UsageError(`verify: --replay says which case to run; --${flag} has no use beside it`);
    const replay = decodeReplay(values.replay);
    const id = known(replay.claim);
    refuseStale(replay, claimDigest(claimModule(id)));
    const { seed, check, path } = replay;
    return { values, options: { ids: [id], seed, ...(check !== undefined && { check }), ...(path !== undefined && { path }) } };
  }
  if (values.seed !== undefined && values['vary-seed'])
    throw new UsageError('verify: --seed and --vary-seed exclude each other');
  const seed = values['vary-seed'] ? randomInt(1, 2 ** 31) : integer('verify', 'seed', values.seed ?? '1', 0);
  const options: VerifyOptions = {
    ids: select(values.paper, values.claim),
    seed,
    ...(values.runs !== undefined && { runs: integer('verify', 'runs', values.runs, 1) }),
    ...(values.deep && { effort: DEEP_EFFORT }),
  };
  return { values, options };
}

/** Failed wins over inconclusive. */
export function verifyExit(result: VerifyResult): ExitCode {
  if (result.failed > 0) return EXIT.failed;
  return result.inconclusive > 0 ? EXIT.inconclusive : EXIT.fine;
}

/** Runs the claims with a progress line on stderr. */
export async function verifyWithProgress(options: VerifyOptions): Promise<VerifyResult> {
  const progress = progressOn();
  progress.show(`verify: 0 of ${options.ids.length} claims`);
  const result = await verify({
    ...options,
    progress: (claim, done) => progress.show(`verify: ${done} of ${options.ids.length} claims (${claim.id} ${claim.outcome})`),
  });
  progress.clear();
  return result;
}

/** The table, then each failure with its replay line, then the summary. */
export function printVerify(result: VerifyResult): void {
  const style = styleOf(process.stdout);
  console.log(claimTable(result, style));
  for (const claim of result.claims) if (claim.outcome !== 'pass') console.log(`\n${style.bad(failureText(claim))}`);
  console.log(`\n${summaryLine(result)}`);
}

export async function run(argv: readonly string[]): Promise<ExitCode> {
  const { values, options } = readOptions(argv);
  const workers = values.workers === undefined ? {} : { workers: integer('verify', 'workers', values.workers, 1) };
  const result = await verifyWithProgress({ ...options, ...workers });
  // Fewer cases than a check asks for, or one check alone, vouch for nothing.
  if (values.replay === undefined && values.runs === undefined) certify(result);
  const json = `${JSON.stringify(result, null, 1)}\n`;
  if (values['json-file'] !== undefined) writeAtomic(values['json-file'], json);
  if (values.json) process.stdout.write(json);
  else printVerify(result);
  return verifyExit(result);
}
