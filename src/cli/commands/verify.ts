/** @file `flatcheck verify`: run the claims and say what came out. */
import { randomInt } from 'node:crypto';
import type { ClaimEntry } from '../../claims/registry.js';
import { nearest } from '../../formats/nearest.js';
import { inShard, type Shard } from '../../gate/shard.js';
import { integer, noMore, readArgs } from '../args.js';
import { attempt, combined, EXIT, type ExitCode, UsageError } from '../exit.js';
import type { Program } from '../program.js';
import type { Registry } from '../registry.js';
import { certify } from '../verify/certify.js';
import { checkOutputs, emit, OUTPUT_OPTIONS, OUTPUT_USAGE } from '../verify/output.js';
import { verifyExit, verifyWithProgress } from '../verify/print.js';
import { decodeReplay, refuseStale } from '../verify/replay.js';
import { claimDigest } from '../verify/sources.js';
import type { VerifyOptions } from '../verify/verify.js';

export const usage = `usage: flatcheck verify [options]

  --paper P        only the claims of a paper: samba, ujvary, kumar-poole, vgr, rae (may be repeated)
  --claim ID       only this claim (may be repeated)
  --runs N         random cases that each check draws, instead of its own number
  --deep           four times the random cases, and what takes long: networks of full size, longer trainings
  --seed S         seed of all random cases (default 1)
  --vary-seed      a fresh seed, printed
  --replay TOKEN   run again the one case that a failure printed
  --shard I/N      only the I-th of N parts of the claims, split by a hash of their ids; see flatcheck merge
  --workers N      worker processes (default: one a core)
  --engine E       float64, the only one: see below
${OUTPUT_USAGE}

Claims are about real numbers, so they are checked in doubles: in single precision an order of convergence shows over
seven halvings at most. How far the engines that train agree with doubles is measured apart: by flatcheck doctor on
reference graphs, and on the run's own network and batch before the first step of every run.

Exit codes: 0 all pass, 1 a claim failed, 2 wrong arguments, 3 inconclusive.`;

const DEEP_EFFORT = 4;
/** More cases of one check would not end. */
const MOST_RUNS = 1_000_000;

const OPTIONS = {
  paper: { type: 'string', multiple: true },
  claim: { type: 'string', multiple: true },
  runs: { type: 'string' },
  deep: { type: 'boolean' },
  seed: { type: 'string' },
  'vary-seed': { type: 'boolean' },
  replay: { type: 'string' },
  shard: { type: 'string' },
  workers: { type: 'string' },
  engine: { type: 'string' },
  ...OUTPUT_OPTIONS,
} as const;

type Values = ReturnType<typeof readArgs<typeof OPTIONS>>['values'];

function claimOf(id: string, { claims }: Registry): ClaimEntry {
  const entry = claims.get(id);
  if (entry !== undefined) return entry;
  const near = nearest(id, [...claims.keys()]);
  throw new UsageError(
    `verify: no claim '${id}'${near ? `; did you mean '${near}'?` : ''} (flatcheck verify runs them all)`,
  );
}

function select(
  registry: Registry,
  papers: readonly string[] = [],
  claims: readonly string[] = [],
): readonly string[] {
  const all = [...registry.claims.values()];
  const known = [...new Set(all.map(({ paper }) => paper))];
  for (const paper of papers)
    if (!known.some(name => name === paper))
      throw new UsageError(`verify: --paper must be one of ${known.join(', ')}, got '${paper}'`);
  const named = new Set(claims.map(id => claimOf(id, registry).id));
  const everything = papers.length === 0 && named.size === 0;
  return all
    .filter(({ id, paper }) => everything || named.has(id) || papers.includes(paper))
    .map(({ id }) => id);
}

function readShard(text: string): Shard {
  const match = /^([1-9]\d{0,3})\/([1-9]\d{0,3})$/.exec(text);
  const [index, count] = [Number(match?.[1]), Number(match?.[2])];
  if (match === null || index > count)
    throw new UsageError(`verify: --shard must be I/N with 1 <= I <= N, got '${text}'`);
  return { index, count };
}

/** What a token asks for, as far as that is there. */
async function replayed(token: string, registry: Registry): Promise<VerifyOptions> {
  const replay = decodeReplay(token);
  const { id, module, load } = claimOf(replay.claim, registry);
  refuseStale(replay, claimDigest(module));
  const { seed, check, path } = replay;
  const names = (await load()).checks.map(of => of.name);
  if (check !== undefined && !names.includes(check))
    throw new UsageError(
      `verify: --replay names the check '${check}' of ${id}, which has ${names.join(', ')}`,
    );
  return {
    ids: [id],
    registry,
    seed,
    ...(check !== undefined && { check }),
    ...(path !== undefined && { path }),
  };
}

async function readOptions(
  argv: readonly string[],
  registry: Registry,
): Promise<{ values: Values; options: VerifyOptions }> {
  const { values, positionals } = readArgs('verify', argv, OPTIONS);
  noMore('verify', positionals, 0);
  if (values.engine !== undefined && values.engine !== 'float64')
    throw new UsageError(
      `verify: --engine must be float64, got '${values.engine}' - claims need doubles; flatcheck doctor and the first step ` +
        'of every run compare what trains with them',
    );
  if (values.replay !== undefined) {
    for (const flag of ['paper', 'claim', 'seed', 'vary-seed', 'runs', 'deep', 'shard'] as const)
      if (values[flag] !== undefined)
        throw new UsageError(`verify: --replay says which case to run; --${flag} has no use beside it`);
    return { values, options: await replayed(values.replay, registry) };
  }
  if (values.seed !== undefined && values['vary-seed'])
    throw new UsageError('verify: --seed and --vary-seed exclude each other');
  const seed = values['vary-seed'] ? randomInt(1, 2 ** 31) : integer('verify', 'seed', values.seed ?? '1', 0);
  const shard = values.shard === undefined ? undefined : readShard(values.shard);
  const chosen = select(registry, values.paper, values.claim);
  const options: VerifyOptions = {
    ids: shard === undefined ? chosen : chosen.filter(id => inShard(id, shard)),
    registry,
    seed,
    ...(shard !== undefined && { shard }),
    ...(values.runs !== undefined && { runs: integer('verify', 'runs', values.runs, 1, MOST_RUNS) }),
    ...(values.deep && { effort: DEEP_EFFORT }),
  };
  return { values, options };
}

export async function run(argv: readonly string[], { registry }: Program): Promise<ExitCode> {
  const { values, options } = await readOptions(argv, registry);
  if (options.ids.length === 0) console.error('verify: no claim is in this shard: nothing is checked');
  const workers =
    values.workers === undefined ? {} : { workers: integer('verify', 'workers', values.workers, 1) };
  checkOutputs('verify', values);
  const result = await verifyWithProgress({ ...options, ...workers });
  const emitted = await emit('verify', result, values);
  // Fewer cases than a check asks for, or one check alone, vouch for nothing.
  const vouches = values.replay === undefined && values.runs === undefined;
  const certified = vouches ? await attempt(() => certify(result, registry)) : EXIT.fine;
  return combined(verifyExit(result), emitted, certified);
}
